import { sql } from 'drizzle-orm';
import { boolean, check, integer, numeric, pgTable, text, uniqueIndex, uuid, varchar } from 'drizzle-orm/pg-core';
import { instant, money } from '#shared/db/tables.ts';

/** Ways to ship: base + per kg. `countries` are ISO 3166-1 alpha-2 codes, none = everywhere. */
export const shippingMethods = pgTable(
  'shipping_methods',
  {
    id: uuid('id').primaryKey(),
    code: varchar('code', { length: 50 }).notNull(),
    name: varchar('name', { length: 100 }).notNull(),
    base_amount: money('base_amount').notNull().default('0'),
    per_kg_amount: money('per_kg_amount').notNull().default('0'),
    free_over: money('free_over'),
    countries: text('countries')
      .array()
      .notNull()
      .default(sql`'{}'`),
    is_active: boolean('is_active').notNull().default(true),
    version: integer('version').notNull().default(1),
    created_at: instant('created_at').notNull().defaultNow(),
    updated_at: instant('updated_at').notNull().defaultNow(),
  },
  (table) => [
    uniqueIndex('shipping_methods_code_key').on(table.code),
    check('shipping_methods_base_amount_check', sql`${table.base_amount} >= 0`),
    check('shipping_methods_per_kg_amount_check', sql`${table.per_kg_amount} >= 0`),
    check('shipping_methods_free_over_check', sql`${table.free_over} >= 0`),
  ],
);

/**
 * Tax by destination; `rate` is a fraction. A row with a state wins over the one for its whole country. States are the
 * same whatever their case.
 */
export const taxRates = pgTable(
  'tax_rates',
  {
    id: uuid('id').primaryKey(),
    country: varchar('country', { length: 2 }).notNull(),
    state: varchar('state', { length: 100 }),
    name: varchar('name', { length: 100 }).notNull(),
    rate: numeric('rate', { precision: 5, scale: 4 }).notNull(),
    version: integer('version').notNull().default(1),
    created_at: instant('created_at').notNull().defaultNow(),
    updated_at: instant('updated_at').notNull().defaultNow(),
  },
  (table) => [
    uniqueIndex('tax_rates_place_key').on(table.country, sql`coalesce(lower(${table.state}), '')`),
    check('tax_rates_state_check', sql`${table.state} <> ''`),
    check('tax_rates_rate_check', sql`${table.rate} between 0 and 1`),
  ],
);
