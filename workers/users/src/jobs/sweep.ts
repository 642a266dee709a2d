import { connect } from '#shared/db/postgres.ts';
import { sweepClock } from '#shared/env.ts';
import { relayOutbox } from '#shared/events/outbox.ts';

import { type Bindings, queuesOf } from '../env.ts';
import { deleteExpiredFailures } from '../store/login-failures.ts';
import { deleteExpiredTokens } from '../store/sessions.ts';

/** Deletes what has expired and sends the events that were left behind. Answers how much of each. */
export async function sweep(env: Bindings, advanceSeconds: number): Promise<Record<string, number>> {
  const db = connect(env);
  const now = sweepClock(advanceSeconds);
  const [tokens, failures, relayed] = await Promise.all([
    deleteExpiredTokens(db, now),
    deleteExpiredFailures(db, now),
    relayOutbox(db, queuesOf(env)),
  ]);
  return { expired_refresh_tokens: tokens, expired_login_failures: failures, relayed_events: relayed };
}
