import { type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';

import type { Database } from '#shared/db/postgres.ts';

import { FacetsRow, selectFacets, selectTotal, TotalRow } from './product-facets.ts';
import { isCalled } from './product-filters.ts';
import { type ProductPage, selectPage } from './product-lists.ts';
import { imagesJson, ListedProductRow, productColumns, ProductDetailRow, stockJson } from './product-rows.ts';

/** What is wanted beside the rows of a page. */
export type Included = 'facets' | 'total' | null;

/** A page of listed products in order, and what else is wanted, in one round trip. */
export async function listProducts(db: Database, page: ProductPage, included: Included) {
  const rows = db.execute(selectPage(page));
  if (included === null) return { rows: z.array(ListedProductRow).parse((await rows).rows), total: null, facets: null };
  const isWithFacets = included === 'facets';
  const [listed, counted] = await db.batch([
    rows,
    db.execute((isWithFacets ? selectFacets : selectTotal)(page.filter)),
  ]);
  return {
    rows: z.array(ListedProductRow).parse(listed.rows),
    total: TotalRow.parse(counted.rows[0]),
    facets: isWithFacets ? FacetsRow.parse(counted.rows[0]) : null,
  };
}

/** A live, active product with its variants; one without images of its own has those of its group's face. */
export async function findProduct(db: Database, idOrSlug: string): Promise<ProductDetailRow | null> {
  const { rows } = await db.execute(selectProduct(idOrSlug));
  return rows[0] === undefined ? null : ProductDetailRow.parse(rows[0]);
}

/** The statement of `findProduct`. */
export function selectProduct(idOrSlug: string): SQL {
  return sql`
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
         AND member.is_active AND NOT member.is_deleted) AS members`;
}

/** Whose images show `product`: its own, else the face's. */
export const picturedProduct = sql`(
  SELECT coalesce(
    (SELECT own.product_id FROM product_images own WHERE own.product_id = product.id LIMIT 1),
    (SELECT face.id FROM products face
      WHERE face.variant_group_id = product.variant_group_id AND face.is_group_primary AND NOT face.is_deleted)))`;
