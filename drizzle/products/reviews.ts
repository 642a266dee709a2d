import { sql } from 'drizzle-orm';
import {
  boolean,
  check,
  foreignKey,
  index,
  integer,
  pgTable,
  text,
  uniqueIndex,
  uuid,
  varchar,
} from 'drizzle-orm/pg-core';
import { instant } from '#shared/db/tables.ts';
import { products } from './catalogue.ts';

/**
 * Seed: product_reviews. One review a user and product; deleting it allows a new one. Pending until staff look at it
 * (`moderated_at` is null), then approved (`is_approved`) or rejected. `author_name` is all the public sees of the user.
 */
export const productReviews = pgTable(
  'product_reviews',
  {
    id: uuid('id').primaryKey(),
    product_id: uuid('product_id').notNull(),
    user_id: uuid('user_id').notNull(),
    rating: integer('rating').notNull(),
    title: varchar('title', { length: 255 }),
    comment: text('comment'),
    is_verified_purchase: boolean('is_verified_purchase').notNull().default(false),
    is_approved: boolean('is_approved').notNull().default(false),
    moderated_at: instant('moderated_at'),
    author_name: varchar('author_name', { length: 110 }).notNull(),
    created_at: instant('created_at').notNull().defaultNow(),
    updated_at: instant('updated_at').notNull().defaultNow(),
  },
  (table) => [
    foreignKey({
      name: 'product_reviews_product_id_fkey',
      columns: [table.product_id],
      foreignColumns: [products.id],
    }).onDelete('cascade'),
    check('product_reviews_rating_check', sql`${table.rating} between 1 and 5`),
    uniqueIndex('product_reviews_product_id_user_id_key').on(table.product_id, table.user_id),
    check('product_reviews_moderated_at_check', sql`not ${table.is_approved} or ${table.moderated_at} is not null`),
    index('product_reviews_product_id_created_at_id_index').on(
      table.product_id,
      table.created_at.desc().nullsFirst(),
      table.id.desc().nullsFirst(),
    ),
    index('product_reviews_product_id_approved_index')
      .on(table.product_id, table.created_at.desc().nullsFirst(), table.id.desc().nullsFirst())
      .where(sql`${table.is_approved}`),
    index('product_reviews_product_id_rating_index')
      .on(table.product_id, table.rating, table.created_at.desc().nullsFirst(), table.id.desc().nullsFirst())
      .where(sql`${table.is_approved}`),
    index('product_reviews_rejected_index')
      .on(table.created_at.desc().nullsFirst(), table.id.desc().nullsFirst())
      .where(sql`${table.moderated_at} is not null and not ${table.is_approved}`),
    index('product_reviews_pending_index')
      .on(table.created_at.desc().nullsFirst(), table.id.desc().nullsFirst())
      .where(sql`${table.moderated_at} is null`),
    index('product_reviews_created_at_id_index').on(table.created_at.desc().nullsFirst(), table.id.desc().nullsFirst()),
    index('product_reviews_user_id_index').on(table.user_id),
  ],
);
