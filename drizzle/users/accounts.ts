import { sql } from 'drizzle-orm';
import {
  boolean,
  foreignKey,
  index,
  integer,
  pgTable,
  serial,
  text,
  uniqueIndex,
  uuid,
  varchar,
} from 'drizzle-orm/pg-core';
import { instant } from '#shared/db/tables.ts';

/** Seed: users. Soft-deleted rows free their email and phone number. `password` is a scrypt hash. */
export const users = pgTable(
  'users',
  {
    id: uuid('id').primaryKey(),
    email: varchar('email', { length: 255 }).notNull(),
    password: varchar('password', { length: 255 }).notNull(),
    first_name: varchar('first_name', { length: 100 }).notNull(),
    last_name: varchar('last_name', { length: 100 }).notNull(),
    phone_number: varchar('phone_number', { length: 20 }),
    is_active: boolean('is_active').notNull().default(true),
    is_verified: boolean('is_verified').notNull().default(false),
    is_deleted: boolean('is_deleted').notNull().default(false),
    deleted_at: instant('deleted_at'),
    created_at: instant('created_at').notNull().defaultNow(),
    updated_at: instant('updated_at').notNull().defaultNow(),
  },
  (table) => [
    uniqueIndex('users_email_key')
      .on(sql`lower(${table.email})`)
      .where(sql`not ${table.is_deleted}`),
    uniqueIndex('users_phone_number_key')
      .on(table.phone_number)
      .where(sql`not ${table.is_deleted}`),
    // For prefix searches; text_pattern_ops serves LIKE 'x%' in any collation.
    index('users_email_prefix_index').on(sql`lower(${table.email}) text_pattern_ops`),
    index('users_first_name_prefix_index').on(sql`lower(${table.first_name}) text_pattern_ops`),
    index('users_last_name_prefix_index').on(sql`lower(${table.last_name}) text_pattern_ops`),
    index('users_created_at_id_index').on(table.created_at.desc().nullsFirst(), table.id.desc().nullsFirst()),
  ],
);

/** Seed: user_roles. CUSTOMER, ADMIN and MANAGER are inserted by a migration. */
export const userRoles = pgTable(
  'user_roles',
  {
    id: serial('id').primaryKey(),
    name: varchar('name', { length: 50 }).notNull(),
    description: text('description'),
    created_at: instant('created_at').notNull().defaultNow(),
  },
  (table) => [uniqueIndex('user_roles_name_key').on(table.name)],
);

/** Seed: user_role_mapping. */
export const userRoleMapping = pgTable(
  'user_role_mapping',
  {
    id: serial('id').primaryKey(),
    user_id: uuid('user_id').notNull(),
    role_id: integer('role_id').notNull(),
    assigned_at: instant('assigned_at').notNull().defaultNow(),
  },
  (table) => [
    foreignKey({
      name: 'user_role_mapping_user_id_fkey',
      columns: [table.user_id],
      foreignColumns: [users.id],
    }).onDelete('cascade'),
    foreignKey({
      name: 'user_role_mapping_role_id_fkey',
      columns: [table.role_id],
      foreignColumns: [userRoles.id],
    }).onDelete('cascade'),
    // Begins with user_id, so it is the index on user_id as well.
    uniqueIndex('user_role_mapping_user_id_role_id_key').on(table.user_id, table.role_id),
    index('user_role_mapping_role_id_index').on(table.role_id),
  ],
);
