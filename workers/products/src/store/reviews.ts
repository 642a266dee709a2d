import { and, asc, eq, inArray, ne, type SQL, sql } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import { z } from 'zod';

import { productReviews } from '#drizzle/products/schema.ts';
import { violates } from '#shared/db/errors.ts';
import type { Database } from '#shared/db/postgres.ts';

import { keyset, reviewColumns, type ReviewPage, ReviewRow } from './review-rows.ts';

/** Whom a review is by once the account is gone. */
const formerAuthor = 'Former customer';

export interface NewReview {
  product_id: string;
  user_id: string;
  author_name: string;
  is_verified_purchase: boolean;
  rating: number;
  title: string | null;
  comment: string | null;
}

/** A page of a product's approved reviews; null unless the product is live and active. */
export async function findApprovedReviews(
  db: Database,
  { product_id, rating, ...page }: ReviewPage & { product_id: string; rating?: number | undefined },
): Promise<ReviewRow[] | null> {
  const { order, isAfter } = keyset(page);
  const isRated = rating === undefined ? sql`` : sql` AND review.rating = ${rating}`;
  const [product, { rows }] = await db.batch([
    db.execute(sql`SELECT product.id FROM products product WHERE ${isOnSale(product_id)}`),
    db.execute(sql`
      SELECT ${reviewColumns} FROM product_reviews review
       WHERE review.product_id = ${product_id}::uuid AND review.is_approved AND ${isAfter}${isRated}
       ORDER BY ${order}
       LIMIT ${page.limit}`),
  ]);
  return product.rowCount === 0 ? null : z.array(ReviewRow).parse(rows);
}

/**
 * The products of whose purchase a review of this one may boast: its variant group, withdrawn members too. Null unless
 * it is live and active.
 */
export async function findVariantsOfProduct(db: Database, productId: string): Promise<string[] | null> {
  const { rows } = await db.execute(sql`SELECT ${variantIds} FROM products product WHERE ${isOnSale(productId)}`);
  return variantsOf(rows);
}

/** The same for the product of a review of this user, live or not; null if there is no such review. */
export async function findVariantsOfReview(
  db: Database,
  { id, user_id }: { id: string; user_id: string },
): Promise<string[] | null> {
  const { rows } = await db.execute(sql`
    SELECT ${variantIds} FROM product_reviews review JOIN products product ON product.id = review.product_id
     WHERE review.id = ${id}::uuid AND review.user_id = ${user_id}::uuid`);
  return variantsOf(rows);
}

/** Writes a review that waits for moderation. `no_product`: it has been withdrawn meanwhile. */
export async function insertReview(
  db: Database,
  { product_id, user_id, author_name, is_verified_purchase, rating, title, comment }: NewReview,
): Promise<ReviewRow | 'no_product' | 'already_reviewed'> {
  try {
    const { rows } = await db.execute(sql`
      INSERT INTO product_reviews AS review
             (id, product_id, user_id, author_name, is_verified_purchase, rating, title, comment)
      SELECT ${uuidv7()}::uuid, product.id, ${user_id}::uuid, ${author_name}, ${is_verified_purchase}::boolean,
             ${rating}::integer, ${title}, ${comment}
        FROM products product WHERE ${isOnSale(product_id)}
      RETURNING ${reviewColumns}`);
    return rows[0] === undefined ? 'no_product' : ReviewRow.parse(rows[0]);
  } catch (error) {
    if (violates(error, 'product_reviews_product_id_user_id_key')) return 'already_reviewed';
    throw error;
  }
}

/** Takes the name of somebody whose account is gone off their reviews, which stay. Repeatable. */
export function forgetAuthor(db: Database, userId: string) {
  const named = db
    .select({ id: productReviews.id })
    .from(productReviews)
    .where(and(eq(productReviews.user_id, userId), ne(productReviews.author_name, formerAuthor)))
    .orderBy(asc(productReviews.id))
    .for('update');
  return db.update(productReviews).set({ author_name: formerAuthor }).where(inArray(productReviews.id, named));
}

function isOnSale(productId: string): SQL {
  return sql`product.id = ${productId}::uuid AND product.is_active AND NOT product.is_deleted`;
}

const variantIds = sql`coalesce(
  (SELECT json_agg(member.id) FROM products member WHERE member.variant_group_id = product.variant_group_id),
  json_build_array(product.id)) AS variant_ids`;

function variantsOf(rows: unknown[]): string[] | null {
  return rows[0] === undefined ? null : z.object({ variant_ids: z.array(z.string()) }).parse(rows[0]).variant_ids;
}
