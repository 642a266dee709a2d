import { currentTrace, requestContext } from '#shared/http/context.ts';
import { Problem, unavailable } from '#shared/http/problem.ts';
import { dependency } from '#shared/rpc.ts';

import type { Refusal, Warning } from '../domain/cart.ts';
import type { Change } from '../domain/change.ts';
import { type MergeReport, nothingMerged } from '../domain/merge.ts';
import type { Findings } from '../domain/refresh.ts';
import type { Bindings } from '../env.ts';
import type { Owner } from '../owner.ts';
import { answered } from './answered.ts';
import type { Changed } from './collection.ts';
import type { Deleted, Found, Unavailable } from './connection.ts';
import type { Cart } from './documents.ts';
import type { TakenOver, UnfinishedMerge } from './merges.ts';

/** A cart as it is to be shown; null if the user has none. */
export interface ShownCart {
  cart: Cart | null;
  warnings: Warning[];
}

export interface MergedCart extends ShownCart {
  merge: MergeReport;
}

/** The user's live cart. 503 if the database does not answer. */
export async function findCart(env: Bindings, user_id: string): Promise<Cart | null> {
  const answer = await dependency<Found>('cart database', connectionOf(env, user_id).find(currentTrace(), user_id));
  if (!answer.ok) throw unavailable();
  return answer.cart;
}

/** Changes the owner's cart, making it if need be. 503 if the database does not answer, 409 under too much contention. */
export async function changeCart(
  env: Bindings,
  owner: Owner,
  change: Change,
): Promise<({ ok: true } & ShownCart) | { ok: false; refusal: Refusal }> {
  const connection = connectionOf(env, owner.user_id);
  const answer = await dependency<Changed | Unavailable>(
    'cart database',
    connection.change(currentTrace(), owner, change),
  );
  if (answer.ok) return answer;
  if (answer.code === 'unavailable') throw unavailable();
  if (answer.code === 'conflict') throw conflict();
  return { ok: false, refusal: answer.refusal };
}

function conflict(): Problem {
  return new Problem('cart_conflict', 'Nothing was changed. Load the cart and try again.');
}

/** See `findBoth` in merges.ts. 503 if the database does not answer. */
export function findBothCarts(
  env: Bindings,
  owner: Owner,
  guest: { guest_id: string; isHeld: boolean },
): Promise<{ guest: Cart | null; cart: Cart | null }> {
  return answered(connectionOf(env, owner.user_id).findBoth(currentTrace(), owner, guest));
}

/**
 * Takes the guest's cart over as it was read, and deletes it. Null if it is another by now. 503 if the database does not
 * answer, 409 under too much contention: then the merge can be repeated, and will be by the sweep.
 */
export async function takeOverCart(
  env: Bindings,
  owner: Owner,
  { id, version }: Cart,
  findings: Findings,
): Promise<MergedCart | null> {
  const connection = connectionOf(env, owner.user_id);
  const taken = await answered<TakenOver>(connection.takeOver(currentTrace(), owner, { id, version, findings }));
  if (taken.ok) return { ...taken, merge: taken.merge ?? nothingMerged };
  if (taken.code === 'moved') return null;
  throw conflict();
}

/** Merges begun before this time that are not finished, up to a hundred. 503 if the database does not answer. */
export function unfinishedMerges(env: Bindings, before: Date): Promise<UnfinishedMerge[]> {
  return answered(connectionOf(env, '').unfinishedMerges(currentTrace(), before));
}

/** Deletes the user's cart, if there is one. 503 if the database does not answer. */
export async function deleteCart(env: Bindings, user_id: string): Promise<void> {
  const answer = await dependency<Deleted>('cart database', connectionOf(env, user_id).delete(currentTrace(), user_id));
  if (!answer.ok) throw unavailable();
}

/** Deletes the carts of all users that have expired by `now`, and answers how many. */
export async function deleteExpiredCarts(env: Bindings, now: Date): Promise<number> {
  const answer = await dependency<Deleted>('cart database', connectionOf(env, '').deleteExpired(currentTrace(), now));
  if (!answer.ok) throw unavailable();
  return answer.deleted;
}

/** Throws unless the database answers. */
export async function pingCarts(env: Bindings): Promise<void> {
  const answer = await connectionOf(env, '').ping(currentTrace());
  if (!answer.ok) throw unavailable();
}

/** The connection for this user, or other key: always the same one, as long as the number of shards stays. */
export function connectionOf(env: Bindings, key: string) {
  // One round trip for us, whatever the connection does with its database nearby.
  requestContext().roundTrips++;
  const shard = stableHash(key) % Number(env.CART_SHARDS);
  return env.CART_CONNECTION.getByName(`carts-${shard}`);
}

/** FNV-1a, 32 bits. */
function stableHash(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
