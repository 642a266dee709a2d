import type { ProductSnapshot } from '#shared/contracts/products.ts';
import { currentTrace } from '#shared/http/context.ts';
import { describeError, log } from '#shared/http/log.ts';
import { dependency } from '#shared/rpc.ts';

import { refresh } from '../../domain/refresh.ts';
import type { Bindings } from '../../env.ts';
import type { Owner } from '../../owner.ts';
import { findCart, type ShownCart } from '../../store/carts.ts';
import { changed } from './cart.answers.ts';

/** The product as it is sold now, or null. 503 if the products service does not answer. */
export async function askForProduct(env: Bindings, product_id: string): Promise<ProductSnapshot | null> {
  const [product] = await dependency(
    'products',
    env.PRODUCTS_SERVICE.snapshots(currentTrace(), { product_ids: [product_id] }),
  );
  return product ?? null;
}

/** The cart with warnings of what has changed. Writes only to take new prices over. */
export async function showCart(env: Bindings, owner: Owner): Promise<ShownCart> {
  const cart = await findCart(env, owner.user_id);
  if (!cart || cart.items.length === 0) return { cart, warnings: [] };

  const asked = cart.items.map(({ product_id }) => product_id);
  const products = await productsIfUp(env, asked);
  if (!products) return { cart, warnings: [] };

  const findings = { asked, products };
  const { content, warnings } = refresh(cart, findings);
  if (content === cart) return { cart, warnings };
  return changed(env, owner, { kind: 'refresh', findings });
}

/** A cart can be read without the products service: it has copies of all that it shows. */
async function productsIfUp(env: Bindings, product_ids: string[]): Promise<ProductSnapshot[] | null> {
  try {
    return await env.PRODUCTS_SERVICE.snapshots(currentTrace(), { product_ids });
  } catch (error) {
    log('warn', 'cart shown without asking products', describeError(error));
    return null;
  }
}
