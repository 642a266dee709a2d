import { sql } from 'drizzle-orm';
import { z } from 'zod';

import type { Database } from '#shared/db/postgres.ts';

import { announce } from './stock-events.ts';

/**
 * The order is paid: what it reserved leaves the shelf, as far as it is there; a backorder takes what there is.
 * Repeatable. Stock rows are locked in product order before anything of the order is looked at. Nobody needs to be told:
 * what is available stays the same or, where a backorder was short, comes up to zero at most.
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
      RETURNING held.product_id, held.quantity, held.taken_quantity, locked.quantity - held.taken_quantity AS remaining
    ), sold AS (
      INSERT INTO inventory_movements (id, product_id, kind, delta, quantity_after, order_id, created_at)
      SELECT gen_random_uuid(), product_id, 'sale', -taken_quantity, remaining, ${orderId}::uuid, clock_timestamp()
        FROM committed WHERE taken_quantity > 0)
    UPDATE product_inventory stock
       SET quantity = committed.remaining, reserved_quantity = stock.reserved_quantity - committed.quantity
      FROM committed WHERE stock.product_id = committed.product_id`);
}

/**
 * Gives back what the orders hold: promises end, and what was taken goes back on the shelf. Repeatable.
 * Locks like `commitReservations`. Its rows are the events that tell of it (`StockEvents`): what can be bought again.
 */
export function releaseReservations(db: Database, orderIds: string[]) {
  const orders = sql`ANY(${sql.param(orderIds)}::uuid[])`;
  return db.execute(sql`
    WITH locked AS MATERIALIZED (
      SELECT stock.product_id, stock.quantity, stock.quantity - stock.reserved_quantity AS available,
             stock.low_stock_threshold
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
      RETURNING before.order_id, before.product_id, before.taken_quantity,
                CASE before.state WHEN 'active' THEN before.quantity ELSE 0 END AS promised
    ), returned AS (
      INSERT INTO inventory_movements (id, product_id, kind, delta, quantity_after, order_id, created_at)
      SELECT gen_random_uuid(), product_id, 'return', taken_quantity,
             locked.quantity + sum(taken_quantity) OVER (PARTITION BY product_id ORDER BY order_id), order_id,
             clock_timestamp()
        FROM released JOIN locked USING (product_id)
       WHERE taken_quantity > 0
    ), freed AS (
      SELECT product_id, sum(promised)::integer AS promised, sum(taken_quantity)::integer AS taken
        FROM released GROUP BY product_id
    ), changed AS (
      UPDATE product_inventory stock
         SET reserved_quantity = stock.reserved_quantity - freed.promised, quantity = stock.quantity + freed.taken
        FROM freed WHERE stock.product_id = freed.product_id)
    ${announce(sql`
      SELECT product_id, available <= low_stock_threshold AS was_low,
             available + promised + taken AS available, low_stock_threshold,
             available <= 0 AND available + promised + taken > 0 AS is_visible
        FROM freed JOIN locked USING (product_id)`)}`);
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
