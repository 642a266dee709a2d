import { sql } from 'drizzle-orm';
import { z } from 'zod';

import type { Database } from '#shared/db/postgres.ts';

import { instantText } from './columns.ts';

const CategoryRow = z.object({
  id: z.string(),
  name: z.string(),
  slug: z.string(),
  description: z.string().nullable(),
  parent_id: z.string().nullable(),
  image_url: z.string().nullable(),
  display_order: z.number(),
  /** Products directly in it. */
  product_count: z.number(),
  created_at: z.string(),
  updated_at: z.string(),
});

/** Active categories whose ancestors are active too, by display order and name. */
export async function findVisibleCategories(db: Database): Promise<z.infer<typeof CategoryRow>[]> {
  const { rows } = await db.execute(sql`
    WITH RECURSIVE visible AS (
      SELECT category.* FROM categories category
       WHERE category.parent_id IS NULL AND category.is_active AND NOT category.is_deleted
      UNION ALL
      SELECT child.* FROM categories child JOIN visible ON child.parent_id = visible.id
       WHERE child.is_active AND NOT child.is_deleted
    ), counted AS (
      SELECT category_id, count(*)::integer AS product_count FROM products
       WHERE is_active AND NOT is_deleted AND is_group_primary
       GROUP BY category_id)
    SELECT visible.id, name, slug, description, parent_id, image_url, display_order,
           coalesce(product_count, 0) AS product_count,
           ${instantText(sql`visible.created_at`)} AS created_at, ${instantText(sql`visible.updated_at`)} AS updated_at
      FROM visible LEFT JOIN counted ON counted.category_id = visible.id
     ORDER BY display_order, name, visible.id`);
  return z.array(CategoryRow).parse(rows);
}
