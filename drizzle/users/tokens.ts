import { boolean, foreignKey, index, pgTable, uniqueIndex, uuid, varchar } from 'drizzle-orm/pg-core';
import { instant } from '#shared/db/tables.ts';
import { users } from './accounts.ts';

/** Seed: password_reset_tokens. `token` is the SHA-256 of the token mailed, in hexadecimal. */
export const passwordResetTokens = pgTable(
  'password_reset_tokens',
  {
    id: uuid('id').primaryKey(),
    user_id: uuid('user_id').notNull(),
    token: varchar('token', { length: 255 }).notNull(),
    expires_at: instant('expires_at').notNull(),
    is_used: boolean('is_used').notNull().default(false),
    created_at: instant('created_at').notNull().defaultNow(),
  },
  (table) => [
    foreignKey({
      name: 'password_reset_tokens_user_id_fkey',
      columns: [table.user_id],
      foreignColumns: [users.id],
    }).onDelete('cascade'),
    uniqueIndex('password_reset_tokens_token_key').on(table.token),
    index('password_reset_tokens_user_id_index').on(table.user_id),
    index('password_reset_tokens_expires_at_index').on(table.expires_at).concurrently(),
  ],
);

/** Like `password_reset_tokens`, for the email address. `token` is the SHA-256 of the token mailed, in hexadecimal. */
export const emailVerificationTokens = pgTable(
  'email_verification_tokens',
  {
    id: uuid('id').primaryKey(),
    user_id: uuid('user_id').notNull(),
    token: varchar('token', { length: 255 }).notNull(),
    expires_at: instant('expires_at').notNull(),
    is_used: boolean('is_used').notNull().default(false),
    created_at: instant('created_at').notNull().defaultNow(),
  },
  (table) => [
    foreignKey({
      name: 'email_verification_tokens_user_id_fkey',
      columns: [table.user_id],
      foreignColumns: [users.id],
    }).onDelete('cascade'),
    uniqueIndex('email_verification_tokens_token_key').on(table.token),
    index('email_verification_tokens_user_id_index').on(table.user_id),
    index('email_verification_tokens_expires_at_index').on(table.expires_at).concurrently(),
  ],
);

/**
 * One row a refresh token handed out; tokens that replaced one another share `family_id`, which is the session.
 * `token_hash` is the SHA-256 in hexadecimal. `replaced_at`: a newer one was handed out; `revoked_at`: dead.
 */
export const refreshTokens = pgTable(
  'refresh_tokens',
  {
    id: uuid('id').primaryKey(),
    family_id: uuid('family_id').notNull(),
    user_id: uuid('user_id').notNull(),
    token_hash: varchar('token_hash', { length: 64 }).notNull(),
    expires_at: instant('expires_at').notNull(),
    /** What the client called itself when the session began. */
    user_agent: varchar('user_agent', { length: 255 }),
    replaced_at: instant('replaced_at'),
    revoked_at: instant('revoked_at'),
    created_at: instant('created_at').notNull().defaultNow(),
  },
  (table) => [
    foreignKey({
      name: 'refresh_tokens_user_id_fkey',
      columns: [table.user_id],
      foreignColumns: [users.id],
    }).onDelete('cascade'),
    uniqueIndex('refresh_tokens_token_hash_key').on(table.token_hash),
    index('refresh_tokens_family_id_index').on(table.family_id),
    index('refresh_tokens_user_id_index').on(table.user_id),
    index('refresh_tokens_expires_at_index').on(table.expires_at),
  ],
);
