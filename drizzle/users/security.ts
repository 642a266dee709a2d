import { index, integer, jsonb, pgTable, primaryKey, uuid, varchar } from 'drizzle-orm/pg-core';
import { instant } from '#shared/db/tables.ts';

/**
 * Failed logins in the running window, by account and client, and by account alone (`client` is '' then). Both are
 * SHA-256 in hexadecimal, of the email tried and of the client's address: an unknown email counts like a known one.
 */
export const loginFailures = pgTable(
  'login_failures',
  {
    account: varchar('account', { length: 64 }).notNull(),
    client: varchar('client', { length: 64 }).notNull(),
    failures: integer('failures').notNull(),
    window_ends_at: instant('window_ends_at').notNull(),
  },
  (table) => [
    primaryKey({ name: 'login_failures_pkey', columns: [table.account, table.client] }),
    index('login_failures_window_ends_at_index').on(table.window_ends_at),
  ],
);

/** Who changed what: `before` and `after` hold the changed fields only, never a secret. */
export const auditLog = pgTable(
  'audit_log',
  {
    id: uuid('id').primaryKey(),
    actor_id: uuid('actor_id').notNull(),
    action: varchar('action', { length: 100 }).notNull(),
    resource_type: varchar('resource_type', { length: 50 }).notNull(),
    resource_id: varchar('resource_id', { length: 100 }).notNull(),
    before: jsonb('before').$type<Record<string, unknown>>(),
    after: jsonb('after').$type<Record<string, unknown>>(),
    request_id: varchar('request_id', { length: 128 }).notNull(),
    created_at: instant('created_at').notNull().defaultNow(),
  },
  (table) => [
    index('audit_log_created_at_id_index').on(table.created_at.desc().nullsFirst(), table.id.desc().nullsFirst()),
    index('audit_log_actor_id_created_at_id_index').on(
      table.actor_id,
      table.created_at.desc().nullsFirst(),
      table.id.desc().nullsFirst(),
    ),
    index('audit_log_resource_index').on(
      table.resource_type,
      table.resource_id,
      table.created_at.desc().nullsFirst(),
      table.id.desc().nullsFirst(),
    ),
  ],
);
