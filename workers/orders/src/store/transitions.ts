import { type SQL, sql } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import { z } from 'zod';

import type { Database } from '#shared/db/postgres.ts';
import { receive } from '#shared/events/consume.ts';
import type { EventPayload, EventType, OutboxEvent } from '#shared/events/events.ts';
import { currentTrace } from '#shared/http/context.ts';

import { type OrderStatus, orderStatuses, sourcesOf } from '../domain/status.ts';
import { type OrderParts, selectOrder } from './orders.ts';

interface Step {
  /** Only from these, of the statuses that allow it; from all of them if left out. */
  from?: readonly OrderStatus[];
  /** Who did it; null for the system. */
  changedBy: string | null;
  notes: string | null;
}

export type Transition = Step &
  (
    | { to: 'CONFIRMED' }
    | { to: 'PROCESSING' | 'SHIPPED' | 'DELIVERED'; trackingNumber: string | null }
    | { to: 'CANCELLED'; reason: string | null }
    | { to: 'REFUNDED'; refund: Pick<EventPayload<'order.refunded'>, 'refunded_amount' | 'currency' | 'restock'> }
  );

export interface Move {
  orderId: string;
  transition: Transition;
  /** Applied first, in the same transaction, where the status allows it. */
  before?: Transition | undefined;
}

/** `events` tell of what took place. Otherwise the status that does not allow it, null for no order. */
type MoveResult = { moved: true; events: OutboxEvent[] } | { moved: false; status: OrderStatus | null };

const eventTypes: Record<Transition['to'], EventType | null> = {
  CONFIRMED: 'order.confirmed',
  PROCESSING: null,
  SHIPPED: 'order.shipped',
  DELIVERED: 'order.delivered',
  CANCELLED: 'order.cancelled',
  REFUNDED: 'order.refunded',
};

/**
 * Moves an order in one transaction and one round trip: the update on a status that allows it, the history row, the
 * timestamps, a change of the tracking number and the outbox event. Of two at once the database lets one through, the
 * other sees the new status.
 * `eventId`: the event that this is the effect of; a second delivery fails on it (see `once`).
 */
export async function applyTransition(db: Database, move: Move, eventId?: string): Promise<MoveResult> {
  const { statements, read } = statementsOf(db, move);
  const received = eventId === undefined ? nothing(db) : receive(db, 'orders', eventId);
  const [, , before, after] = await db.batch([received, ...statements]);
  return read(before.rows, after.rows);
}

/** The same, and the order as this move has made it. */
export async function moveOrder(
  db: Database,
  move: Move,
): Promise<(MoveResult & { moved: true; order: OrderParts }) | (MoveResult & { moved: false })> {
  const { statements, read } = statementsOf(db, move);
  const [, before, after, [order], items, history] = await db.batch([...statements, ...selectOrder(db, move.orderId)]);
  const result = read(before.rows, after.rows);
  if (!result.moved) return result;
  if (!order) throw new Error(`Order ${move.orderId} moved and is gone.`);
  return { ...result, order: { order, items, history } };
}

/** The lock is a statement of its own, so that those after it see all that whoever held the order has committed. */
function statementsOf(db: Database, { orderId, transition, before }: Move) {
  const first = before && transitionOf(orderId, before);
  const second = transitionOf(orderId, transition);
  const statements = [
    db.execute(sql`SELECT FROM orders WHERE id = ${orderId} FOR UPDATE`),
    first ? db.execute(first.statement) : nothing(db),
    db.execute(second.statement),
  ] as const;
  const read = (rowsBefore: unknown[], rows: unknown[]): MoveResult => {
    const result = second.read(rows);
    const earlier = first?.read(rowsBefore);
    return result.moved && earlier?.moved ? { ...result, events: [...earlier.events, ...result.events] } : result;
  };
  return { statements, read };
}

function nothing(db: Database) {
  return db.execute(sql`SELECT`);
}

const Row = z.object({
  status: z.enum(orderStatuses),
  has_moved: z.boolean(),
  payload: z.record(z.string(), z.unknown()).nullable(),
});

/** The statement of one transition, and the reader of its rows. */
function transitionOf(
  orderId: string,
  transition: Transition,
): { statement: SQL; read: (rows: unknown[]) => MoveResult } {
  const { to, changedBy, notes, from = orderStatuses } = transition;
  const sources = sourcesOf(to).filter((status) => from.includes(status));
  const type = eventTypes[to];
  const { requestId: request_id, traceparent } = currentTrace();
  const event = { id: uuidv7(), subject_id: orderId, request_id, traceparent };
  const details = JSON.stringify('refund' in transition ? transition.refund : {});
  // History is read in the order of its times: a step is never written down at the time of the one before it.
  const statement = sql`
    WITH current AS (SELECT id, status, tracking_number FROM orders WHERE id = ${orderId}),
    moved AS (
      UPDATE orders SET version = orders.version + 1, ${changesOf(transition)}
        FROM current WHERE orders.id = current.id AND current.status::text = ANY(${sql.param(sources)}::text[])
      RETURNING orders.id, orders.tracking_number, current.status AS from_status, jsonb_build_object(
        'order_id', orders.id, 'user_id', orders.user_id, 'order_number', orders.order_number,
        'tracking_number', orders.tracking_number) || ${details}::jsonb AS payload),
    history AS (
      INSERT INTO order_status_history (id, order_id, from_status, to_status, notes, changed_by, created_at)
      SELECT ${uuidv7()}, id, from_status, ${to}, ${notes}, ${changedBy},
             greatest(clock_timestamp(), (SELECT max(created_at) + interval '1 millisecond'
                                            FROM order_status_history WHERE order_id = ${orderId}))
        FROM moved
      RETURNING created_at),
    changed AS (
      INSERT INTO order_changes (id, order_id, changed_by, before, after, created_at)
      SELECT ${uuidv7()}, id, ${changedBy}, jsonb_build_object('tracking_number', current.tracking_number),
             jsonb_build_object('tracking_number', moved.tracking_number), history.created_at
        FROM current JOIN moved USING (id), history WHERE current.tracking_number IS DISTINCT FROM moved.tracking_number),
    told AS (
      INSERT INTO outbox (id, type, subject_id, payload, request_id, traceparent, created_at)
      SELECT ${event.id}, ${type}, moved.id, payload, ${event.request_id}, ${event.traceparent}, history.created_at
        FROM moved, history WHERE ${type}::text IS NOT NULL)
    SELECT current.status, moved.id IS NOT NULL AS has_moved, moved.payload FROM current LEFT JOIN moved ON true`;
  const read = (rows: unknown[]): MoveResult => {
    if (rows[0] === undefined) return { moved: false, status: null };
    const { has_moved, status, payload } = Row.parse(rows[0]);
    if (!has_moved) return { moved: false, status };
    return { moved: true, events: type === null ? [] : [{ ...event, type, payload }] };
  };
  return { statement, read };
}

function changesOf(transition: Transition): SQL {
  const status = sql`status = ${transition.to}`;
  switch (transition.to) {
    case 'CONFIRMED':
    case 'REFUNDED':
      return status;
    case 'PROCESSING':
      return sql`${status}, ${trackingOf(transition)}`;
    case 'SHIPPED':
      return sql`${status}, ${trackingOf(transition)}, shipped_at = clock_timestamp()`;
    case 'DELIVERED':
      return sql`${status}, ${trackingOf(transition)}, delivered_at = clock_timestamp()`;
    case 'CANCELLED':
      return sql`${status}, cancelled_at = clock_timestamp(), cancellation_reason = ${transition.reason}`;
  }
}

function trackingOf({ trackingNumber }: { trackingNumber: string | null }): SQL {
  return sql`tracking_number = coalesce(${trackingNumber}, orders.tracking_number)`;
}
