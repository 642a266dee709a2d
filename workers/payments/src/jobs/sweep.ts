import { deleteExpiredKeys } from '#shared/db/idempotency.ts';
import { connect } from '#shared/db/postgres.ts';
import { sweepClock } from '#shared/env.ts';
import { relayOutbox } from '#shared/events/outbox.ts';
import { describeError, log } from '#shared/http/log.ts';

import { type Bindings, queuesOf } from '../env.ts';
import { reconcile, reconcileRefunds } from './reconcile.ts';

/** What is due by the clock. Every job is tried, whatever becomes of the others. Answers how much each has done. */
export async function sweep(env: Bindings, advanceSeconds: number): Promise<Record<string, number>> {
  const db = connect(env);
  const now = sweepClock(advanceSeconds);
  return {
    payments_settled: await attempted('reconciliation', () => reconcile(env, now)),
    refunds_settled: await attempted('reconciliation of refunds', () => reconcileRefunds(env, now)),
    events_relayed: await attempted('outbox relay', () => relayOutbox(db, queuesOf(env))),
    keys_deleted: await attempted('expired keys', () => deleteExpiredKeys(db, now)),
  };
}

async function attempted(job: string, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    log('error', 'sweep failed', { job, ...describeError(error) });
    return 0;
  }
}
