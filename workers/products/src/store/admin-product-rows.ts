import { sql } from 'drizzle-orm';
import { z } from 'zod';

import type { Database } from '#shared/db/postgres.ts';

import { instantText } from './columns.ts';
import { stockJson } from './product-rows.ts';

export const ImageRow = z.object({
  id: z.string(),
  image_url: z.string(),
  alt_text: z.string().nullable(),
  display_order: z.number(),
  is_primary: z.boolean(),
  created_at: z.string(),
});
export type ImageRow = z.infer<typeof ImageRow>;

/** What lists of staff show of a product. Money and weight are decimal strings. */
export const AdminSummaryRow = z.object({
  id: z.string(),
  category_id: z.string(),
  category: z.object({ id: z.string(), name: z.string(), slug: z.string() }),
  name: z.string(),
  slug: z.string(),
  short_description: z.string().nullable(),
  price: z.string(),
  compare_at_price: z.string().nullable(),
  cost_price: z.string().nullable(),
  sku: z.string(),
  barcode: z.string().nullable(),
  is_active: z.boolean(),
  is_featured: z.boolean(),
  weight: z.string().nullable(),
  dimensions: z.object({ length: z.number(), width: z.number(), height: z.number() }).nullable(),
  vendor: z.string().nullable(),
  tags: z.array(z.string()),
  images: z.array(ImageRow),
  stock: z.object({
    quantity: z.number(),
    reserved_quantity: z.number(),
    low_stock_threshold: z.number(),
    allow_backorder: z.boolean(),
  }),
  rating: z.string(),
  rating_count: z.number(),
  variant_group_id: z.string().nullable(),
  options: z.record(z.string(), z.string()).nullable(),
  is_group_primary: z.boolean(),
  is_deleted: z.boolean(),
  deleted_at: z.string().nullable(),
  version: z.number(),
  created_at: z.string(),
  updated_at: z.string(),
});
export type AdminSummaryRow = z.infer<typeof AdminSummaryRow>;

export const AdminProductRow = AdminSummaryRow.extend({
  description: z.string(),
  meta_title: z.string().nullable(),
  meta_description: z.string().nullable(),
});
export type AdminProductRow = z.infer<typeof AdminProductRow>;

/** The columns of `ImageRow`, of `image`, as JSON. */
export const imageJson = sql`json_build_object(
  'id', image.id, 'image_url', image.image_url, 'alt_text', image.alt_text, 'display_order', image.display_order,
  'is_primary', image.is_primary, 'created_at', ${instantText(sql`image.created_at`)})`;

/** The columns of `AdminSummaryRow`, of `adminTables`. */
export const adminSummaryColumns = sql`
  product.id, product.category_id,
  json_build_object('id', category.id, 'name', category.name, 'slug', category.slug) AS category,
  product.name, product.slug, product.short_description, product.price::text, product.compare_at_price::text,
  product.cost_price::text, product.sku, product.barcode, product.is_active, product.is_featured,
  product.weight::text, product.dimensions, product.vendor, to_json(product.tags) AS tags,
  (SELECT coalesce(json_agg(${imageJson} ORDER BY image.display_order, image.id), '[]'::json)
     FROM product_images image WHERE image.product_id = product.id) AS images,
  ${stockJson} AS stock, product.rating::text, product.rating_count, product.variant_group_id, product.options,
  product.is_group_primary, product.is_deleted, ${instantText(sql`product.deleted_at`)} AS deleted_at, product.version,
  ${instantText(sql`product.created_at`)} AS created_at, ${instantText(sql`product.updated_at`)} AS updated_at`;

export const adminTables = sql`products product
  JOIN categories category ON category.id = product.category_id
  JOIN product_inventory stock ON stock.product_id = product.id`;

/** The statement that reads a product in full, live or not. */
export function selectAdminProduct(db: Database, id: string) {
  return db.execute(sql`
    SELECT ${adminSummaryColumns}, product.description, product.meta_title, product.meta_description
      FROM ${adminTables} WHERE product.id = ${id}`);
}

/** A product in full, live or not. */
export async function findAdminProduct(db: Database, id: string): Promise<AdminProductRow | null> {
  const { rows } = await selectAdminProduct(db, id);
  return rows[0] === undefined ? null : AdminProductRow.parse(rows[0]);
}
