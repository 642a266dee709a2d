import { connect } from '#shared/db/postgres.ts';
import { sweepClock } from '#shared/env.ts';
import { relayOutbox } from '#shared/events/outbox.ts';

import { type Bindings, queuesOf } from '../env.ts';
import { deleteExpiredTokens } from '../store/sessions.ts';

/** Deletes what has expired and sends the events that were left behind. Answers how much of each. */
export async function sweep(env: Bindings, advanceSeconds: number): Promise<Record<string, number>> {
  const db = connect(env);
  const now = sweepClock(advanceSeconds);
  const [expired, relayed] = await Promise.all([deleteExpiredTokens(db, now), relayOutbox(db, queuesOf(env))]);
  return { expired_refresh_tokens: expired, relayed_events: relayed };
}
