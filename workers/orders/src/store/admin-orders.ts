import { and, asc, desc, eq, gte, lt, sql } from 'drizzle-orm';
import { z } from 'zod';

import { orders, outbox } from '#drizzle/orders/schema.ts';
import { isGuardRefusal, requireRow } from '#shared/db/guards.ts';
import type { Database } from '#shared/db/postgres.ts';
import { auditEvent } from '#shared/events/audit.ts';
import { payloads, type OutboxEvent } from '#shared/events/events.ts';
import { insertEvents } from '#shared/events/outbox.ts';
import type { Position } from '#shared/http/pages.ts';

import type { OrderStatus } from '../domain/status.ts';
import { findOrder, type OrderParts, type OrderRow } from './orders.ts';

export interface OrderSearch {
  q?: string | undefined;
  user_id?: string | undefined;
  status?: OrderStatus | undefined;
  from?: string | undefined;
  before?: string | undefined;
}

/** Up to `limit + 1` orders after the position, newest first. */
export async function searchOrders(
  db: Database,
  { q, user_id, status, from, before }: OrderSearch,
  { limit, after }: { limit: number; after: Position | null },
): Promise<OrderRow[]> {
  return db
    .select()
    .from(orders)
    .where(
      and(
        q === undefined ? undefined : beginsWith(q),
        user_id === undefined ? undefined : eq(orders.user_id, user_id),
        status && eq(orders.status, status),
        from === undefined ? undefined : gte(orders.created_at, new Date(from)),
        before === undefined ? undefined : lt(orders.created_at, new Date(before)),
        after ? sql`(${orders.created_at}, ${orders.id}) < (${after.key}::timestamptz, ${after.id}::uuid)` : undefined,
      ),
    )
    .orderBy(desc(orders.created_at), desc(orders.id))
    .limit(limit + 1);
}

/** Order numbers are in upper case. */
function beginsWith(q: string) {
  const pattern = `${q.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
  return sql`(${orders.order_number} LIKE upper(${pattern}) OR lower(${orders.customer_email}) LIKE lower(${pattern}))`;
}

/** Something that other services were told of an order, or that staff changed of it. */
export interface ToldEvent {
  id: string;
  type: string;
  payload: unknown;
  created_at: Date;
  sent_at: Date | null;
}

/** An order with everything around it, in two round trips at once. */
export async function findWholeOrder(db: Database, id: string): Promise<(OrderParts & { told: ToldEvent[] }) | null> {
  const [found, told] = await Promise.all([findOrder(db, id), findTold(db, id)]);
  return found && { ...found, told };
}

function findTold(db: Database, id: string): Promise<ToldEvent[]> {
  const { type, payload, created_at, sent_at } = outbox;
  return db
    .select({ id: outbox.id, type, payload, created_at, sent_at })
    .from(outbox)
    .where(sql`${outbox.subject_id} = ${id} OR (${type} = 'audit.recorded' AND ${payload} ->> 'resource_id' = ${id})`)
    .orderBy(asc(created_at), asc(outbox.id));
}

const AuditPayload = payloads['audit.recorded'];
export type OrderChange = z.infer<typeof AuditPayload>;

/** What staff changed, of an event that tells of it; null of any other. */
export function changeOf({ type, payload }: ToldEvent): OrderChange | null {
  return type === 'audit.recorded' ? AuditPayload.parse(payload) : null;
}

type OrderFields = { tracking_number: string | null; notes: string | null };

/** What was written and told; `changed_meanwhile` and nothing written if the order is no longer as it was read. */
export async function changeOrder(
  db: Database,
  actorId: string,
  before: OrderRow,
  change: { [Field in keyof OrderFields]?: OrderFields[Field] | undefined },
): Promise<{ events: OutboxEvent[] } | 'changed_meanwhile'> {
  const { id, version, tracking_number, notes } = before;
  const from: OrderFields = { tracking_number, notes };
  const after = { ...from, ...change };
  if (JSON.stringify(after) === JSON.stringify(from)) return { events: [] };
  const audit = { action: 'order.updated', resource_type: 'order', resource_id: id, before: from, after };
  const events: [OutboxEvent] = [auditEvent({ actor_id: actorId, ...audit })];
  try {
    await db.batch([
      requireRow(db, sql`SELECT FROM orders WHERE id = ${id} AND version = ${version}`),
      db
        .update(orders)
        .set({ ...change, version: version + 1 })
        .where(eq(orders.id, id)),
      insertEvents(db, events),
    ]);
    return { events };
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
