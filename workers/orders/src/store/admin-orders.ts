import { asc, eq, sql } from 'drizzle-orm';

import { orderChanges, orders, outbox } from '#drizzle/orders/schema.ts';
import { isGuardRefusal, requireRow } from '#shared/db/guards.ts';
import type { Database } from '#shared/db/postgres.ts';
import { auditEvent } from '#shared/events/audit.ts';
import { payloads, type OutboxEvent } from '#shared/events/events.ts';
import { insertEvents } from '#shared/events/outbox.ts';

import { type OrderParts, type OrderRow, selectOrder } from './orders.ts';

/** An event that other services were told of an order; it is there for as long as the outbox keeps what it has sent. */
export interface ToldEvent {
  type: string;
  created_at: Date;
  sent_at: Date | null;
}

/** What staff changed of an order. */
export type OrderChange = typeof orderChanges.$inferSelect;

export interface WholeOrder extends OrderParts {
  changes: OrderChange[];
  told: ToldEvent[];
}

/** An order with everything around it, in one round trip. */
export async function findWholeOrder(db: Database, id: string): Promise<WholeOrder | null> {
  const [[order], items, history, changes, told] = await db.batch(selectWhole(db, id));
  return order === undefined ? null : { order, items, history, changes, told };
}

function selectWhole(db: Database, id: string) {
  return [...selectOrder(db, id), selectChanges(db, id), selectTold(db, id)] as const;
}

function selectChanges(db: Database, id: string) {
  return db
    .select()
    .from(orderChanges)
    .where(eq(orderChanges.order_id, id))
    .orderBy(asc(orderChanges.created_at), asc(orderChanges.id));
}

function selectTold(db: Database, id: string) {
  const { type, created_at, sent_at } = outbox;
  return db
    .select({ type, created_at, sent_at })
    .from(outbox)
    .where(eq(outbox.subject_id, id))
    .orderBy(asc(created_at), asc(outbox.id));
}

type OrderFields = { tracking_number: string | null; notes: string | null };

/** The order as it is now, and what is to be told; `changed_meanwhile` and nothing written if it is no longer as it was read. */
export async function changeOrder(
  db: Database,
  actorId: string,
  before: OrderRow,
  change: { [Field in keyof OrderFields]?: OrderFields[Field] | undefined },
): Promise<{ changed: WholeOrder; events: OutboxEvent[] } | 'changed_meanwhile'> {
  const { id, version, tracking_number, notes } = before;
  const from: OrderFields = { tracking_number, notes };
  const after = { ...from, ...change };
  if (JSON.stringify(after) === JSON.stringify(from)) {
    const changed = await findWholeOrder(db, id);
    return changed ? { changed, events: [] } : 'changed_meanwhile';
  }
  const audit = { action: 'order.updated', resource_type: 'order', resource_id: id, before: from, after };
  const event = auditEvent({ actor_id: actorId, ...audit });
  const differing = payloads['audit.recorded'].parse(event.payload);
  try {
    const [, , , , [order], items, history, changes, told] = await db.batch([
      requireRow(db, sql`SELECT FROM orders WHERE id = ${id} AND version = ${version}`),
      db
        .update(orders)
        .set({ ...change, version: version + 1 })
        .where(eq(orders.id, id)),
      db.insert(orderChanges).values({
        ...{ id: event.id, order_id: id, changed_by: actorId },
        ...{ before: differing.before ?? {}, after: differing.after ?? {} },
      }),
      insertEvents(db, [event]),
      ...selectWhole(db, id),
    ]);
    if (!order) throw new Error(`Order ${id} was changed and is gone.`);
    return { changed: { order, items, history, changes, told }, events: [event] };
  } catch (error) {
    if (isGuardRefusal(error)) return 'changed_meanwhile';
    throw error;
  }
}

/** The row alone, as `changeOrder` wants it. */
export async function findOrderRow(db: Database, id: string): Promise<OrderRow | null> {
  const [found] = await db.select().from(orders).where(eq(orders.id, id));
  return found ?? null;
}
