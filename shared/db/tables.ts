/** Tables that every Postgres database of the shop has, and the column types all schemas agree on. */
import { sql } from 'drizzle-orm';
import {
  index,
  integer,
  jsonb,
  numeric,
  pgTable,
  primaryKey,
  timestamp,
  uniqueIndex,
  uuid,
  varchar,
} from 'drizzle-orm/pg-core';

/** A moment in UTC. Milliseconds, because that is all a JavaScript `Date` can hold and give back unchanged. */
export const instant = <Name extends string>(name: Name) => timestamp(name, { withTimezone: true, precision: 3 });

/** An amount of money. Read and written as a decimal string such as `'19.99'`, so that no float touches it. */
export const money = <Name extends string>(name: Name) => numeric(name, { precision: 10, scale: 2 });

/** Events written with the change they tell of, and sent to the queues after the commit. `id` is the event's id. */
export const outbox = pgTable(
  'outbox',
  {
    id: uuid('id').primaryKey(),
    type: varchar('type', { length: 100 }).notNull(),
    subject_id: uuid('subject_id').notNull(),
    payload: jsonb('payload').notNull(),
    request_id: varchar('request_id', { length: 128 }),
    traceparent: varchar('traceparent', { length: 64 }),
    created_at: instant('created_at').notNull().defaultNow(),
    sent_at: instant('sent_at'),
  },
  (table) => [
    index('outbox_created_at_index')
      .on(table.created_at)
      .where(sql`${table.sent_at} is null`),
    // What has been sent is deleted after a while.
    index('outbox_sent_at_index')
      .on(table.sent_at)
      .where(sql`${table.sent_at} is not null`)
      .concurrently(),
  ],
);

/** Events a consumer has applied: a row goes in with the effect, so a second delivery has none. */
export const inbox = pgTable(
  'inbox',
  {
    event_id: uuid('event_id').notNull(),
    consumer: varchar('consumer', { length: 50 }).notNull(),
    received_at: instant('received_at').notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ name: 'inbox_pkey', columns: [table.event_id, table.consumer] }),
    // Deleted after a while.
    index('inbox_received_at_index').on(table.received_at).concurrently(),
  ],
);

/**
 * Requests claimed by an `Idempotency-Key`, and the answers kept for their repetition.
 * `resource_id` is fixed by the claim, so that every attempt makes the same thing; `attempt` names the attempt that
 * holds the claim until `locked_until`. `response_status` is null until an attempt has succeeded.
 */
export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    user_id: uuid('user_id').notNull(),
    method: varchar('method', { length: 10 }).notNull(),
    path: varchar('path', { length: 500 }).notNull(),
    key: varchar('key', { length: 255 }).notNull(),
    request_hash: varchar('request_hash', { length: 64 }).notNull(),
    resource_id: uuid('resource_id').notNull(),
    attempt: uuid('attempt').notNull(),
    locked_until: instant('locked_until').notNull(),
    response_status: integer('response_status'),
    response_body: jsonb('response_body'),
    response_headers: jsonb('response_headers').$type<Record<string, string>>(),
    created_at: instant('created_at').notNull().defaultNow(),
    expires_at: instant('expires_at').notNull(),
  },
  (table) => [
    primaryKey({ name: 'idempotency_keys_pkey', columns: [table.user_id, table.method, table.path, table.key] }),
    uniqueIndex('idempotency_keys_resource_id_key').on(table.resource_id),
    index('idempotency_keys_expires_at_index').on(table.expires_at),
  ],
);
