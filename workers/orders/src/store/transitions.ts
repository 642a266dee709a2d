import { type SQL, sql } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import { z } from 'zod';

import type { Database } from '#shared/db/postgres.ts';
import type { EventType, OutboxEvent } from '#shared/events/events.ts';
import { currentTrace } from '#shared/http/context.ts';

import { type OrderStatus, orderStatuses, sourcesOf } from '../domain/status.ts';

export interface Transition {
  orderId: string;
  to: 'CONFIRMED' | 'PROCESSING' | 'SHIPPED' | 'DELIVERED';
  /** Who did it; null for the system. */
  changedBy: string | null;
  notes: string | null;
  trackingNumber: string | null;
}

/** `moved`: the event that tells of it, if there is one. Otherwise the status that does not allow it, null for no order. */
export type TransitionResult = { moved: true; events: OutboxEvent[] } | { moved: false; status: OrderStatus | null };

const eventTypes: Record<Transition['to'], EventType | null> = {
  CONFIRMED: 'order.confirmed',
  PROCESSING: null,
  SHIPPED: 'order.shipped',
  DELIVERED: 'order.delivered',
};

const Row = z.object({
  status: z.enum(orderStatuses),
  order_id: z.string(),
  user_id: z.string(),
  order_number: z.string(),
  tracking_number: z.string().nullable(),
  has_moved: z.boolean(),
});

/**
 * Applies a transition in one statement: the update on a status that allows it, the history row, the timestamps and the
 * outbox event. Two at once: the database lets one through, the other sees the new status.
 */
export async function applyTransition(db: Database, transition: Transition): Promise<TransitionResult> {
  const { statement, read } = transitionStatement(transition);
  return read((await db.execute(statement)).rows);
}

/** The statement and the reader of its rows, for a batch with more in it. */
export function transitionStatement(transition: Transition): {
  statement: SQL;
  read: (rows: unknown[]) => TransitionResult;
} {
  const { orderId, to, changedBy, notes, trackingNumber } = transition;
  const type = eventTypes[to];
  const { requestId: request_id, traceparent } = currentTrace();
  const event = { id: uuidv7(), subject_id: orderId, request_id, traceparent };
  const statement = sql`
    WITH current AS (SELECT * FROM orders WHERE id = ${orderId} FOR UPDATE),
    moved AS (
      UPDATE orders SET status = ${to}, version = orders.version + 1,
        tracking_number = coalesce(${trackingNumber}, orders.tracking_number),
        shipped_at = CASE WHEN ${to} = 'SHIPPED' THEN now() ELSE orders.shipped_at END,
        delivered_at = CASE WHEN ${to} = 'DELIVERED' THEN now() ELSE orders.delivered_at END
      FROM current WHERE orders.id = current.id AND current.status::text = ANY(${sql.param(sourcesOf(to))}::text[])
      RETURNING orders.id, orders.user_id, orders.order_number, orders.tracking_number, current.status AS from_status),
    history AS (
      INSERT INTO order_status_history (id, order_id, from_status, to_status, notes, changed_by)
      SELECT ${uuidv7()}, id, from_status, ${to}, ${notes}, ${changedBy} FROM moved),
    told AS (
      INSERT INTO outbox (id, type, subject_id, payload, request_id, traceparent)
      SELECT ${event.id}, ${type}, id,
        jsonb_build_object('order_id', id, 'user_id', user_id, 'order_number', order_number,
                           'tracking_number', tracking_number),
        ${event.request_id}, ${event.traceparent}
      FROM moved WHERE ${type}::text IS NOT NULL)
    SELECT current.status, current.id AS order_id, current.user_id, current.order_number,
           moved.tracking_number, moved.id IS NOT NULL AS has_moved
      FROM current LEFT JOIN moved ON true`;
  const read = (rows: unknown[]): TransitionResult => {
    if (rows[0] === undefined) return { moved: false, status: null };
    const { has_moved, status, ...payload } = Row.parse(rows[0]);
    if (!has_moved) return { moved: false, status };
    return { moved: true, events: type === null ? [] : [{ ...event, type, payload }] };
  };
  return { statement, read };
}
