import { Client } from 'pg';
import { uuidv7 } from 'uuidv7';
import { expect } from 'vitest';

import { type Answer, api, newShopper, type Shopper } from './client.ts';
import { bindingsOf, sqlOf } from './databases.ts';
import { manager, newProduct } from './shop.ts';

const sql = sqlOf('products');

let both: Promise<[Shopper, Shopper]> | undefined;

/** Two who review new products all the time; the same ones for a test file. */
export function reviewers(): Promise<[Shopper, Shopper]> {
  both ??= Promise.all([newShopper(), newShopper()]);
  return both;
}

export function review(author: { token: string }, productId: string, body: unknown = { rating: 4 }, headers = {}) {
  return api('POST', `/v1/products/${productId}/reviews`, { token: author.token, body, headers });
}

export async function reviewed(author: { token: string }, productId: string, body: unknown = { rating: 4 }) {
  const answer = await review(author, productId, body);
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body;
}

export function edit(author: { token: string }, id: string, body: unknown) {
  return api('PATCH', `/v1/reviews/${id}`, { token: author.token, body });
}

export function remove(author: { token: string }, id: string) {
  return api('DELETE', `/v1/reviews/${id}`, { token: author.token });
}

type Verdict = 'approve' | 'reject';

export async function moderate(id: string, verdict: Verdict): Promise<Answer> {
  return api('POST', `/v1/admin/reviews/${id}/${verdict}`, { token: await manager() });
}

type Status = 'pending' | 'approved' | 'rejected';
const verdicts = { approved: 'approve', rejected: 'reject' } as const;

/** A review of a new product in this status. */
export async function reviewIn(status: Status, body: unknown = { rating: 4, title: 'Good', comment: 'As told' }) {
  const product = await newProduct();
  const [ada] = await reviewers();
  const { id } = await reviewed(ada, product.id, body);
  if (status !== 'pending') await moderate(id, verdicts[status]);
  const [stored] = await sql`
    SELECT is_approved, moderated_at IS NULL AS is_waiting FROM product_reviews WHERE id = ${id}`;
  expect(stored).toEqual({ is_approved: status === 'approved', is_waiting: status === 'pending' });
  return { id, product };
}

/** All that the database holds of a product's reviews: the rows, the rating, and what was told of them. */
export async function stateOf(productId: string) {
  const reviews = await sql`SELECT * FROM product_reviews WHERE product_id = ${productId} ORDER BY id`;
  const [product] = await sql`SELECT rating_sum, rating_count, rating, version FROM products WHERE id = ${productId}`;
  const events = await sql`
    SELECT id FROM outbox WHERE (type = 'product.updated' AND subject_id = ${productId}) OR (type = 'audit.recorded'
       AND payload ->> 'resource_id' = ANY (SELECT id::text FROM product_reviews WHERE product_id = ${productId}))
     ORDER BY id`;
  return { reviews, product, events };
}

export async function ratingOf(productId: string) {
  const [row] = await sql`SELECT rating_sum AS sum, rating_count AS count FROM products WHERE id = ${productId}`;
  return row;
}

/** How often the shop was told that the product changed. */
export async function updatesOf(productId: string) {
  return (await sql`SELECT id FROM outbox WHERE type = 'product.updated' AND subject_id = ${productId}`).length;
}

export async function recordsOf(reviewId: string) {
  const rows = await sql`SELECT payload FROM outbox WHERE payload ->> 'resource_id' = ${reviewId} ORDER BY id`;
  return rows.map(({ payload }) => payload);
}

export async function listed(productId: string, query = '') {
  const { status, body } = await api('GET', `/v1/products/${productId}/reviews${query}`);
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
}

/** Runs `work` while the service cannot read a column that its answers need. */
async function withoutColumn(service: 'orders' | 'users', table: string, column: string, work: () => Promise<void>) {
  const client = new Client({ connectionString: bindingsOf(service).DATABASE_URL });
  await client.connect();
  try {
    await client.query(`ALTER TABLE ${table} RENAME COLUMN ${column} TO away`);
    await work();
  } finally {
    await client.query(`ALTER TABLE ${table} RENAME COLUMN away TO ${column}`);
    await client.end();
  }
}

export const ordersDown = (work: () => Promise<void>) => withoutColumn('orders', 'order_items', 'product_id', work);
export const usersDown = (work: () => Promise<void>) => withoutColumn('users', 'users', 'last_name', work);

export const wrongValues = [
  ['no star', { rating: 0 }, '/rating'],
  ['six stars', { rating: 6 }, '/rating'],
  ['half a star', { rating: 3.5 }, '/rating'],
  ['a rating as text', { rating: '4' }, '/rating'],
  ['no rating', { rating: null }, '/rating'],
  ['a blank title', { rating: 4, title: '  ' }, '/title'],
  ['a title of 256 characters', { rating: 4, title: 'a'.repeat(256) }, '/title'],
  ['a comment of 5001 characters', { rating: 4, comment: 'a'.repeat(5_001) }, '/comment'],
  ['a control character in the title', { rating: 4, title: 'a\u0007b' }, '/title'],
  ['NUL in the comment', { rating: 4, comment: 'a\u0000b' }, '/comment'],
  ['half a character', { rating: 4, comment: '\ud83d' }, '/comment'],
  ['a list for a comment', { rating: 4, comment: ['a'] }, '/comment'],
  ['somebody else as its author', { rating: 4, user_id: uuidv7() }, '/user_id'],
  ['an approval of its own', { rating: 4, is_approved: true }, '/is_approved'],
  ['a purchase of its own saying', { rating: 4, is_verified_purchase: true }, '/is_verified_purchase'],
] as const;
