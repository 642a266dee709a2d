import { type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';

import type { Database } from '#shared/db/postgres.ts';

import {
  hasStatus,
  keyset,
  reviewedProductColumns,
  ReviewedProductRow,
  type ReviewPage,
  type ReviewStatus,
} from './review-rows.ts';

/** A page of everybody's reviews, of all statuses unless one is asked for. */
export async function listReviews(
  db: Database,
  { status, product_id, ...page }: ReviewPage & { status?: ReviewStatus | undefined; product_id?: string | undefined },
): Promise<ReviewedProductRow[]> {
  const { order, isAfter } = keyset(page);
  const conditions: SQL[] = [isAfter];
  if (status !== undefined) conditions.push(hasStatus[status]);
  if (product_id !== undefined) conditions.push(sql`review.product_id = ${product_id}::uuid`);
  const { rows } = await db.execute(sql`
    WITH listed AS MATERIALIZED (
      SELECT review.* FROM product_reviews review
       WHERE ${sql.join(conditions, sql` AND `)}
       ORDER BY ${order}
       LIMIT ${page.limit})
    SELECT ${reviewedProductColumns}
      FROM listed review JOIN products product ON product.id = review.product_id
     ORDER BY ${order}`);
  return z.array(ReviewedProductRow).parse(rows);
}
