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

/** Seed: product_reviews. One review a user and product; deleting it allows a new one. */
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
    index('product_reviews_product_id_created_at_id_index').on(
      table.product_id,
      table.created_at.desc().nullsFirst(),
      table.id.desc().nullsFirst(),
    ),
    index('product_reviews_user_id_index').on(table.user_id),
  ],
);
