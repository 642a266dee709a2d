import { deleteExpiredKeys } from '#shared/db/idempotency.ts';
import { type Database, connect } from '#shared/db/postgres.ts';
import { sweepClock } from '#shared/env.ts';
import { dispatch, relayOutbox } from '#shared/events/outbox.ts';
import { deleteOldEvents } from '#shared/events/retention.ts';
import { currentTrace } from '#shared/http/context.ts';
import { dependency } from '#shared/rpc.ts';

import { type Bindings, queuesOf } from '../env.ts';
import { compactProductCounts } from '../store/category-counts.ts';
import { findWaitingOrders, releaseReservations } from '../store/reservations.ts';
import { StockEvents } from '../store/stock-events.ts';

/** A checkout takes seconds. What it reserved this long ago without an order to show for it was left by a crash. */
const abandonedAfterMinutes = 15;
const chunkSize = 50;

/**
 * Sends events that were left behind, forgets answers past their 24 hours, adds up the counts of categories, deletes old
 * events, and frees stock that no order will ever take. Answers how much it did.
 */
export async function sweep(env: Bindings, advanceSeconds: number): Promise<Record<string, number>> {
  const db = connect(env);
  const now = sweepClock(advanceSeconds);
  const events_relayed = await relayOutbox(db, queuesOf(env));
  const keys_deleted = await deleteExpiredKeys(db, now);
  const counts_compacted = await compactProductCounts(db);
  const events_deleted = await deleteOldEvents(db, now);
  // Last, as it fails while orders does not answer.
  const orders_released = await releaseAbandoned(db, env, now);
  return { events_relayed, keys_deleted, counts_compacted, events_deleted, orders_released };
}

/** Orders answers which of them were placed, and sees to it that the others never will be. */
async function releaseAbandoned(db: Database, env: Bindings, now: Date): Promise<number> {
  const cutoff = new Date(now.getTime() - abandonedAfterMinutes * 60_000);
  let released = 0;
  let after: string | null = null;
  for (;;) {
    const waiting: string[] = await findWaitingOrders(db, { cutoff, after, limit: chunkSize });
    if (waiting.length === 0) return released;
    const question = env.ORDERS_SERVICE.giveUpCheckouts(currentTrace(), { order_ids: waiting });
    const placed = new Set((await dependency('orders', question)).placed);
    const abandoned = waiting.filter((id) => !placed.has(id));
    if (abandoned.length > 0) {
      const { rows } = await releaseReservations(db, abandoned);
      await dispatch(db, queuesOf(env), StockEvents.parse(rows));
    }
    released += abandoned.length;
    after = waiting.at(-1) ?? null;
  }
}
