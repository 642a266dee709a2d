import { sweepClock } from '#shared/env.ts';

import type { Bindings } from '../env.ts';
import { deleteExpiredCarts } from '../store/carts.ts';

/** Runs every minute. Answers how much there was of each kind. */
export async function sweep(env: Bindings, advanceSeconds: number): Promise<Record<string, number>> {
  return { expired_carts: await deleteExpiredCarts(env, sweepClock(advanceSeconds)) };
}
