import { sql } from 'drizzle-orm';
import { z } from 'zod';

import type { ProductForSale } from '#shared/contracts/products.ts';
import type { Database } from '#shared/db/postgres.ts';

import { picturedProduct } from './products.ts';

const SnapshotRow = z.object({
  product_id: z.string(),
  name: z.string(),
  slug: z.string(),
  unit_price: z.string(),
  image_url: z.string().nullable(),
  available_quantity: z.number(),
  allow_backorder: z.boolean(),
  sku: z.string(),
  weight: z.string().nullable(),
});

/** What carts show, and orders need, of the live, active ones among these products. */
export async function findSnapshots(db: Database, productIds: string[]): Promise<ProductForSale[]> {
  const { rows } = await db.execute(sql`
    SELECT product.id AS product_id, product.name, product.slug, product.price::text AS unit_price,
           (SELECT image.image_url FROM product_images image
             WHERE image.product_id = ${picturedProduct} ORDER BY image.display_order, image.id LIMIT 1) AS image_url,
           greatest(stock.quantity - stock.reserved_quantity, 0) AS available_quantity, stock.allow_backorder,
           product.sku, product.weight::text
      FROM products product JOIN product_inventory stock ON stock.product_id = product.id
     WHERE product.id = ANY(${sql.param(productIds)}::uuid[]) AND product.is_active AND NOT product.is_deleted`);
  return z.array(SnapshotRow).parse(rows);
}
