import { sql } from 'drizzle-orm';
import { z } from 'zod';

import type { Database } from '#shared/db/postgres.ts';

const Merged = z.object({ removed: z.number() });

/**
 * Adds up the rows of `category_product_counts`, so that each category has one, or none if it holds nothing; answers how
 * many rows there are fewer. Whoever reads meanwhile sees the same sums. Rows that another run is adding up are left to it.
 */
export async function compactProductCounts(db: Database): Promise<number> {
  const { rows } = await db.execute(sql`
    WITH scattered AS MATERIALIZED (
      SELECT category_id FROM category_product_counts
       GROUP BY category_id HAVING count(*) > 1 OR sum(product_count) = 0
    ), taken AS MATERIALIZED (
      SELECT id FROM category_product_counts WHERE category_id IN (SELECT category_id FROM scattered)
         FOR UPDATE SKIP LOCKED
    ), gone AS (
      DELETE FROM category_product_counts counted USING taken WHERE counted.id = taken.id
      RETURNING counted.category_id, counted.product_count
    ), kept AS (
      INSERT INTO category_product_counts (category_id, product_count)
      SELECT category_id, sum(product_count) FROM gone GROUP BY category_id HAVING sum(product_count) <> 0
      RETURNING id)
    SELECT ((SELECT count(*) FROM gone) - (SELECT count(*) FROM kept))::integer AS removed`);
  return Merged.parse(rows[0]).removed;
}
