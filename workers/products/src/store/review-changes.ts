/**
 * Changes of a review that may change its product's rating. Each is one statement, which locks the review first and then
 * the product, and takes the rating's change from the review as it was when it was locked. So whatever happens at once,
 * `rating_sum` and `rating_count` are those of the approved reviews. Changing them leaves the product's version alone.
 */
import { type SQL, sql } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import { z } from 'zod';

import type { Database } from '#shared/db/postgres.ts';
import { Message, type OutboxEvent } from '#shared/events/events.ts';
import { requestContext } from '#shared/http/context.ts';

import { reviewedProductColumns, ReviewedProductRow, statusText } from './review-rows.ts';

export interface ReviewPatch {
  rating?: number | undefined;
  title?: string | null | undefined;
  comment?: string | null | undefined;
}

export interface ChangedReview {
  /** As it is now, or was when it was deleted. */
  review: ReviewedProductRow;
  /** Events of what changed; send them now that it is committed. None if nothing did. */
  events: OutboxEvent[];
}

const SentEvents = z.array(Message.extend({ subject_id: z.uuid() }));

/**
 * Changes the user's own review and hands it back to moderation, unless it says all of this already. Null if there is no
 * such review of theirs.
 */
export function editReview(
  db: Database,
  own: { id: string; user_id: string },
  { rating, title, comment, is_verified_purchase }: ReviewPatch & { is_verified_purchase: boolean },
): Promise<ChangedReview | null> {
  const edited = sql.join(
    [
      rating === undefined ? sql`before.rating` : sql`${rating}::integer`,
      title === undefined ? sql`before.title` : sql`${title}::varchar`,
      comment === undefined ? sql`before.comment` : sql`${comment}::text`,
      sql`${is_verified_purchase}::boolean`,
    ],
    sql`, `,
  );
  return changeReview(db, {
    held: isOwn(own),
    change: sql`
      UPDATE product_reviews review
         SET (rating, title, comment, is_verified_purchase) = ROW (${edited}), is_approved = false, moderated_at = NULL
        FROM before
       WHERE review.id = before.id
         AND (before.rating, before.title, before.comment, before.is_verified_purchase) IS DISTINCT FROM (${edited})`,
    isApproved: false,
  });
}

/** Deletes the user's own review; another one may take its place. Null if there is no such review of theirs. */
export function deleteReview(db: Database, own: { id: string; user_id: string }): Promise<ChangedReview | null> {
  return changeReview(db, {
    held: isOwn(own),
    change: sql`DELETE FROM product_reviews review USING before WHERE review.id = before.id`,
    isApproved: false,
  });
}

/** Approves or rejects a review, unless it is so already. `audit` is recorded with it, with the status before. */
export function moderateReview(
  db: Database,
  id: string,
  { isApproved, audit }: { isApproved: boolean; audit: OutboxEvent },
): Promise<ChangedReview | null> {
  return changeReview(db, {
    held: sql`review.id = ${id}::uuid`,
    change: sql`
      UPDATE product_reviews review SET is_approved = ${isApproved}::boolean, moderated_at = now()
        FROM before
       WHERE review.id = before.id
         AND (before.moderated_at IS NULL OR before.is_approved <> ${isApproved}::boolean)`,
    isApproved,
    audit,
  });
}

interface Change {
  /** Which `review`. */
  held: SQL;
  /** What happens to `review`, given `before`; it may leave it as it is. */
  change: SQL;
  /** Whether it counts into the rating afterwards. */
  isApproved: boolean;
  audit?: OutboxEvent;
}

async function changeReview(db: Database, { held, change, isApproved, audit }: Change): Promise<ChangedReview | null> {
  const reviews = sql`${isApproved ? 1 : -1}::integer`;
  const { rows } = await db.execute(sql`
    WITH before AS MATERIALIZED (
      SELECT review.* FROM product_reviews review WHERE ${held} FOR UPDATE
    ), changed AS (${change}
      RETURNING review.*
    ), rated AS (
      UPDATE products product
         SET rating_sum = product.rating_sum + ${reviews} * before.rating,
             rating_count = product.rating_count + ${reviews}
        FROM before JOIN changed ON changed.id = before.id
       WHERE product.id = before.product_id AND before.is_approved <> ${isApproved}::boolean
      RETURNING product.id
    ), sent AS (
      INSERT INTO outbox (id, type, subject_id, payload, request_id, traceparent)
      ${productUpdated()}${audit ? sql` UNION ALL ${recorded(audit)}` : sql``}
      RETURNING id, type, subject_id, payload, request_id, traceparent)
    SELECT ${reviewedProductColumns}, (SELECT coalesce(json_agg(sent), '[]'::json) FROM sent) AS events
      FROM (
        SELECT * FROM changed UNION ALL SELECT * FROM before WHERE NOT EXISTS (SELECT FROM changed)) AS review
      JOIN products product ON product.id = review.product_id`);
  const [row] = rows;
  return row ? { review: ReviewedProductRow.parse(row), events: SentEvents.parse(row['events']) } : null;
}

/** `product.updated` for the product whose public reviews are others now. */
function productUpdated(): SQL {
  const { requestId, traceparent } = requestContext();
  return sql`
    SELECT ${uuidv7()}::uuid, 'product.updated', rated.id, jsonb_build_object('product_id', rated.id),
           ${requestId}::text, ${traceparent}::text
      FROM rated`;
}

function recorded({ id, type, subject_id, payload, request_id, traceparent }: OutboxEvent): SQL {
  return sql`
    SELECT ${id}::uuid, ${type}::text, ${subject_id}::uuid,
           jsonb_set(${JSON.stringify(payload)}::jsonb, '{before,status}', to_jsonb(${statusText})),
           ${request_id}::text, ${traceparent}::text
      FROM before review JOIN changed ON changed.id = review.id`;
}

function isOwn({ id, user_id }: { id: string; user_id: string }): SQL {
  return sql`review.id = ${id}::uuid AND review.user_id = ${user_id}::uuid`;
}
