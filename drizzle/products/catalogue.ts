import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  customType,
  foreignKey,
  index,
  integer,
  json,
  jsonb,
  numeric,
  pgTable,
  real,
  text,
  uniqueIndex,
  uuid,
  varchar,
} from 'drizzle-orm/pg-core';
import { instant, money } from '#shared/db/tables.ts';

/** Outer size of a product in centimetres. Seed: products.dimensions. */
export type Dimensions = { length: number; width: number; height: number };

const tsvector = customType<{ data: string }>({ dataType: () => 'tsvector' });

/** Seed: categories. Soft-deleted rows free their name and slug. */
export const categories = pgTable(
  'categories',
  {
    id: uuid('id').primaryKey(),
    name: varchar('name', { length: 100 }).notNull(),
    slug: varchar('slug', { length: 100 }).notNull(),
    description: text('description'),
    parent_id: uuid('parent_id'),
    image_url: varchar('image_url', { length: 500 }),
    is_active: boolean('is_active').notNull().default(true),
    display_order: integer('display_order').notNull().default(0),
    version: integer('version').notNull().default(1),
    is_deleted: boolean('is_deleted').notNull().default(false),
    deleted_at: instant('deleted_at'),
    created_at: instant('created_at').notNull().defaultNow(),
    updated_at: instant('updated_at').notNull().defaultNow(),
  },
  (table) => [
    foreignKey({
      name: 'categories_parent_id_fkey',
      columns: [table.parent_id],
      foreignColumns: [table.id],
    }).onDelete('set null'),
    uniqueIndex('categories_name_key')
      .on(table.name)
      .where(sql`not ${table.is_deleted}`),
    uniqueIndex('categories_slug_key')
      .on(table.slug)
      .where(sql`not ${table.is_deleted}`),
    index('categories_parent_id_index').on(table.parent_id),
  ],
);

/**
 * How many listed products each category holds directly: the sum over its rows. Triggers add a row for every change
 * instead of updating one, so that nobody waits for anybody; the sweep adds them up.
 */
export const categoryProductCounts = pgTable(
  'category_product_counts',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    category_id: uuid('category_id').notNull(),
    product_count: integer('product_count').notNull(),
  },
  (table) => [index('category_product_counts_category_id_index').on(table.category_id)],
);

/**
 * Seed: products. A variant is a row of its own; rows of one group share `variant_group_id`, carry `options`
 * (`{"Size":"Small"}`) and have one face, `is_group_primary`, which is what lists show. A product without variants
 * is its own face. `rating_sum` and `rating_count` cover approved reviews; `rating` is their average, 0 without any.
 * `sample_key` is a random number in [0, 1): the rows with the smallest ones are a fair sample of any selection.
 * `search` is what full-text search looks at. `weight` is in kg.
 */
export const products = pgTable(
  'products',
  {
    id: uuid('id').primaryKey(),
    category_id: uuid('category_id').notNull(),
    name: varchar('name', { length: 255 }).notNull(),
    slug: varchar('slug', { length: 255 }).notNull(),
    description: text('description').notNull(),
    short_description: varchar('short_description', { length: 500 }),
    price: money('price').notNull(),
    compare_at_price: money('compare_at_price'),
    cost_price: money('cost_price'),
    sku: varchar('sku', { length: 100 }).notNull(),
    barcode: varchar('barcode', { length: 100 }),
    is_active: boolean('is_active').notNull().default(true),
    is_featured: boolean('is_featured').notNull().default(false),
    weight: money('weight'),
    dimensions: jsonb('dimensions').$type<Dimensions>(),
    meta_title: varchar('meta_title', { length: 255 }),
    meta_description: text('meta_description'),
    vendor: varchar('vendor', { length: 255 }),
    tags: text('tags')
      .array()
      .notNull()
      .default(sql`'{}'`),
    variant_group_id: uuid('variant_group_id'),
    // json keeps the order of its keys (Size before Colour), jsonb does not.
    options: json('options').$type<Record<string, string>>(),
    is_group_primary: boolean('is_group_primary').notNull().default(true),
    rating_sum: integer('rating_sum').notNull().default(0),
    rating_count: integer('rating_count').notNull().default(0),
    rating: numeric('rating', { precision: 3, scale: 2 })
      .notNull()
      .generatedAlwaysAs(sql`CASE WHEN rating_count = 0 THEN 0 ELSE round(rating_sum::numeric / rating_count, 2) END`),
    sample_key: real('sample_key')
      .notNull()
      .default(sql`random()`),
    search: tsvector('search')
      .notNull()
      .generatedAlwaysAs(
        sql`product_document(name, sku, barcode, is_group_primary, vendor, tags, short_description, description)`,
      ),
    version: integer('version').notNull().default(1),
    is_deleted: boolean('is_deleted').notNull().default(false),
    deleted_at: instant('deleted_at'),
    created_at: instant('created_at').notNull().defaultNow(),
    updated_at: instant('updated_at').notNull().defaultNow(),
  },
  (table) => {
    const listed = sql`${table.is_active} and not ${table.is_deleted} and ${table.is_group_primary}`;
    return [
      foreignKey({
        name: 'products_category_id_fkey',
        columns: [table.category_id],
        foreignColumns: [categories.id],
      }).onDelete('restrict'),
      check('products_price_check', sql`${table.price} >= 0`),
      check('products_compare_at_price_check', sql`${table.compare_at_price} >= 0`),
      check('products_cost_price_check', sql`${table.cost_price} >= 0`),
      check('products_weight_check', sql`${table.weight} >= 0`),
      uniqueIndex('products_slug_key')
        .on(table.slug)
        .where(sql`not ${table.is_deleted}`),
      uniqueIndex('products_sku_key')
        .on(table.sku)
        .where(sql`not ${table.is_deleted}`),
      uniqueIndex('products_barcode_key')
        .on(table.barcode)
        .where(sql`not ${table.is_deleted}`),
      uniqueIndex('products_variant_group_id_key')
        .on(table.variant_group_id)
        .where(sql`${table.is_group_primary} and not ${table.is_deleted} and ${table.variant_group_id} is not null`),
      index('products_category_id_index').on(table.category_id),
      index('products_is_active_index').on(table.is_active),
      index('products_is_featured_index').on(table.is_featured),
      index('products_variant_group_id_index').on(table.variant_group_id),
      // Public lists, one index a sort order. NULLS FIRST is what a plain ORDER BY … DESC means. The columns after the id
      // are what lists are filtered by, so that rows which do not pass are left out without a look at the table.
      index('products_created_at_id_index')
        .on(
          table.created_at.desc().nullsFirst(),
          table.id.desc().nullsFirst(),
          table.category_id,
          table.is_featured,
          table.price,
          table.rating,
        )
        .where(listed),
      index('products_price_id_index')
        .on(table.price, table.id, table.category_id, table.is_featured, table.rating)
        .where(listed),
      index('products_name_id_index')
        .on(table.name, table.id, table.category_id, table.is_featured, table.price, table.rating)
        .where(listed),
      index('products_rating_id_index')
        .on(
          table.rating.desc().nullsFirst(),
          table.id.desc().nullsFirst(),
          table.category_id,
          table.is_featured,
          table.price,
        )
        .where(listed),
      index('products_category_id_created_at_id_index')
        .on(
          table.category_id,
          table.created_at.desc().nullsFirst(),
          table.id.desc().nullsFirst(),
          table.is_featured,
          table.price,
          table.rating,
        )
        .where(listed),
      index('products_category_id_price_id_index')
        .on(table.category_id, table.price, table.id, table.is_featured, table.rating)
        .where(listed),
      index('products_category_id_name_id_index')
        .on(table.category_id, table.name, table.id, table.is_featured, table.price, table.rating)
        .where(listed),
      index('products_category_id_rating_id_index')
        .on(
          table.category_id,
          table.rating.desc().nullsFirst(),
          table.id.desc().nullsFirst(),
          table.is_featured,
          table.price,
        )
        .where(listed),
      // Facets count a sample without a look at the table.
      index('products_sample_key_index')
        .on(table.sample_key, table.category_id, table.price, table.is_featured, table.rating, table.id)
        .where(listed),
      index('products_category_id_sample_key_index')
        .on(table.category_id, table.sample_key, table.price, table.is_featured, table.rating, table.id)
        .where(listed),
      index('products_search_index').using('gin', table.search),
      // Whoever types the code of a variant that lists do not show means its group.
      index('products_variant_sku_index')
        .on(sql`replace(searchable(${table.sku}), ' ', '')`)
        .where(sql`not ${table.is_group_primary}`)
        .concurrently(),
      index('products_variant_barcode_index')
        .on(sql`replace(searchable(${table.barcode}), ' ', '')`)
        .where(sql`not ${table.is_group_primary} and ${table.barcode} is not null`)
        .concurrently(),
      // Staff see inactive and deleted ones too, and may ask for those only.
      index('products_deleted_created_at_id_index')
        .on(table.created_at.desc().nullsFirst(), table.id.desc().nullsFirst())
        .where(sql`${table.is_deleted}`),
      index('products_admin_created_at_id_index').on(
        table.created_at.desc().nullsFirst(),
        table.id.desc().nullsFirst(),
      ),
    ];
  },
);

/**
 * Words that products are called by, for searches that find nothing as they are spelt. Triggers add the words that are
 * not there yet, without waiting for anybody, so one may be there twice; words of products long gone do no harm.
 */
export const productWords = pgTable(
  'product_words',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    word: text('word').notNull(),
  },
  (table) => [
    index('product_words_word_index').on(table.word.asc().op('text_pattern_ops')),
    index('product_words_variants_index').using('gin', sql`word_variants(${table.word})`),
    index('product_words_similar_index').using('gin', table.word.op('gin_trgm_ops')),
  ],
);

/** Seed: product_images. At most one primary image a product. */
export const productImages = pgTable(
  'product_images',
  {
    id: uuid('id').primaryKey(),
    product_id: uuid('product_id').notNull(),
    image_url: varchar('image_url', { length: 500 }).notNull(),
    alt_text: varchar('alt_text', { length: 255 }),
    display_order: integer('display_order').notNull().default(0),
    is_primary: boolean('is_primary').notNull().default(false),
    created_at: instant('created_at').notNull().defaultNow(),
  },
  (table) => [
    foreignKey({
      name: 'product_images_product_id_fkey',
      columns: [table.product_id],
      foreignColumns: [products.id],
    }).onDelete('cascade'),
    index('product_images_product_id_index').on(table.product_id),
    uniqueIndex('product_images_product_id_key')
      .on(table.product_id)
      .where(sql`${table.is_primary}`),
  ],
);
