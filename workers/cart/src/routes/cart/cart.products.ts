import type { ProductSnapshot } from '#shared/contracts/products.ts';
import { currentTrace } from '#shared/http/context.ts';
import { describeError, log } from '#shared/http/log.ts';
import { dependency, within } from '#shared/rpc.ts';

import { withTaxRate } from '../../domain/cart.ts';
import { type Findings, refresh } from '../../domain/refresh.ts';
import type { Bindings } from '../../env.ts';
import type { Owner } from '../../owner.ts';
import { findCart, type ShownCart } from '../../store/carts.ts';
import { changed } from './cart.answers.ts';

/** Tax is an estimate here: it is not worth a wait. */
const taxMilliseconds = 750;

/** The product as it is sold now, or null. 503 if the products service does not answer. */
export async function askForProduct(env: Bindings, product_id: string): Promise<ProductSnapshot | null> {
  const { products } = await findingsOf(env, [product_id]);
  return products[0] ?? null;
}

/** The owner as of now. Beside the rate kept in the cart this is an estimate of tax: without an answer that one stays. */
export async function withTaxRateOf(env: Bindings, owner: Owner): Promise<Owner> {
  if (owner.is_guest) return owner;
  try {
    const rate = env.ORDERS_SERVICE.taxRateOf(currentTrace(), { user_id: owner.user_id });
    return { ...owner, tax_rate: (await within(taxMilliseconds, rate)) ?? '0' };
  } catch (error) {
    log('warn', 'cart keeps its tax rate', describeError(error));
    return owner;
  }
}

/**
 * The cart with warnings of what has changed. Writes only to take new prices and another tax rate over. Products and orders
 * are asked at once; without them it shows what it has copies of.
 */
export async function showCart(env: Bindings, owner: Owner): Promise<ShownCart> {
  const cart = await findCart(env, owner.user_id);
  if (!cart || cart.items.length === 0) return { cart, warnings: [] };

  const asked = cart.items.map(({ product_id }) => product_id);
  const [findings, taxed] = await Promise.all([findingsIfUp(env, asked), withTaxRateOf(env, owner)]);
  const { content, warnings } = refresh(withTaxRate(cart, taxed.tax_rate), findings);
  if (content === cart) return { cart, warnings };
  return changed(env, taxed, { kind: 'refresh', findings });
}

/** What products says of these now. 503 if it does not answer. */
export async function findingsOf(env: Bindings, asked: string[]): Promise<Findings> {
  if (asked.length === 0) return { asked, products: [] };
  const question = env.PRODUCTS_SERVICE.snapshots(currentTrace(), { product_ids: asked });
  return { asked, products: await dependency('products', question) };
}

async function findingsIfUp(env: Bindings, asked: string[]): Promise<Findings> {
  try {
    return await findingsOf(env, asked);
  } catch {
    log('warn', 'cart shown without asking products', {});
    return { asked: [], products: [] };
  }
}
