import { sql } from 'drizzle-orm';
import { z } from 'zod';

import type { Database } from '#shared/db/postgres.ts';
import type { Position } from '#shared/http/pages.ts';

const LowStockRow = z.object({
  product_id: z.string(),
  name: z.string(),
  slug: z.string(),
  sku: z.string(),
  quantity: z.number(),
  reserved_quantity: z.number(),
  low_stock_threshold: z.number(),
  allow_backorder: z.boolean(),
});
export type LowStockRow = z.infer<typeof LowStockRow>;

/** What must be in a cursor's key: what is available, below zero where backorders promised more than there is. */
export const AvailableKey = z.string().regex(/^-?\d{1,10}$/);

/** Products that are not deleted and whose available stock is at or below its threshold, least available first. */
export async function listLowStock(
  db: Database,
  { after, limit }: { after: Position | null; limit: number },
): Promise<LowStockRow[]> {
  const isAfter = after
    ? sql`(stock.quantity - stock.reserved_quantity, stock.product_id) > (${after.key}::bigint, ${after.id}::uuid)`
    : sql`true`;
  const { rows } = await db.execute(sql`
    SELECT stock.product_id, product.name, product.slug, product.sku, stock.quantity, stock.reserved_quantity,
           stock.low_stock_threshold, stock.allow_backorder
      FROM product_inventory stock JOIN products product ON product.id = stock.product_id
     WHERE stock.quantity - stock.reserved_quantity <= stock.low_stock_threshold AND NOT product.is_deleted
       AND ${isAfter}
     ORDER BY stock.quantity - stock.reserved_quantity, stock.product_id
     LIMIT ${limit}`);
  return z.array(LowStockRow).parse(rows);
}
