import { type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';

import type { Database } from '#shared/db/postgres.ts';

import type { ExportedProduct } from '../domain/export/product.ts';
import { instantText } from './columns.ts';

const Row = z.object({
  id: z.string(),
  head_id: z.string(),
  head_created_at: z.string(),
  is_member: z.boolean(),
  category_path: z.array(z.string()),
  name: z.string(),
  slug: z.string(),
  description: z.string(),
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
  meta_title: z.string().nullable(),
  meta_description: z.string().nullable(),
  vendor: z.string().nullable(),
  tags: z.array(z.string()),
  options: z.record(z.string(), z.string()).nullable(),
  images: z.array(z.object({ image_url: z.string(), alt_text: z.string().nullable(), is_primary: z.boolean() })),
  quantity: z.number(),
  allow_backorder: z.boolean(),
  low_stock_threshold: z.number(),
});

/** Where the next page begins: behind this product. */
export type ExportPosition = Pick<z.infer<typeof Row>, 'id' | 'head_id' | 'head_created_at' | 'is_member'>;

export interface ExportPage {
  products: ExportedProduct[];
  /** Null after the last page. */
  next: ExportPosition | null;
}

const pageSize = 500;
/** A page ends early where descriptions are long. */
const pageBytes = 4_000_000;
const bytesOfProduct = 1_000;

/**
 * The next live products, inactive ones included: groups as they were made, in each its face first and the others as they
 * were made. A group whose face is gone begins with its oldest member.
 */
export async function readExportPage(db: Database, after: ExportPosition | null): Promise<ExportPage> {
  const { rows } = await db.execute(sql`
    WITH RECURSIVE heads AS MATERIALIZED (
      SELECT head.id, head.created_at, head.variant_group_id FROM products head
       WHERE NOT head.is_deleted AND ${isHead} AND ${after ? isHeadFrom(after) : sql`true`}
       ORDER BY head.created_at, head.id
       LIMIT ${pageSize}
    ), members AS (
      SELECT id AS head_id, created_at AS head_created_at, false AS is_member, id FROM heads
      UNION ALL
      SELECT heads.id, heads.created_at, true, member.id
        FROM heads JOIN products member
          ON member.variant_group_id = heads.variant_group_id AND member.id <> heads.id AND NOT member.is_deleted
    ), following AS MATERIALIZED (
      SELECT * FROM members WHERE ${after ? isBehind(after) : sql`true`}
       ORDER BY head_created_at, head_id, is_member, id
       LIMIT ${pageSize}
    ), page AS MATERIALIZED (
      SELECT * FROM (
        SELECT following.*, coalesce(sum(${bytesOfProduct} + octet_length(product.description)) OVER (
                 ORDER BY head_created_at, head_id, is_member, product.id
                 ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS bytes_before
          FROM following JOIN products product ON product.id = following.id) AS measured
       WHERE bytes_before < ${pageBytes}
    ), lineage AS (
      SELECT category.id AS category_id, category.parent_id, ARRAY[category.name::text] AS path
        FROM categories category
       WHERE category.id IN (SELECT category_id FROM products WHERE id IN (SELECT id FROM page))
      UNION ALL
      SELECT lineage.category_id, parent.parent_id, parent.name::text || lineage.path
        FROM lineage JOIN categories parent ON parent.id = lineage.parent_id AND NOT parent.is_deleted
    ), paths AS MATERIALIZED (
      SELECT DISTINCT ON (category_id) category_id, path FROM lineage ORDER BY category_id, cardinality(path) DESC
    )
    SELECT product.id, page.head_id, ${instantText(sql`page.head_created_at`)} AS head_created_at, page.is_member,
           to_json(paths.path) AS category_path, product.name, product.slug, product.description,
           product.short_description, product.price::text, product.compare_at_price::text, product.cost_price::text,
           product.sku, product.barcode, product.is_active, product.is_featured, product.weight::text,
           product.dimensions, product.meta_title, product.meta_description, product.vendor,
           to_json(product.tags) AS tags, product.options, pictures.images,
           stock.quantity, stock.allow_backorder, stock.low_stock_threshold
      FROM page
      JOIN products product ON product.id = page.id
      JOIN paths ON paths.category_id = product.category_id
      JOIN product_inventory stock ON stock.product_id = product.id
     CROSS JOIN LATERAL (
      SELECT coalesce(json_agg(json_build_object(
               'image_url', image.image_url, 'alt_text', image.alt_text, 'is_primary', image.is_primary)
               ORDER BY image.display_order, image.id), '[]'::json) AS images
        FROM product_images image WHERE image.product_id = product.id) AS pictures
     ORDER BY page.head_created_at, page.head_id, page.is_member, page.id`);
  const products = z.array(Row).parse(rows);
  return { products, next: products.at(-1) ?? null };
}

const isHead = sql`(head.is_group_primary OR NOT EXISTS (
  SELECT FROM products other
   WHERE other.variant_group_id = head.variant_group_id AND NOT other.is_deleted
     AND (other.is_group_primary OR other.id < head.id)))`;

/** The group of the last product may have more. */
function isHeadFrom({ head_created_at, head_id }: ExportPosition): SQL {
  return sql`(head.created_at, head.id) >= (${head_created_at}::timestamptz, ${head_id}::uuid)`;
}

function isBehind({ head_created_at, head_id, is_member, id }: ExportPosition): SQL {
  return sql`(head_created_at, head_id, is_member, id)
    > (${head_created_at}::timestamptz, ${head_id}::uuid, ${is_member}::boolean, ${id}::uuid)`;
}
