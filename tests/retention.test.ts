import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { deleteExpiredKeys } from '#shared/db/idempotency.ts';
import { connect } from '#shared/db/postgres.ts';
import { deleteOldEvents } from '#shared/events/retention.ts';
import { type ServiceName, serviceNames } from '#tools/migrate.ts';

import { newMailToken, deleteExpiredMailTokens } from '../workers/users/src/store/mail-tokens.ts';
import { bindingsOf } from './support/databases.ts';
import { type ThrowAwayShop, throwAwayShop } from './support/throw-away-shop.ts';

const now = new Date();
let shop: ThrowAwayShop;

beforeAll(async () => {
  // One that nobody sweeps.
  shop = await throwAwayShop();
});

afterAll(() => shop.close());

const databaseOf = (service: ServiceName) => connect({ ...bindingsOf(service), DATABASE_URL: shop.urls[service] });

/** `await sqlOf('orders')`SELECT …`` → rows of the throw-away shop. */
function sqlOf(service: ServiceName) {
  return (strings: TemplateStringsArray, ...values: unknown[]) =>
    shop.query(
      service,
      strings.reduce((text, part, i) => `${text}$${i}${part}`),
      values,
    );
}

const daysAgo = (days: number) => new Date(now.getTime() - days * 24 * 60 * 60 * 1_000).toISOString();

test('what was sent or applied more than 30 days ago is deleted, and nothing else', async () => {
  const orders = sqlOf('orders');
  const subject = uuidv7();
  const insert = (name: string, sent_at: string | null) =>
    orders`INSERT INTO outbox (id, type, subject_id, payload, created_at, sent_at)
           VALUES (gen_random_uuid(), 'order.delivered', ${subject}, ${JSON.stringify({ name })}, ${daysAgo(40)}, ${sent_at})`;
  await insert('old', daysAgo(30.1));
  await insert('young', daysAgo(29.9));
  await insert('never sent', null);
  const [oldEvent, youngEvent] = [uuidv7(), uuidv7()];
  await orders`INSERT INTO inbox (event_id, consumer, received_at)
               VALUES (${oldEvent}, 'orders', ${daysAgo(30.1)}), (${youngEvent}, 'orders', ${daysAgo(29.9)})`;

  expect(await deleteOldEvents(databaseOf('orders'), now)).toBe(2);

  expect(await orders`SELECT payload ->> 'name' AS name FROM outbox WHERE subject_id = ${subject} ORDER BY 1`).toEqual([
    { name: 'never sent' },
    { name: 'young' },
  ]);
  expect(await orders`SELECT event_id FROM inbox WHERE event_id IN (${oldEvent}, ${youngEvent})`).toEqual([
    { event_id: youngEvent },
  ]);
  expect(await deleteOldEvents(databaseOf('orders'), now)).toBe(0);
});

test('more than one part is deleted in parts', async () => {
  await sqlOf('payments')`
    INSERT INTO inbox (event_id, consumer, received_at)
    SELECT gen_random_uuid(), 'payments', ${daysAgo(31)}::timestamptz FROM generate_series(1, 2500)`;
  expect(await deleteOldEvents(databaseOf('payments'), now)).toBe(2_500);
});

test('two sweeps at once delete each row once', async () => {
  await sqlOf('products')`
    INSERT INTO inbox (event_id, consumer, received_at)
    SELECT gen_random_uuid(), 'products', ${daysAgo(31)}::timestamptz FROM generate_series(1, 1500)`;
  const db = databaseOf('products');
  const counts = await Promise.all([deleteOldEvents(db, now), deleteOldEvents(db, now)]);
  const rest = await deleteOldEvents(db, now);
  expect((counts[0] ?? 0) + (counts[1] ?? 0) + rest).toBe(1_500);
});

test.each(serviceNames)('the databases have what finds old rows: %s', async (service) => {
  const indexes = await sqlOf(service)`
    SELECT indexname FROM pg_indexes JOIN pg_index ON indexrelid = indexname::regclass
     WHERE indexname IN ('outbox_sent_at_index', 'inbox_received_at_index') AND indisvalid ORDER BY 1`;
  expect(indexes).toEqual([{ indexname: 'inbox_received_at_index' }, { indexname: 'outbox_sent_at_index' }]);
});

test('mail tokens past their life go, live ones stay', async () => {
  const user = uuidv7();
  await sqlOf('users')`
    INSERT INTO users (id, email, password, first_name, last_name) VALUES (${user}, 'sam@example.com', '!', 'Sam', 'S.')`;
  const db = databaseOf('users');
  expect(await newMailToken(db, 'password_reset', user)).not.toBeNull();
  const tokens = () => sqlOf('users')`SELECT is_used FROM password_reset_tokens WHERE user_id = ${user}`;
  expect(await deleteExpiredMailTokens(db, now)).toBe(0);
  expect(await tokens()).toEqual([{ is_used: false }]);
  expect(await deleteExpiredMailTokens(db, new Date(now.getTime() + 120 * 60_000))).toBe(1);
  expect(await tokens()).toEqual([]);
});

test('kept answers go after their 24 hours', async () => {
  const orders = sqlOf('orders');
  const user = uuidv7();
  await orders`
    INSERT INTO idempotency_keys (user_id, method, path, key, request_hash, resource_id, attempt, locked_until, expires_at)
    SELECT ${user}, 'POST', '/v1/orders', name, '', gen_random_uuid(), gen_random_uuid(), now(), now() + life
      FROM (VALUES ('old', interval '-1 second'), ('young', interval '1 hour')) AS kept (name, life)`;
  expect(await deleteExpiredKeys(databaseOf('orders'), new Date())).toBe(1);
  expect(await orders`SELECT key FROM idempotency_keys WHERE user_id = ${user}`).toEqual([{ key: 'young' }]);
});
