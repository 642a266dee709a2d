import { describeError, log } from '#shared/http/log.ts';

import type { Bindings } from '../env.ts';
import { customer, guestOf } from '../owner.ts';
import { mergeCarts } from '../routes/cart/cart.merge.ts';
import { unfinishedMerges } from '../store/carts.ts';

/** A merge takes seconds at most. One that was begun this long ago was left by a crash. */
const abandonedAfterMilliseconds = 60_000;

/** See `CartApi.mergeGuestCart`. */
export async function mergeGuestCart(
  env: Bindings,
  { user_id, cart_token }: { user_id: string; cart_token: string },
): Promise<void> {
  const guest_id = await guestOf(env, cart_token);
  if (guest_id !== null) await mergeCarts(env, customer(env, user_id), guest_id);
}

/** Finishes what a crash left half-merged, and answers how much there was. What fails is tried again by the next sweep. */
export async function finishMerges(env: Bindings, now: Date): Promise<number> {
  const merges = await unfinishedMerges(env, new Date(now.getTime() - abandonedAfterMilliseconds));
  let finished = 0;
  for (const { guest_id, user_id } of merges) {
    try {
      await mergeCarts(env, customer(env, user_id), guest_id);
      finished++;
    } catch (error) {
      log('error', 'merge not finished', { guest: guest_id, user: user_id, ...describeError(error) });
    }
  }
  return finished;
}
