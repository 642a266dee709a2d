import { type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';

import type { Position } from '#shared/http/pages.ts';

import { instantText } from './columns.ts';

/** Pending until staff look at it, and again after an edit. Only approved ones are public and count into the rating. */
export type ReviewStatus = 'pending' | 'approved' | 'rejected';

export const ReviewRow = z.object({
  id: z.string(),
  product_id: z.string(),
  user_id: z.string(),
  author_name: z.string(),
  rating: z.number(),
  title: z.string().nullable(),
  comment: z.string().nullable(),
  is_verified_purchase: z.boolean(),
  status: z.enum(['pending', 'approved', 'rejected']),
  moderated_at: z.string().nullable(),
  created_at: z.string(),
  updated_at: z.string(),
});
export type ReviewRow = z.infer<typeof ReviewRow>;

export const ReviewedProductRow = ReviewRow.extend({
  product: z.object({ id: z.string(), name: z.string(), slug: z.string() }),
});
export type ReviewedProductRow = z.infer<typeof ReviewedProductRow>;

/** The status of `review`. */
export const statusText = sql`CASE WHEN review.is_approved THEN 'approved'
  WHEN review.moderated_at IS NULL THEN 'pending' ELSE 'rejected' END`;

/** `review` is in this status, in the words of the partial indexes. */
export const hasStatus: Record<ReviewStatus, SQL> = {
  pending: sql`review.moderated_at IS NULL`,
  approved: sql`review.is_approved`,
  rejected: sql`review.moderated_at IS NOT NULL AND NOT review.is_approved`,
};

/** The columns of `ReviewRow`, from `review`. */
export const reviewColumns = sql`
  review.id, review.product_id, review.user_id, review.author_name, review.rating, review.title, review.comment,
  review.is_verified_purchase, ${statusText} AS status,
  ${instantText(sql`review.moderated_at`)} AS moderated_at,
  ${instantText(sql`review.created_at`)} AS created_at, ${instantText(sql`review.updated_at`)} AS updated_at`;

/** The columns of `ReviewedProductRow`, from `review` and `product`. */
export const reviewedProductColumns = sql`${reviewColumns},
  json_build_object('id', product.id, 'name', product.name, 'slug', product.slug) AS product`;

type ReviewSort = 'created_at' | '-created_at';

/** Which part of a list of `review` is wanted. */
export interface ReviewPage {
  sort: ReviewSort;
  after: Position | null;
  limit: number;
}

/** The order of a list of `review`, and the condition that a row comes after a position in it. Ties go by id. */
export function keyset({ sort, after }: ReviewPage): { order: SQL; isAfter: SQL } {
  const [direction, comparison] = sort === 'created_at' ? [sql`ASC`, sql`>`] : [sql`DESC`, sql`<`];
  const order = sql`review.created_at ${direction}, review.id ${direction}`;
  if (!after) return { order, isAfter: sql`true` };
  const position = sql`(${after.key}::timestamptz, ${after.id}::uuid)`;
  return { order, isAfter: sql`(review.created_at, review.id) ${comparison} ${position}` };
}
