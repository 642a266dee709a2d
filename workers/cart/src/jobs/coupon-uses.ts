import { currentTrace } from '#shared/http/context.ts';
import { dependency } from '#shared/rpc.ts';

import type { Bindings } from '../env.ts';
import { answered } from '../store/answered.ts';
import { connectionOf } from '../store/carts.ts';
import { releaseCoupons } from '../store/coupon-uses.ts';

/** A checkout takes seconds. What it redeemed this long ago without an order to show for it was left by a crash. */
const abandonedAfterMinutes = 15;
const chunkSize = 50;
/** A sweep ends some time; the next one goes on. */
const roundsASweep = 100;

/** Tells of a placed order: what it uses of coupons stays. What is left of an attempt with other coupons goes. */
export async function settleOrder(env: Bindings, order_id: string, coupon_codes: string[]): Promise<void> {
  if (coupon_codes.length === 0) await releaseCoupons(env, [order_id]);
  else await settle(env, [order_id]);
}

/**
 * Asks orders about uses that are still not known to be of a placed order, and gives back those of checkouts that it has
 * given up. Answers how many orders those were.
 */
export async function releaseAbandoned(env: Bindings, now: Date): Promise<number> {
  const cutoff = new Date(now.getTime() - abandonedAfterMinutes * 60_000);
  let released = 0;
  for (let round = 0; round < roundsASweep; round++) {
    const found = connectionOf(env, '').findUnsettled(currentTrace(), cutoff, chunkSize);
    const waiting = await answered<string[]>(found);
    if (waiting.length === 0) break;
    const question = env.ORDERS_SERVICE.giveUpCheckouts(currentTrace(), { order_ids: waiting });
    const { placed } = await dependency('orders', question);
    const abandoned = waiting.filter((id) => !placed.includes(id));
    await settle(env, placed);
    await releaseCoupons(env, abandoned);
    released += abandoned.length;
  }
  return released;
}

async function settle(env: Bindings, order_ids: string[]): Promise<void> {
  await answered<void>(connectionOf(env, '').settleUses(currentTrace(), order_ids));
}
