import { type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';

import type { Database } from '#shared/db/postgres.ts';
import type { Position } from '#shared/http/pages.ts';

import { isUuid } from './columns.ts';
import { imagesJson, productColumns, ProductDetailRow, ProductRow, stockJson } from './product-rows.ts';
import { keyset, type ProductSort } from './product-sorts.ts';

export interface ProductList {
  sort: ProductSort;
  category?: string | undefined;
  'price[gte]'?: string | undefined;
  'price[lte]'?: string | undefined;
  in_stock?: boolean | undefined;
  is_featured?: boolean | undefined;
  after: Position | null;
  limit: number;
}

/** Live, active faces after a position. The ids are found first, on an index of their own, then the rest of each. */
export async function listFaces(db: Database, list: ProductList): Promise<ProductRow[]> {
  const { order, isAfter } = keyset(list.sort, list.after);
  const { rows } = await db.execute(sql`
    WITH listed AS MATERIALIZED (
      SELECT product.id FROM products product
       WHERE product.is_active AND NOT product.is_deleted AND product.is_group_primary
         AND ${isAfter}${filters(list)}
       ORDER BY ${order}
       LIMIT ${list.limit})
    SELECT ${productColumns}
      FROM listed
      JOIN products product ON product.id = listed.id
      JOIN categories category ON category.id = product.category_id
      JOIN product_inventory stock ON stock.product_id = product.id
     CROSS JOIN LATERAL (
      SELECT ${imagesJson} AS images FROM product_images image WHERE image.product_id = product.id) AS pictures
     ORDER BY ${order}`);
  return z.array(ProductRow).parse(rows);
}

function filters(list: ProductList): SQL {
  const conditions: SQL[] = [];
  if (list.category !== undefined)
    conditions.push(sql`product.category_id IN (${categoryWithDescendants(list.category)})`);
  if (list['price[gte]'] !== undefined) conditions.push(sql`product.price >= ${list['price[gte]']}::numeric`);
  if (list['price[lte]'] !== undefined) conditions.push(sql`product.price <= ${list['price[lte]']}::numeric`);
  if (list.is_featured !== undefined) conditions.push(sql`product.is_featured = ${list.is_featured}`);
  if (list.in_stock !== undefined) {
    conditions.push(sql`EXISTS (
      SELECT FROM product_inventory stock
       WHERE stock.product_id = product.id
         AND (stock.quantity > stock.reserved_quantity) = ${list.in_stock})`);
  }
  return sql.join(conditions.map((condition) => sql` AND ${condition}`));
}

function categoryWithDescendants(idOrSlug: string): SQL {
  return sql`
    WITH RECURSIVE chosen AS (
      SELECT id FROM categories WHERE ${isCalled(idOrSlug)} AND is_active AND NOT is_deleted
      UNION
      SELECT child.id FROM categories child JOIN chosen ON child.parent_id = chosen.id
       WHERE child.is_active AND NOT child.is_deleted)
    SELECT id FROM chosen`;
}

/** A live, active product with its variants; one without images of its own has those of its group's face. */
export async function findProduct(db: Database, idOrSlug: string): Promise<ProductDetailRow | null> {
  const { rows } = await db.execute(sql`
    WITH found AS MATERIALIZED (
      SELECT * FROM products WHERE ${isCalled(idOrSlug)} AND is_active AND NOT is_deleted)
    SELECT ${productColumns}, product.description, product.meta_title, product.meta_description, members.variants
      FROM found product
      JOIN categories category ON category.id = product.category_id
      JOIN product_inventory stock ON stock.product_id = product.id
     CROSS JOIN LATERAL (
      SELECT ${imagesJson} AS images FROM product_images image WHERE image.product_id = ${picturedProduct}) AS pictures
     CROSS JOIN LATERAL (
      SELECT coalesce(json_agg(json_build_object(
               'id', member.id, 'name', member.name, 'slug', member.slug, 'sku', member.sku, 'barcode', member.barcode,
               'price', member.price::text, 'compare_at_price', member.compare_at_price::text,
               'weight', member.weight::text, 'options', member.options,
               'image_url', (SELECT image.image_url FROM product_images image
                              WHERE image.product_id = member.id AND image.is_primary),
               'stock', ${stockJson})
             ORDER BY member.is_group_primary DESC, member.id), '[]'::json) AS variants
        FROM products member JOIN product_inventory stock ON stock.product_id = member.id
       WHERE member.variant_group_id = product.variant_group_id
         AND member.is_active AND NOT member.is_deleted) AS members`);
  return rows[0] === undefined ? null : ProductDetailRow.parse(rows[0]);
}

function isCalled(idOrSlug: string): SQL {
  return isUuid(idOrSlug) ? sql`id = ${idOrSlug}::uuid` : sql`slug = ${idOrSlug}`;
}

/** Whose images show `product`: its own, else the face's. */
export const picturedProduct = sql`(
  SELECT coalesce(
    (SELECT own.product_id FROM product_images own WHERE own.product_id = product.id LIMIT 1),
    (SELECT face.id FROM products face
      WHERE face.variant_group_id = product.variant_group_id AND face.is_group_primary AND NOT face.is_deleted)))`;
