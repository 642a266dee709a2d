import { type SQL, sql } from 'drizzle-orm';

import type { OutboxEvent } from '#shared/events/events.ts';

/** Puts the event into the outbox for each user that `subjects` names, a table or subquery with an `id`: one or none. */
export function insertUserEvent(event: Omit<OutboxEvent, 'subject_id' | 'payload'>, subjects: SQL): SQL {
  return sql`
    INSERT INTO outbox (id, type, subject_id, payload, request_id, traceparent)
    SELECT ${event.id}, ${event.type}, subject.id, jsonb_build_object('user_id', subject.id),
           ${event.request_id}, ${event.traceparent}
      FROM ${subjects} AS subject`;
}
