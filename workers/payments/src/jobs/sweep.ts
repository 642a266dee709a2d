import { deleteExpiredKeys } from '#shared/db/idempotency.ts';
import { connect } from '#shared/db/postgres.ts';
import { sweepClock } from '#shared/env.ts';
import { relayOutbox } from '#shared/events/outbox.ts';
import { deleteOldEvents } from '#shared/events/retention.ts';
import { describeError, log } from '#shared/http/log.ts';

import { type Bindings, queuesOf } from '../env.ts';
import { deleteOldWebhooks } from '../store/webhook-events.ts';
import { reconcile, reconcileRefunds, retryAutomaticRefunds } from './reconcile.ts';
import { applyWaitingWebhooks } from './webhooks.ts';
import { forgetDeletedMethods } from './saved-methods.ts';

/** What is due by the clock. Every job is tried, whatever becomes of the others. Answers how much each has done. */
export async function sweep(env: Bindings, advanceSeconds: number): Promise<Record<string, number>> {
  const db = connect(env);
  const now = sweepClock(advanceSeconds);
  return {
    // First what waits for no gateway.
    events_relayed: await attempted('outbox relay', () => relayOutbox(db, queuesOf(env))),
    webhooks_applied: await attempted('webhooks', () => applyWaitingWebhooks(env, now)),
    payments_settled: await attempted('reconciliation', () => reconcile(env, now)),
    refunds_settled: await attempted('reconciliation of refunds', () => reconcileRefunds(env, now)),
    refunds_retried: await attempted('refused refunds', () => retryAutomaticRefunds(env, now)),
    methods_forgotten: await attempted('deleted payment methods', () => forgetDeletedMethods(env)),
    keys_deleted: await attempted('expired keys', () => deleteExpiredKeys(db, now)),
    events_deleted: await attempted('old events', () => deleteOldEvents(db, now)),
    webhooks_deleted: await attempted('old webhooks', () => deleteOldWebhooks(db, now)),
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
