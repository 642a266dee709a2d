import { sql } from 'drizzle-orm';
import { boolean, foreignKey, index, pgEnum, pgTable, uniqueIndex, uuid, varchar } from 'drizzle-orm/pg-core';
import { instant } from '#shared/db/tables.ts';
import { users } from './accounts.ts';

export const addressType = pgEnum('address_type', ['SHIPPING', 'BILLING']);

/** Seed: user_addresses. At most one default a user and address type. */
export const userAddresses = pgTable(
  'user_addresses',
  {
    id: uuid('id').primaryKey(),
    user_id: uuid('user_id').notNull(),
    address_type: addressType('address_type').notNull(),
    full_name: varchar('full_name', { length: 200 }).notNull(),
    phone_number: varchar('phone_number', { length: 20 }).notNull(),
    address_line1: varchar('address_line1', { length: 255 }).notNull(),
    address_line2: varchar('address_line2', { length: 255 }),
    city: varchar('city', { length: 100 }).notNull(),
    state: varchar('state', { length: 100 }).notNull(),
    postal_code: varchar('postal_code', { length: 20 }).notNull(),
    country: varchar('country', { length: 100 }).notNull(),
    is_default: boolean('is_default').notNull().default(false),
    created_at: instant('created_at').notNull().defaultNow(),
    updated_at: instant('updated_at').notNull().defaultNow(),
  },
  (table) => [
    foreignKey({
      name: 'user_addresses_user_id_fkey',
      columns: [table.user_id],
      foreignColumns: [users.id],
    }).onDelete('cascade'),
    index('user_addresses_user_id_index').on(table.user_id),
    uniqueIndex('user_addresses_user_id_address_type_key')
      .on(table.user_id, table.address_type)
      .where(sql`${table.is_default}`),
  ],
);
