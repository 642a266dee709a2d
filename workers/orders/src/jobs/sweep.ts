import { deleteExpiredKeys } from '#shared/db/idempotency.ts';
import { connect } from '#shared/db/postgres.ts';
import { sweepClock } from '#shared/env.ts';
import { relayOutbox } from '#shared/events/outbox.ts';

import { type Bindings, queuesOf } from '../env.ts';

/** What crashes left behind, found again: unsent events, and keys past their 24 hours. */
export async function sweep(env: Bindings, advanceSeconds: number): Promise<Record<string, number>> {
  const db = connect(env);
  const events_relayed = await relayOutbox(db, queuesOf(env));
  const keys_deleted = await deleteExpiredKeys(db, sweepClock(advanceSeconds));
  return { events_relayed, keys_deleted };
}
