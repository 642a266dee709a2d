import { and, asc, desc, eq, gte, inArray, lt, type SQL, sql } from 'drizzle-orm';

import { orderItems, orders, orderStatusHistory } from '#drizzle/orders/schema.ts';
import type { Database } from '#shared/db/postgres.ts';
import type { Position } from '#shared/http/pages.ts';

import type { OrderStatus } from '../domain/status.ts';

export type OrderRow = typeof orders.$inferSelect;
export type ItemRow = typeof orderItems.$inferSelect;
export type HistoryRow = typeof orderStatusHistory.$inferSelect;

export interface OrderParts {
  order: OrderRow;
  items: ItemRow[];
  history: HistoryRow[];
}

/** An order with its items and history in one round trip. With `userId`, only if it is that user's. */
export async function findOrder(db: Database, id: string, userId?: string): Promise<OrderParts | null> {
  const [found, items, history] = await db.batch([
    db
      .select()
      .from(orders)
      .where(and(eq(orders.id, id), userId === undefined ? undefined : eq(orders.user_id, userId))),
    db.select().from(orderItems).where(eq(orderItems.order_id, id)).orderBy(asc(orderItems.position)),
    db
      .select()
      .from(orderStatusHistory)
      .where(eq(orderStatusHistory.order_id, id))
      .orderBy(asc(orderStatusHistory.created_at), asc(orderStatusHistory.id)),
  ]);
  return found[0] === undefined ? null : { order: found[0], items, history };
}

export interface OrderFilter {
  status?: OrderStatus | undefined;
  from?: string | undefined;
  before?: string | undefined;
  ascending: boolean;
}

/** Up to `limit + 1` orders of a user after the position, by creation time and id. */
export async function listOrders(
  db: Database,
  userId: string,
  filter: OrderFilter,
  { limit, after }: { limit: number; after: Position | null },
): Promise<OrderRow[]> {
  const direction = filter.ascending ? asc : desc;
  return db
    .select()
    .from(orders)
    .where(
      and(
        eq(orders.user_id, userId),
        filter.status && eq(orders.status, filter.status),
        filter.from === undefined ? undefined : gte(orders.created_at, new Date(filter.from)),
        filter.before === undefined ? undefined : lt(orders.created_at, new Date(filter.before)),
        after ? beyond(after, filter.ascending) : undefined,
      ),
    )
    .orderBy(direction(orders.created_at), direction(orders.id))
    .limit(limit + 1);
}

function beyond({ key, id }: Position, ascending: boolean): SQL {
  const row = sql`(${orders.created_at}, ${orders.id})`;
  return ascending
    ? sql`${row} > (${key}::timestamptz, ${id}::uuid)`
    : sql`${row} < (${key}::timestamptz, ${id}::uuid)`;
}

/** Status and amount of an order of this user, for its payment. */
export async function findPayable(db: Database, id: string, userId: string) {
  const found = await db
    .select({ status: orders.status, total_amount: orders.total_amount, currency: orders.currency })
    .from(orders)
    .where(and(eq(orders.id, id), eq(orders.user_id, userId)));
  return found[0] ?? null;
}

const boughtStatuses: OrderStatus[] = ['CONFIRMED', 'PROCESSING', 'SHIPPED', 'DELIVERED'];

/** Whether the user has a paid order with one of these products that was neither cancelled nor refunded. */
export async function hasPurchased(
  db: Database,
  { user_id, product_ids }: { user_id: string; product_ids: string[] },
): Promise<boolean> {
  const found = await db
    .select({ id: orders.id })
    .from(orders)
    .innerJoin(orderItems, eq(orderItems.order_id, orders.id))
    .where(
      and(
        eq(orders.user_id, user_id),
        inArray(orders.status, boughtStatuses),
        inArray(orderItems.product_id, product_ids),
      ),
    )
    .limit(1);
  return found.length > 0;
}
