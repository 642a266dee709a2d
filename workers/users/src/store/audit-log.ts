/**
 * What administrators change. An entry is written first, under the conditions of its change, and the change is made
 * only where the entry is: nothing is changed unrecorded, and nothing recorded that was not changed.
 */
import { and, desc, eq, type SQL, sql } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';

import { auditLog, users } from '#drizzle/users/schema.ts';
import type { Database } from '#shared/db/postgres.ts';
import type { EventPayload } from '#shared/events/events.ts';
import { requestContext } from '#shared/http/context.ts';
import type { Position } from '#shared/http/pages.ts';

import { isLive } from './accounts.ts';

export type AuditEntry = typeof auditLog.$inferSelect;

interface Resource {
  type: 'user' | 'role';
  id: string;
}

/**
 * The statement that writes an entry of the actor, and the condition that it was written. `change` is a query of at
 * most one row (action, before, after): none if nothing changes. Nothing is written for an actor who is no longer live.
 */
export function recorded(db: Database, actorId: string, resource: Resource, change: SQL) {
  const id = uuidv7();
  const record = db.execute(sql`
    INSERT INTO audit_log (id, actor_id, action, resource_type, resource_id, before, after, request_id)
    SELECT ${id}, ${actorId}, change.action, ${resource.type}, ${resource.id}, change.before, change.after,
           ${requestContext().requestId}
      FROM (${change}) AS change
     WHERE EXISTS (SELECT FROM users WHERE users.id = ${actorId} AND is_active AND NOT is_deleted)`);
  return { record, isRecorded: sql`EXISTS (SELECT FROM audit_log WHERE audit_log.id = ${id})` };
}

/** An entry that another service tells of, by its event's id: a second delivery changes nothing. */
export async function keepRecorded(
  db: Database,
  eventId: string,
  requestId: string,
  { recorded_at, ...entry }: EventPayload<'audit.recorded'>,
): Promise<void> {
  await db
    .insert(auditLog)
    .values({ id: eventId, ...entry, request_id: requestId, created_at: new Date(recorded_at) })
    .onConflictDoNothing();
}

/** A row if the actor is neither deactivated nor deleted. Read before the change, which may end the actor. */
export function selectLiveActor(db: Database, actorId: string) {
  return db
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.id, actorId), isLive));
}

export interface AuditFilter {
  actor_id?: string | undefined;
  resource_type?: string | undefined;
  resource_id?: string | undefined;
}

/** Up to `limit` entries after `position`, newest first; null if the actor is not live. */
export async function listAuditLog(
  db: Database,
  actorId: string,
  filter: AuditFilter,
  { position, limit }: { position: Position | null; limit: number },
): Promise<AuditEntry[] | null> {
  const { actor_id, resource_type, resource_id } = filter;
  const after = position
    ? sql`(${auditLog.created_at}, ${auditLog.id}) < (${position.key}::timestamptz, ${position.id}::uuid)`
    : undefined;
  const [[actor], entries] = await db.batch([
    selectLiveActor(db, actorId),
    db
      .select()
      .from(auditLog)
      .where(
        and(
          after,
          actor_id === undefined ? undefined : eq(auditLog.actor_id, actor_id),
          resource_type === undefined ? undefined : eq(auditLog.resource_type, resource_type),
          resource_id === undefined ? undefined : eq(auditLog.resource_id, resource_id),
        ),
      )
      .orderBy(desc(auditLog.created_at), desc(auditLog.id))
      .limit(limit),
  ]);
  return actor ? entries : null;
}
