import type { ReviewRow } from '../../store/review-rows.ts';
import type { OwnReview, Review } from './reviews.contract.ts';

/** What anybody may read. */
export function presentReview(row: ReviewRow): Review {
  const { id, product_id, author_name, rating, title, comment, is_verified_purchase, created_at, updated_at } = row;
  return { id, product_id, author_name, rating, title, comment, is_verified_purchase, created_at, updated_at };
}

/** What its author reads. */
export function presentOwnReview(row: ReviewRow): OwnReview {
  return { ...presentReview(row), status: row.status };
}
