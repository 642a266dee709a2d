import type { Bindings } from '../../env.ts';
import type { Owner } from '../../owner.ts';
import { nothingMerged } from '../../domain/merge.ts';
import { findBothCarts, type MergedCart, takeOverCart } from '../../store/carts.ts';
import { findingsOf, showCart, withTaxRateOf } from './cart.products.ts';

/**
 * Takes a guest's cart over into the owner's, once: however often and by however many it is tried, its lines end up in one
 * cart. Without a cart to take over it only shows the owner's.
 */
export async function mergeCarts(env: Bindings, owner: Owner, guest_id: string): Promise<MergedCart> {
  return (
    (await tryToMerge(env, owner, guest_id, false)) ??
    // The guest has changed it meanwhile. That must wait now.
    (await tryToMerge(env, owner, guest_id, true)) ?? { ...(await showCart(env, owner)), merge: nothingMerged }
  );
}

/** Null if there is nothing to take over, or something else by now. */
async function tryToMerge(env: Bindings, owner: Owner, guest_id: string, isHeld: boolean): Promise<MergedCart | null> {
  const { guest, cart } = await findBothCarts(env, owner, { guest_id, isHeld });
  if (!guest) return null;
  const items = [...guest.items, ...(cart?.items ?? [])];
  const asked = [...new Set(items.map(({ product_id }) => product_id))];
  const [findings, taxed] = await Promise.all([findingsOf(env, asked), withTaxRateOf(env, owner)]);
  return takeOverCart(env, taxed, guest, findings);
}
