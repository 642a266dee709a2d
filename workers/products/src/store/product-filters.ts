import { type SQL, sql } from 'drizzle-orm';

import { isUuid } from './columns.ts';

/** What a public list is narrowed to. Amounts and ratings are decimal strings, `q` is text with at least one word. */
export interface ProductFilter {
  q?: string | undefined;
  /** What `q` is if it is the code of a product, with at least one letter or digit; only beside `q`. */
  code?: string | undefined;
  /** Id or slug; descendants are included. */
  category?: string | undefined;
  'price[gte]'?: string | undefined;
  'price[lte]'?: string | undefined;
  'rating[gte]'?: string | undefined;
  in_stock?: boolean | undefined;
  is_featured?: boolean | undefined;
}

/** What public lists show. Literally as in the partial indexes, or Postgres would not use them. */
export const isListed = sql`product.is_active AND NOT product.is_deleted AND product.is_group_primary`;

/** The listed ones that pass everything but `q` and `category`. */
export function passes(filter: ProductFilter): SQL {
  const { 'price[gte]': least, 'price[lte]': most, 'rating[gte]': rating, in_stock, is_featured } = filter;
  const conditions: SQL[] = [isListed];
  if (least !== undefined) conditions.push(sql`product.price >= ${least}::numeric`);
  if (most !== undefined) conditions.push(sql`product.price <= ${most}::numeric`);
  if (rating !== undefined) conditions.push(sql`product.rating >= ${rating}::numeric`);
  if (is_featured !== undefined) conditions.push(sql`product.is_featured = ${is_featured}`);
  if (in_stock !== undefined) conditions.push(in_stock ? sql`NOT ${isSoldOut}` : isSoldOut);
  return sql.join(conditions, sql` AND `);
}

/** Every product has a row of its stock. */
const isSoldOut = sql`EXISTS (
  SELECT FROM product_inventory stock
   WHERE stock.product_id = product.id AND stock.is_sold_out)`;

/** `chosen`: the ids of the category and of all below it, unless something on the way is inactive. WITH RECURSIVE. */
export function chosenCategories(idOrSlug: string): SQL {
  return sql`chosen AS (
    SELECT id FROM categories WHERE ${isCalled(idOrSlug)} AND is_active AND NOT is_deleted
    UNION
    SELECT child.id FROM categories child JOIN chosen ON child.parent_id = chosen.id
     WHERE child.is_active AND NOT child.is_deleted)`;
}

/** `holding`: how many listed products `chosen` have together. */
export const holding = sql`holding AS MATERIALIZED (
    SELECT coalesce(sum(product_count), 0) AS products FROM category_product_counts
     WHERE category_id IN (SELECT id FROM chosen))`;

/** `holding`: how many listed products there are. */
export const holdingOfAll = sql`holding AS MATERIALIZED (
    SELECT coalesce(sum(product_count), 0) AS products FROM category_product_counts)`;

/** A row of that id, or of that slug. */
export function isCalled(idOrSlug: string): SQL {
  return isUuid(idOrSlug) ? sql`id = ${idOrSlug}::uuid` : sql`slug = ${idOrSlug}`;
}
