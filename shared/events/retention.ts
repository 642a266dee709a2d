import { sql } from 'drizzle-orm';

import { inbox, outbox } from '#shared/db/tables.ts';
import { deletedAtOnce, deleteInParts } from '#shared/db/retention.ts';
import type { Database } from '#shared/db/postgres.ts';

/**
 * Longer than an event can be on its way: 14 days in a queue and 14 in its dead letters, by the longest retention that
 * queues have. So one that comes again always finds that it was applied.
 */
const daysKept = 30;

/** Deletes what was sent, and what was applied, more than 30 days before `now`. What was never sent stays. */
export async function deleteOldEvents(db: Database, now: Date): Promise<number> {
  const before = sql`${now.toISOString()}::timestamptz - make_interval(days => ${daysKept})`;
  const sent = await deleteInParts(async () => {
    const { rowCount } = await db.execute(sql`
      DELETE FROM ${outbox} WHERE id IN (
        SELECT id FROM ${outbox} WHERE sent_at < ${before} ORDER BY sent_at LIMIT ${deletedAtOnce} FOR UPDATE SKIP LOCKED)`);
    return rowCount;
  });
  const applied = await deleteInParts(async () => {
    const { rowCount } = await db.execute(sql`
      DELETE FROM ${inbox} WHERE (event_id, consumer) IN (
        SELECT event_id, consumer FROM ${inbox} WHERE received_at < ${before} ORDER BY received_at LIMIT ${deletedAtOnce}
           FOR UPDATE SKIP LOCKED)`);
    return rowCount;
  });
  return sent + applied;
}
