import { type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';

import { isGuardRefusal, requireRow } from '#shared/db/guards.ts';
import type { Database } from '#shared/db/postgres.ts';
import type { OutboxEvent } from '#shared/events/events.ts';
import { insertEvents } from '#shared/events/outbox.ts';

import { instantText } from './columns.ts';
import { announce, StockEvents } from './stock-events.ts';

const InventoryRow = z.object({
  product_id: z.string(),
  quantity: z.number(),
  reserved_quantity: z.number(),
  low_stock_threshold: z.number(),
  allow_backorder: z.boolean(),
  version: z.number(),
  updated_at: z.string(),
});
export type InventoryRow = z.infer<typeof InventoryRow>;

/** What staff decide about a product's stock, beside how much there is. */
export type StockSettings = Pick<InventoryRow, 'low_stock_threshold' | 'allow_backorder'>;

function inventoryColumns(stock: SQL): SQL {
  return sql`
    ${stock}.product_id, ${stock}.quantity, ${stock}.reserved_quantity, ${stock}.low_stock_threshold,
    ${stock}.allow_backorder, ${stock}.version, ${instantText(sql`${stock}.updated_at`)} AS updated_at`;
}

/** The stock of a product, a deleted one's too: staff still see those. */
export async function findInventory(
  db: Database,
  productId: string,
): Promise<(InventoryRow & { is_deleted: boolean }) | null> {
  const { rows } = await db.execute(sql`
    SELECT ${inventoryColumns(sql`stock`)}, product.is_deleted
      FROM product_inventory stock JOIN products product ON product.id = stock.product_id
     WHERE stock.product_id = ${productId}::uuid`);
  return rows[0] === undefined ? null : InventoryRow.extend({ is_deleted: z.boolean() }).parse(rows[0]);
}

/**
 * Gives the stock these settings and answers it with the events to send; `changed_meanwhile` when it no longer has the
 * version that was read, or the product is gone. Violates `product_inventory_available_check` when orders hold more
 * than there is and backorders were to end.
 */
export async function changeSettings(
  db: Database,
  { product_id, version }: Pick<InventoryRow, 'product_id' | 'version'>,
  { settings, audit }: { settings: StockSettings; audit: OutboxEvent },
): Promise<{ inventory: InventoryRow; events: OutboxEvent[] } | 'changed_meanwhile'> {
  try {
    const [, { rows }] = await db.batch([
      requireRow(
        db,
        sql`SELECT FROM product_inventory stock
             WHERE stock.product_id = ${product_id}::uuid AND stock.version = ${version}
               AND EXISTS (SELECT FROM products WHERE id = stock.product_id AND NOT is_deleted)`,
      ),
      writeSettings(db, product_id, settings),
      insertEvents(db, [audit]),
    ]);
    const { events, ...inventory } = InventoryRow.extend({ events: StockEvents }).parse(rows[0]);
    return { inventory, events: [audit, ...events] };
  } catch (error) {
    if (isGuardRefusal(error)) return 'changed_meanwhile';
    throw error;
  }
}

/** Stock that the new threshold makes low is told of, as is what shoppers now see of it. */
function writeSettings(db: Database, productId: string, { low_stock_threshold, allow_backorder }: StockSettings) {
  return db.execute(sql`
    WITH locked AS MATERIALIZED (
      SELECT product_id, quantity - reserved_quantity AS available, low_stock_threshold
        FROM product_inventory WHERE product_id = ${productId}::uuid
         FOR UPDATE
    ), changed AS (
      UPDATE product_inventory stock
         SET low_stock_threshold = ${low_stock_threshold}, allow_backorder = ${allow_backorder},
             version = stock.version + 1
        FROM locked WHERE stock.product_id = locked.product_id
      RETURNING stock.*
    ), told AS (
      ${announce(sql`
        SELECT product_id, locked.available <= locked.low_stock_threshold AS was_low, locked.available,
               changed.low_stock_threshold, true AS is_visible
          FROM changed JOIN locked USING (product_id)`)})
    SELECT ${inventoryColumns(sql`changed`)}, (SELECT coalesce(json_agg(told), '[]'::json) FROM told) AS events
      FROM changed`);
}
