import { randomUUID } from 'node:crypto';

import { expect } from 'vitest';
import { uuidv7 } from 'uuidv7';

import { unique } from './catalogue.ts';
import { type Answer, api, eventually, staff } from './client.ts';
import { sqlOf } from './databases.ts';
import { manager } from './shop.ts';

const sql = sqlOf('products');

/** A category of this test alone. */
export async function newCategory(): Promise<{ id: string; name: string; slug: string }> {
  const category = { id: uuidv7(), name: `Things ${randomUUID()}`, slug: `things-${randomUUID()}` };
  await sql`INSERT INTO categories (id, name, slug) VALUES (${category.id}, ${category.name}, ${category.slug})`;
  return category;
}

let sharedCategory: Promise<{ id: string }> | undefined;

/** The least that a product needs, and what the test changes of it. */
export async function productBody(change: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
  sharedCategory ??= newCategory();
  const { id } = await sharedCategory;
  const name = unique();
  return { name, category_id: id, price: '10.00', sku: `SKU-${name}`, ...change };
}

export async function postProduct(change: Record<string, unknown> = {}): Promise<Answer> {
  return api('POST', '/v1/admin/products', { token: await manager(), body: await productBody(change) });
}

/** A new product as staff see it. */
export async function adminProduct(change: Record<string, unknown> = {}): Promise<Answer['body']> {
  const { status, body } = await postProduct(change);
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
}

export async function readProduct(id: string): Promise<Answer['body']> {
  const { status, body } = await api('GET', `/v1/admin/products/${id}`, { token: await manager() });
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
}

/** PATCH under the version named, or the one that it has. */
export async function patchProduct(id: string, body: unknown, version?: number): Promise<Answer> {
  const headers = { 'if-match': `"${version ?? (await readProduct(id)).version}"` };
  return api('PATCH', `/v1/admin/products/${id}`, { token: await manager(), body, headers });
}

export async function deleteProduct(id: string, version?: number): Promise<Answer> {
  const headers = { 'if-match': `"${version ?? (await readProduct(id)).version}"` };
  return api('DELETE', `/v1/admin/products/${id}`, { token: await manager(), headers });
}

/** Everything that a change of the product writes: its row and images, and how many events are about it. */
export async function stored(id: string): Promise<unknown> {
  const [row] = await sql`
    SELECT to_jsonb(product) - 'search' AS product,
           (SELECT jsonb_agg(to_jsonb(image) ORDER BY id) FROM product_images image WHERE product_id = product.id) AS images,
           (SELECT count(*)::int FROM outbox WHERE subject_id = product.id OR payload ->> 'resource_id' = product.id::text)
             AS events
      FROM products product WHERE id = ${id}`;
  return row;
}

/** The types of the events about the product, in order. */
export async function eventsOf(id: string): Promise<unknown[]> {
  const rows = await sql`
    SELECT coalesce(payload ->> 'action', type) AS event FROM outbox
     WHERE subject_id = ${id} OR payload ->> 'resource_id' = ${id} ORDER BY created_at, type DESC`;
  return rows.map(({ event }) => event);
}

/** What the audit log says of the product, oldest first, once it has so many entries. */
export async function auditOf(id: string, entries: number): Promise<Answer['body'][]> {
  const token = await staff('admin');
  return eventually(async () => {
    const path = `/v1/admin/audit-log?resource_type=product&resource_id=${id}`;
    const { body } = await api('GET', path, { token });
    expect(body.data).toHaveLength(entries);
    return body.data.toReversed();
  });
}

/** How often each status was answered. */
export function statuses(answers: Answer[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

export const times = <Result>(count: number, work: (i: number) => Promise<Result>): Promise<Result[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => work(i)));
