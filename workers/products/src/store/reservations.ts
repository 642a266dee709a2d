import { sql } from 'drizzle-orm';
import { z } from 'zod';

import type { Database } from '#shared/db/postgres.ts';

/**
 * The order is paid: what it reserved leaves the shelf, as far as it is there; a backorder takes what there is.
 * Repeatable. Stock rows are locked in product order before anything of the order is looked at.
 */
export function commitReservations(db: Database, orderId: string) {
  return db.execute(sql`
    WITH locked AS MATERIALIZED (
      SELECT stock.product_id, stock.quantity
        FROM product_inventory stock
       WHERE stock.product_id IN (
         SELECT product_id FROM inventory_reservations WHERE order_id = ${orderId}::uuid AND state = 'active')
       ORDER BY stock.product_id
         FOR UPDATE
    ), committed AS (
      UPDATE inventory_reservations held
         SET state = 'committed', taken_quantity = least(held.quantity, locked.quantity)
        FROM locked
       WHERE held.order_id = ${orderId}::uuid AND held.product_id = locked.product_id AND held.state = 'active'
      RETURNING held.product_id, held.quantity, held.taken_quantity)
    UPDATE product_inventory stock
       SET quantity = stock.quantity - committed.taken_quantity,
           reserved_quantity = stock.reserved_quantity - committed.quantity
      FROM committed WHERE stock.product_id = committed.product_id`);
}

/**
 * Gives back what the orders hold: promises end, and what was taken goes back on the shelf. Repeatable.
 * Locks like `commitReservations`.
 */
export function releaseReservations(db: Database, orderIds: string[]) {
  const orders = sql`ANY(${sql.param(orderIds)}::uuid[])`;
  return db.execute(sql`
    WITH locked AS MATERIALIZED (
      SELECT stock.product_id
        FROM product_inventory stock
       WHERE stock.product_id IN (
         SELECT product_id FROM inventory_reservations WHERE order_id = ${orders} AND state <> 'released')
       ORDER BY stock.product_id
         FOR UPDATE
    ), before AS MATERIALIZED (
      SELECT held.order_id, held.product_id, held.quantity, held.taken_quantity, held.state
        FROM locked JOIN inventory_reservations held ON held.product_id = locked.product_id
       WHERE held.order_id = ${orders} AND held.state <> 'released'
         FOR UPDATE OF held
    ), released AS (
      UPDATE inventory_reservations held SET state = 'released'
        FROM before WHERE held.order_id = before.order_id AND held.product_id = before.product_id
      RETURNING before.product_id, before.quantity, before.taken_quantity, before.state
    ), returned AS (
      SELECT product_id,
             coalesce(sum(quantity) FILTER (WHERE state = 'active'), 0) AS promised,
             coalesce(sum(taken_quantity) FILTER (WHERE state = 'committed'), 0) AS taken
        FROM released GROUP BY product_id)
    UPDATE product_inventory stock
       SET reserved_quantity = stock.reserved_quantity - returned.promised,
           quantity = stock.quantity + returned.taken
      FROM returned WHERE stock.product_id = returned.product_id`);
}

/** Orders with reservations from before `cutoff` that are still active, by id, after `after`. */
export async function findWaitingOrders(
  db: Database,
  { cutoff, after, limit }: { cutoff: Date; after: string | null; limit: number },
): Promise<string[]> {
  const { rows } = await db.execute(sql`
    SELECT DISTINCT order_id FROM inventory_reservations
     WHERE state = 'active' AND created_at <= ${cutoff.toISOString()}::timestamptz
       AND (${after}::uuid IS NULL OR order_id > ${after}::uuid)
     ORDER BY order_id LIMIT ${limit}`);
  return z
    .array(z.object({ order_id: z.string() }))
    .parse(rows)
    .map(({ order_id }) => order_id);
}
