import { sql } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';

import type { Database } from '#shared/db/postgres.ts';

import type { Write } from './import-products.ts';
import { announce } from './stock-events.ts';

/** The stock of new products, and the first movement of each: a ledger without one adds up to nothing. */
export function addStock(db: Database, writes: Write[], actorId: string) {
  const rows = writes
    .filter(({ expected_version }) => expected_version === null)
    .map(({ stock, event }) => ({ ...stock, id: uuidv7(), movement_id: uuidv7(), event_id: event.id }));
  return db.execute(sql`
    WITH planned AS MATERIALIZED (
      SELECT event.subject_id AS product_id, stock.*
        FROM json_to_recordset(${JSON.stringify(rows)}::json) AS stock (
          id uuid, movement_id uuid, event_id uuid, quantity integer, allow_backorder boolean,
          low_stock_threshold integer)
        JOIN outbox event ON event.id = stock.event_id
    ), added AS (
      INSERT INTO product_inventory (id, product_id, quantity, allow_backorder, low_stock_threshold)
      SELECT id, product_id, quantity, allow_backorder, coalesce(low_stock_threshold, ${usualThreshold}) FROM planned
    )
    INSERT INTO inventory_movements (id, product_id, kind, delta, quantity_after, actor_id)
    SELECT movement_id, product_id, 'import', quantity, quantity, ${actorId}::uuid FROM planned WHERE quantity <> 0`);
}

/** Seed: product_inventory.low_stock_threshold. */
const usualThreshold = 10;

/**
 * Sets the stock of known products, and writes into the ledger by how much that changes it. Locks stock in product order,
 * as reservations do, and looks at it only then. Answers the events of what has become low.
 */
export function changeStock(db: Database, writes: Write[], actorId: string) {
  const rows = writes
    .filter(({ expected_version, stock }) => expected_version !== null && stock !== null)
    .map(({ stock, event }) => ({ ...stock, movement_id: uuidv7(), event_id: event.id }));
  return db.execute(sql`
    WITH planned AS MATERIALIZED (
      SELECT event.subject_id AS product_id, stock.*
        FROM json_to_recordset(${JSON.stringify(rows)}::json) AS stock (
          movement_id uuid, event_id uuid, quantity integer, allow_backorder boolean, low_stock_threshold integer)
        JOIN outbox event ON event.id = stock.event_id
    ), locked AS MATERIALIZED (
      SELECT product_id, quantity, reserved_quantity, low_stock_threshold FROM product_inventory
       WHERE product_id IN (SELECT product_id FROM planned)
       ORDER BY product_id
         FOR UPDATE
    ), changes AS MATERIALIZED (
      SELECT product_id, planned.movement_id, planned.allow_backorder, locked.quantity AS quantity_before,
             coalesce(planned.quantity, locked.quantity) AS quantity, locked.reserved_quantity,
             coalesce(planned.low_stock_threshold, locked.low_stock_threshold) AS low_stock_threshold,
             locked.quantity - locked.reserved_quantity <= locked.low_stock_threshold AS was_low
        FROM planned JOIN locked USING (product_id)
    ), changed AS (
      UPDATE product_inventory stock
         SET quantity = changes.quantity, allow_backorder = changes.allow_backorder,
             low_stock_threshold = changes.low_stock_threshold, version = stock.version + 1
        FROM changes WHERE stock.product_id = changes.product_id
    ), moved AS (
      INSERT INTO inventory_movements (id, product_id, kind, delta, quantity_after, actor_id)
      SELECT movement_id, product_id, 'import', quantity - quantity_before, quantity, ${actorId}::uuid
        FROM changes WHERE quantity <> quantity_before
    )
    ${announce(sql`
      SELECT product_id, was_low, quantity - reserved_quantity AS available, low_stock_threshold, false AS is_visible
        FROM changes`)}`);
}
