import { type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';

import type { Database } from '#shared/db/postgres.ts';

import { instantText, isUuid } from './columns.ts';

/** What every read of a category selects; `product_count` is of products directly in it, unless told otherwise. */
export const CategoryRow = z.object({
  id: z.string(),
  name: z.string(),
  slug: z.string(),
  description: z.string().nullable(),
  parent_id: z.string().nullable(),
  image_url: z.string().nullable(),
  display_order: z.number(),
  product_count: z.number(),
  created_at: z.string(),
  updated_at: z.string(),
});
export type CategoryRow = z.infer<typeof CategoryRow>;

/** The columns of `CategoryRow` from `category`, but for the count. */
export const categoryColumns = sql`
  category.id, category.name, category.slug, category.description, category.parent_id, category.image_url,
  category.display_order,
  ${instantText(sql`category.created_at`)} AS created_at, ${instantText(sql`category.updated_at`)} AS updated_at`;

/** Active categories whose ancestors are active too, by display order and name. */
export function findVisibleCategories(db: Database): Promise<CategoryRow[]> {
  return selectVisible(db, sql`category.parent_id IS NULL`);
}

/** The visible category of this id or slug with all that is visible below it; empty if there is none. */
export function findVisibleSubtree(db: Database, idOrSlug: string): Promise<CategoryRow[]> {
  const isCalled = isUuid(idOrSlug) ? sql`category.id = ${idOrSlug}::uuid` : sql`category.slug = ${idOrSlug}`;
  return selectVisible(
    db,
    sql`${isCalled} AND NOT EXISTS (
      WITH RECURSIVE above AS (
        SELECT category.parent_id AS id
        UNION ALL
        SELECT parent.parent_id FROM categories parent JOIN above ON parent.id = above.id)
      SELECT FROM above JOIN categories parent ON parent.id = above.id WHERE NOT parent.is_active)`,
  );
}

/** The active categories that `start` names, and what is below them down to the first inactive one. */
async function selectVisible(db: Database, start: SQL): Promise<CategoryRow[]> {
  const { rows } = await db.execute(sql`
    WITH RECURSIVE visible AS (
      SELECT category.id FROM categories category
       WHERE category.is_active AND NOT category.is_deleted AND ${start}
      UNION ALL
      SELECT child.id FROM categories child JOIN visible ON child.parent_id = visible.id
       WHERE child.is_active AND NOT child.is_deleted
    ), counted AS (
      SELECT category_id, sum(product_count)::integer AS product_count FROM category_product_counts
       WHERE category_id IN (SELECT id FROM visible) GROUP BY category_id)
    SELECT ${categoryColumns}, coalesce(counted.product_count, 0) AS product_count
      FROM visible JOIN categories category ON category.id = visible.id
      LEFT JOIN counted ON counted.category_id = category.id
     ORDER BY category.display_order, category.name, category.id`);
  return z.array(CategoryRow).parse(rows);
}
