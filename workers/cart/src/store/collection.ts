import { type Collection, type Db, MongoServerError, type MongoClient } from 'mongodb';

import { type CartContent, emptyContent, type Refusal, type Warning, withTaxRate } from '../domain/cart.ts';
import type { Circumstances } from '../domain/cart-coupons.ts';
import { applyChange, type Change, newCoupons } from '../domain/change.ts';
import type { MergeReport } from '../domain/merge.ts';
import { amountsOf } from '../domain/totals.ts';
import type { Owner } from '../owner.ts';
import { isExhausted } from './coupon-uses.ts';
import { findCouponsByCode } from './coupons.ts';
import { type Cart, type CartDocument, cartOf, documentOf, newCartId } from './documents.ts';

export type Carts = Collection<CartDocument>;

/** `cart` is null where there is none and the change made none. `merge`: see `Accepted`. */
export type Changed =
  | { ok: true; cart: Cart | null; warnings: Warning[]; merge?: MergeReport }
  | { ok: false; code: 'conflict' }
  | { ok: false; code: 'refused'; refusal: Refusal };

const duplicateKey = 11_000;
const maxTries = 10;
const jitterMilliseconds = 20;
const dayMilliseconds = 24 * 60 * 60 * 1_000;

export function cartsOf(client: MongoClient, uri: string): Carts {
  return cartsIn(client.db(databaseName(uri)));
}

export function cartsIn(db: Db): Carts {
  return db.collection<CartDocument>('carts');
}

/** The database that the URI's path names; `cart` where it names none. */
export function databaseName(uri: string): string {
  const path = /^mongodb(?:\+srv)?:\/\/[^/?]+(?:\/([^?]*))?/.exec(uri)?.[1] ?? '';
  return path === '' ? 'cart' : decodeURIComponent(path);
}

/**
 * The user's cart as it is stored, unless it is being taken over or has expired: the database deletes expired ones late.
 */
export async function findLive(carts: Carts, user_id: string): Promise<Cart | null> {
  const document = await carts.findOne({ user_id, merged_into: null, expires_at: { $gt: new Date() } });
  return document === null ? null : cartOf(document);
}

/** The user's cart with what its coupons take off now. */
export async function findPriced(carts: Carts, user_id: string): Promise<Cart | null> {
  const cart = await findLive(carts, user_id);
  if (!cart || cart.coupon_codes.length === 0) return cart;
  const coupons = await findCouponsByCode(carts.db, cart.coupon_codes);
  return { ...cart, ...amountsOf(cart, { now: new Date(), coupons }) };
}

/** Deletes the user's cart, expired or not, and what the user was about to take over. Answers how many there were. */
export async function deleteCart(carts: Carts, user_id: string): Promise<number> {
  const { deletedCount: taken } = await carts.deleteMany({ merged_into: user_id });
  const { deletedCount: own } = await carts.deleteMany({ user_id });
  return taken + own;
}

/** Deletes what has expired by `now`, so that it does not depend on the server whether and when this happens. */
export async function deleteExpired(carts: Carts, now: Date): Promise<number> {
  const { deletedCount } = await carts.deleteMany({ expires_at: { $lte: now } });
  return deletedCount;
}

/**
 * Loads the cart, applies the change and stores the result if nobody has changed the cart meanwhile; else all of it
 * again. Begins no further try once the signal is aborted.
 */
export async function changeStored(carts: Carts, owner: Owner, change: Change, signal: AbortSignal): Promise<Changed> {
  for (let tries = 0; tries < maxTries; tries++) {
    signal.throwIfAborted();
    const stored = await findLive(carts, owner.user_id);
    const content = stored ?? emptyContent;
    const circumstances = await circumstancesOf(carts, owner, content, change);
    const outcome = applyChange(withTaxRate(content, owner.tax_rate), change, circumstances);
    if (!outcome.ok) return { ok: false, code: 'refused', refusal: outcome.refusal };
    const { ok, warnings, merge } = outcome;
    const told = { ok, warnings, ...(merge && { merge }) };
    if (outcome.content === content)
      return { ...told, cart: stored && { ...stored, ...amountsOf(stored, circumstances) } };

    const { now } = circumstances;
    const cart: Cart = {
      ...(stored ?? { id: newCartId(), user_id: owner.user_id, version: 0, merged_into: null, created_at: now }),
      ...outcome.content,
      ...amountsOf(outcome.content, circumstances),
      currency: owner.currency,
      version: (stored?.version ?? 0) + 1,
      updated_at: now,
      expires_at: aliveUntil(owner, now),
    };
    signal.throwIfAborted();
    const isStored = stored ? await replace(carts, cart, stored.version) : await insert(carts, cart);
    if (isStored) return { ...told, cart };
    // Longer each time, so that a cart that is just being taken over is gone by then.
    await new Promise((resolve) => setTimeout(resolve, Math.random() * jitterMilliseconds * (tries + 1)));
  }
  return { ok: false, code: 'conflict' };
}

export function aliveUntil({ life_days }: Owner, now: Date): Date {
  return new Date(now.getTime() + life_days * dayMilliseconds);
}

/** The time, the coupons that the cart and the change name, and which of the new ones the user cannot use once more. */
async function circumstancesOf(
  carts: Carts,
  { user_id }: Owner,
  content: CartContent,
  change: Change,
): Promise<Circumstances> {
  const now = new Date();
  const added = newCoupons(change).filter((code) => !content.coupon_codes.includes(code));
  const codes = [...content.coupon_codes, ...added];
  if (codes.length === 0) return { now, coupons: [], exhausted: [] };
  const coupons = await findCouponsByCode(carts.db, codes);
  const asked = coupons.filter(({ code }) => added.includes(code));
  const answers = await Promise.all(asked.map((coupon) => isExhausted(carts.db, coupon, user_id)));
  return { now, coupons, exhausted: asked.filter((_, i) => answers[i]).map(({ code }) => code) };
}

/** False if the cart has changed since it had this version, or is gone. */
async function replace(carts: Carts, cart: Cart, version: number): Promise<boolean> {
  const { _id, ...fields } = documentOf(cart);
  const { matchedCount } = await carts.replaceOne({ _id, version }, fields);
  return matchedCount === 1;
}

/** False if the user has got a cart meanwhile. An expired one that is still there makes room. */
async function insert(carts: Carts, cart: Cart): Promise<boolean> {
  try {
    await carts.insertOne(documentOf(cart));
    return true;
  } catch (error) {
    if (!(error instanceof MongoServerError && error.code === duplicateKey)) throw error;
    await carts.deleteOne({ user_id: cart.user_id, expires_at: { $lte: new Date() } });
    return false;
  }
}
