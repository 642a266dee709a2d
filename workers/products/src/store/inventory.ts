import { eq } from 'drizzle-orm';

import { productInventory, products } from '#drizzle/products/schema.ts';
import type { Database } from '#shared/db/postgres.ts';

/** The stock of a product, a deleted one's too: staff still see those. */
export async function findInventory(db: Database, productId: string) {
  const [row] = await db
    .select({
      product_id: products.id,
      quantity: productInventory.quantity,
      reserved_quantity: productInventory.reserved_quantity,
      low_stock_threshold: productInventory.low_stock_threshold,
      allow_backorder: productInventory.allow_backorder,
      version: productInventory.version,
      updated_at: productInventory.updated_at,
    })
    .from(products)
    .innerJoin(productInventory, eq(productInventory.product_id, products.id))
    .where(eq(products.id, productId));
  return row ?? null;
}

export type InventoryRow = NonNullable<Awaited<ReturnType<typeof findInventory>>>;
