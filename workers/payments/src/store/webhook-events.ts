import { and, asc, eq, lte, sql } from 'drizzle-orm';

import { webhookEvents, type webhookStatus } from '#drizzle/payments/schema.ts';
import type { Database } from '#shared/db/postgres.ts';
import { deletedAtOnce, deleteInParts } from '#shared/db/retention.ts';

export interface WebhookKey {
  gateway: string;
  event_id: string;
}

export type WebhookStatus = (typeof webhookStatus.enumValues)[number];
export type WebhookRow = typeof webhookEvents.$inferSelect;

/** As long as the request that brought an event may take to apply it: then it is the sweep's. */
const firstPause = '30 seconds';
const longestPause = '1 hour';
const daysKept = 90;

/** Keeps an event as RECEIVED; false if it has been kept before. */
export async function insertWebhookEvent(
  db: Database,
  event: WebhookKey & { type: string; payload: unknown },
): Promise<boolean> {
  const inserted = await db
    .insert(webhookEvents)
    .values({ ...event, next_attempt_at: sql`now() + ${firstPause}::interval` })
    .onConflictDoNothing()
    .returning({ event_id: webhookEvents.event_id });
  return inserted.length === 1;
}

/** The events that still wait to be applied and are due, the longest waiting first. */
export function listWaitingWebhooks(db: Database, now: Date, limit: number): Promise<WebhookRow[]> {
  return db
    .select()
    .from(webhookEvents)
    .where(and(eq(webhookEvents.status, 'RECEIVED'), lte(webhookEvents.next_attempt_at, now)))
    .orderBy(asc(webhookEvents.next_attempt_at))
    .limit(limit);
}

/** Ends a waiting event, once. False if it had been ended before. */
export async function endWebhook(
  db: Database,
  key: WebhookKey,
  { status, reason }: { status: Exclude<WebhookStatus, 'RECEIVED'>; reason: string | null },
): Promise<boolean> {
  const ended = await db
    .update(webhookEvents)
    .set({ status, reason, attempts: sql`${webhookEvents.attempts} + 1`, settled_at: sql`now()` })
    .where(waiting(key))
    .returning({ event_id: webhookEvents.event_id });
  return ended.length === 1;
}

/** Has a waiting event tried again, later than the last time. `attempts`: as often as it was tried before this one. */
export async function putOffWebhook(
  db: Database,
  key: WebhookKey,
  { attempts, reason }: { attempts: number; reason: string | null },
): Promise<void> {
  const pause = sql`least(${firstPause}::interval * power(2, least(${webhookEvents.attempts}, 20)), ${longestPause}::interval)`;
  await db
    .update(webhookEvents)
    .set({ reason, attempts: sql`${webhookEvents.attempts} + 1`, next_attempt_at: sql`now() + ${pause}` })
    // Two sweeps at once count as one.
    .where(and(waiting(key), eq(webhookEvents.attempts, attempts)));
}

/** Deletes what was applied or ignored and is older than 90 days; answers how much. What is DEAD stays until a person has looked. */
export async function deleteOldWebhooks(db: Database, now: Date): Promise<number> {
  return deleteInParts(async () => {
    const { rowCount } = await db.execute(sql`
      DELETE FROM webhook_events
       WHERE (gateway, event_id) IN (
         SELECT gateway, event_id FROM webhook_events
          WHERE received_at < ${now.toISOString()}::timestamptz - make_interval(days => ${daysKept})
            AND status IN ('APPLIED', 'IGNORED')
          LIMIT ${deletedAtOnce})`);
    return rowCount;
  });
}

function waiting({ gateway, event_id }: WebhookKey) {
  return and(
    eq(webhookEvents.gateway, gateway),
    eq(webhookEvents.event_id, event_id),
    eq(webhookEvents.status, 'RECEIVED'),
  );
}
