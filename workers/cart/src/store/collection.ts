import { type Collection, MongoServerError, type MongoClient } from 'mongodb';

import { emptyContent, type Refusal, type Warning } from '../domain/cart.ts';
import { applyChange, type Change } from '../domain/change.ts';
import type { Owner } from '../owner.ts';
import { type Cart, type CartDocument, cartOf, documentOf, newCartId } from './documents.ts';

export type Carts = Collection<CartDocument>;

/** `cart` is null where there is none and the change made none. */
export type Changed =
  | { ok: true; cart: Cart | null; warnings: Warning[] }
  | { ok: false; code: 'conflict' }
  | { ok: false; code: 'refused'; refusal: Refusal };

const duplicateKey = 11_000;
const maxTries = 10;
const jitterMilliseconds = 20;
const dayMilliseconds = 24 * 60 * 60 * 1_000;

export function cartsOf(client: MongoClient, uri: string): Carts {
  return client.db(databaseName(uri)).collection<CartDocument>('carts');
}

/** The database that the URI's path names; `cart` where it names none. */
export function databaseName(uri: string): string {
  const path = /^mongodb(?:\+srv)?:\/\/[^/?]+(?:\/([^?]*))?/.exec(uri)?.[1] ?? '';
  return path === '' ? 'cart' : decodeURIComponent(path);
}

/** The user's cart, unless it has expired: the database deletes expired ones late. */
export async function findLive(carts: Carts, user_id: string): Promise<Cart | null> {
  const document = await carts.findOne({ user_id, expires_at: { $gt: new Date() } });
  return document === null ? null : cartOf(document);
}

/** Deletes the user's cart, expired or not. Answers how many there were. */
export async function deleteCart(carts: Carts, user_id: string): Promise<number> {
  const { deletedCount } = await carts.deleteMany({ user_id });
  return deletedCount;
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
    const now = new Date();
    const content = stored ?? emptyContent;
    const outcome = applyChange(content, change, now);
    if (!outcome.ok) return { ok: false, code: 'refused', refusal: outcome.refusal };
    if (outcome.content === content) return { ok: true, cart: stored, warnings: outcome.warnings };

    const cart: Cart = {
      ...(stored ?? { id: newCartId(), user_id: owner.user_id, version: 0, created_at: now }),
      ...outcome.content,
      currency: owner.currency,
      version: (stored?.version ?? 0) + 1,
      updated_at: now,
      expires_at: new Date(now.getTime() + owner.life_days * dayMilliseconds),
    };
    signal.throwIfAborted();
    const isStored = stored ? await replace(carts, cart, stored.version) : await insert(carts, cart);
    if (isStored) return { ok: true, cart, warnings: outcome.warnings };
    await new Promise((resolve) => setTimeout(resolve, Math.random() * jitterMilliseconds));
  }
  return { ok: false, code: 'conflict' };
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
