import { deleteExpiredKeys } from '#shared/db/idempotency.ts';
import { connect } from '#shared/db/postgres.ts';
import { sweepClock } from '#shared/env.ts';
import { relayOutbox } from '#shared/events/outbox.ts';
import { deleteOldEvents } from '#shared/events/retention.ts';

import { type Bindings, queuesOf } from '../env.ts';
import { cancelOverdue } from './cancellation.ts';

/** What is due by the clock, and what crashes left behind: overdue orders, unsent events, keys past their 24 hours. */
export async function sweep(env: Bindings, advanceSeconds: number): Promise<Record<string, number>> {
  const db = connect(env);
  const now = sweepClock(advanceSeconds);
  const orders_cancelled = await cancelOverdue(env, now);
  const events_relayed = await relayOutbox(db, queuesOf(env));
  const keys_deleted = await deleteExpiredKeys(db, now);
  const events_deleted = await deleteOldEvents(db, now);
  return { orders_cancelled, events_relayed, keys_deleted, events_deleted };
}
