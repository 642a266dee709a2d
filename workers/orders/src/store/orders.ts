import { and, asc, eq, inArray, lte, sql } from 'drizzle-orm';

import { orderItems, orders, orderStatusHistory } from '#drizzle/orders/schema.ts';
import type { Database } from '#shared/db/postgres.ts';

import type { OrderStatus } from '../domain/status.ts';

export type OrderRow = typeof orders.$inferSelect;
export type ItemRow = typeof orderItems.$inferSelect;
export type HistoryRow = typeof orderStatusHistory.$inferSelect;

export interface OrderParts {
  order: OrderRow;
  items: ItemRow[];
  history: HistoryRow[];
}

/** The statements that read an order with its items and its history, for a batch. With `userId`, only if it is that user's. */
export function selectOrder(db: Database, id: string, userId?: string) {
  return [
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
  ] as const;
}

/** An order with its items and history in one round trip. With `userId`, only if it is that user's. */
export async function findOrder(db: Database, id: string, userId?: string): Promise<OrderParts | null> {
  const [[order], items, history] = await db.batch(selectOrder(db, id, userId));
  return order === undefined ? null : { order, items, history };
}

/** The status of an order; with `userId`, only of one that is that user's. */
export async function findStatus(db: Database, id: string, userId?: string): Promise<OrderStatus | null> {
  const [order] = await db
    .select({ status: orders.status })
    .from(orders)
    .where(and(eq(orders.id, id), userId === undefined ? undefined : eq(orders.user_id, userId)));
  return order?.status ?? null;
}

/** A PENDING order whose payment is overdue. */
export interface Overdue {
  id: string;
  payment_due_at: Date | null;
}

/** Up to `limit` PENDING orders that were to be paid by `now`, the longest overdue first, after `after`; or the one with that id. */
export async function findOverdue(
  db: Database,
  now: Date,
  { limit, after, id }: { limit: number; after?: Overdue | undefined; id?: string },
): Promise<Overdue[]> {
  const position = sql`(${orders.payment_due_at}, ${orders.id})`;
  return db
    .select({ id: orders.id, payment_due_at: orders.payment_due_at })
    .from(orders)
    .where(
      and(
        eq(orders.status, 'PENDING'),
        lte(orders.payment_due_at, now),
        id === undefined ? undefined : eq(orders.id, id),
        after && sql`${position} > (${after.payment_due_at?.toISOString()}::timestamptz, ${after.id}::uuid)`,
      ),
    )
    .orderBy(asc(orders.payment_due_at), asc(orders.id))
    .limit(limit);
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
