import { connect } from '#shared/db/postgres.ts';
import { sweepClock } from '#shared/env.ts';
import { relayOutbox } from '#shared/events/outbox.ts';
import { deleteOldEvents } from '#shared/events/retention.ts';

import { type Bindings, queuesOf } from '../env.ts';
import { deleteExpiredFailures } from '../store/login-failures.ts';
import { deleteExpiredMailTokens } from '../store/mail-tokens.ts';
import { deleteExpiredTokens } from '../store/sessions.ts';

/** Deletes what has expired and sends the events that were left behind. Answers how much of each. */
export async function sweep(env: Bindings, advanceSeconds: number): Promise<Record<string, number>> {
  const db = connect(env);
  const now = sweepClock(advanceSeconds);
  const [tokens, mailTokens, failures, relayed, events] = await Promise.all([
    deleteExpiredTokens(db, now),
    deleteExpiredMailTokens(db, now),
    deleteExpiredFailures(db, now),
    relayOutbox(db, queuesOf(env)),
    deleteOldEvents(db, now),
  ]);
  return {
    expired_refresh_tokens: tokens,
    expired_mail_tokens: mailTokens,
    expired_login_failures: failures,
    relayed_events: relayed,
    events_deleted: events,
  };
}
