import { sweepClock } from '#shared/env.ts';

import type { Bindings } from '../env.ts';
import { deleteExpiredCarts } from '../store/carts.ts';
import { relayCouponEvents } from '../store/coupon-outbox.ts';
import { releaseAbandoned } from './coupon-uses.ts';
import { finishMerges } from './merge.ts';

/** Runs every minute. Answers how much there was of each kind. */
export async function sweep(env: Bindings, advanceSeconds: number): Promise<Record<string, number>> {
  const now = sweepClock(advanceSeconds);
  const merges_finished = await finishMerges(env, now);
  const expired_carts = await deleteExpiredCarts(env, now);
  const events_relayed = await relayCouponEvents(env);
  const orders_released = await releaseAbandoned(env, now);
  return { merges_finished, expired_carts, events_relayed, orders_released };
}
