import { ObjectId } from 'mongodb';

import type { Findings } from '../domain/refresh.ts';
import type { Owner } from '../owner.ts';
import { aliveUntil, type Carts, type Changed, changeStored, findLive } from './collection.ts';
import { type Cart, cartOf } from './documents.ts';

/** `moved`: the guest's cart is no longer the one that was read. */
export type TakenOver = Changed | { ok: false; code: 'moved' };

/** A merge that was begun and not finished. */
export interface UnfinishedMerge {
  guest_id: string;
  user_id: string;
}

/**
 * The guest's cart if this user may take it over (a live one, or one that the user has begun to take over), and then the
 * user's own. `isHeld`: from now on the guest's changes no more.
 */
export async function findBoth(
  carts: Carts,
  owner: Owner,
  { guest_id, isHeld }: { guest_id: string; isHeld: boolean },
): Promise<{ guest: Cart | null; cart: Cart | null }> {
  if (isHeld) await carts.findOneAndUpdate({ user_id: guest_id, ...free() }, heldBy(owner));
  const document = await carts.findOne({
    user_id: guest_id,
    merged_into: { $in: [null, owner.user_id] },
    expires_at: { $gt: new Date() },
  });
  if (document === null) return { guest: null, cart: null };
  return { guest: cartOf(document), cart: await findLive(carts, owner.user_id) };
}

/**
 * Takes the guest's cart over, which was read in this version: once, however often it is called and by whatever it is
 * interrupted. First the guest's cart is held, then its content is the user's, then it goes. What lies between is found
 * by a repetition or by the sweep.
 */
export async function takeOverStored(
  carts: Carts,
  owner: Owner,
  { id, version, findings }: { id: string; version: number; findings: Findings },
  signal: AbortSignal,
): Promise<TakenOver> {
  const that = { _id: new ObjectId(id) };
  signal.throwIfAborted();
  const held =
    (await carts.findOneAndUpdate({ ...that, version, ...free() }, heldBy(owner), { returnDocument: 'after' })) ??
    // Held by an earlier attempt or one beside this, when it was in this version or read when it was held.
    (await carts.findOne({ ...that, version: { $in: [version, version + 1] }, merged_into: owner.user_id }));
  if (!held) return { ok: false, code: 'moved' };

  const { items, coupon_codes } = cartOf(held);
  const guest = { cart_id: id, items, coupon_codes };
  const changed = await changeStored(carts, owner, { kind: 'take_over', guest, findings }, signal);
  if (changed.ok) await carts.deleteOne({ ...that, merged_into: owner.user_id });
  return changed;
}

/** Merges that were begun before this time and are not finished, the first hundred. */
export async function findUnfinished(carts: Carts, before: Date): Promise<UnfinishedMerge[]> {
  const found = await carts
    .find({ merged_into: { $ne: null }, updated_at: { $lte: before } })
    .limit(100)
    .toArray();
  return found.map(({ user_id, merged_into }) => ({ guest_id: user_id, user_id: merged_into ?? '' }));
}

function free() {
  return { merged_into: null, expires_at: { $gt: new Date() } };
}

/** It must not expire before it is taken over. */
function heldBy(owner: Owner) {
  const now = new Date();
  return {
    $set: { merged_into: owner.user_id, updated_at: now, expires_at: aliveUntil(owner, now) },
    $inc: { version: 1 },
  };
}
