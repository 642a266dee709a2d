import { expect } from 'vitest';

import { csv, importCsv, unique } from './catalogue.ts';
import { type Answer, api, expectProblem } from './client.ts';
import { sqlOf } from './databases.ts';
import { manager } from './shop.ts';

export type Category = Answer['body'];

export const path = '/v1/admin/categories';
const sql = sqlOf('products');

export const post = async (body: unknown) => api('POST', path, { token: await manager(), body });
export const read = async (id: string) => api('GET', `${path}/${id}`, { token: await manager() });
export const list = async (query = '') => api('GET', `${path}${query}`, { token: await manager() });

export async function patch({ id, version }: Category, body: unknown, headers = {}): Promise<Answer> {
  return api('PATCH', `${path}/${id}`, {
    token: await manager(),
    body,
    headers: { 'if-match': `"${version}"`, ...headers },
  });
}

export async function remove({ id, version }: Category, headers = {}): Promise<Answer> {
  return api('DELETE', `${path}/${id}`, {
    token: await manager(),
    headers: { 'if-match': `"${version}"`, ...headers },
  });
}

export async function newCategory(fields: Record<string, unknown> = {}): Promise<Category> {
  const { status, body } = await post({ name: unique(), ...fields });
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
}

/** The category as it is now. */
export async function current({ id }: Category): Promise<Category> {
  const { status, body } = await read(id);
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
}

/** Imports so many products into the category, which is made if there is none of this name. */
export async function stock(name: string, products = 1): Promise<string> {
  const handle = unique();
  const records = Array.from({ length: products }, (_, i) => ({
    Handle: `${handle}-${i}`,
    Title: 'Thing',
    Type: name,
    'Variant Price': '5',
  }));
  expect((await importCsv(csv(...records))).body).toEqual({ created: products, updated: 0, skipped: 0, errors: [] });
  return handle;
}

/** The row past the service, and what was said of it. */
export async function stored({ id }: Category) {
  const [row] = await sql`SELECT * FROM categories WHERE id = ${id}`;
  const events = await sql`
    SELECT type, payload ->> 'action' AS action, payload -> 'before' AS before, payload -> 'after' AS after FROM outbox
     WHERE subject_id = ${id} OR payload ->> 'resource_id' = ${id}::text ORDER BY id`;
  return { row, events };
}

/** Runs a request that must be refused and leave nothing behind. */
export async function refused(
  request: () => Promise<Answer>,
  status: number,
  code: Parameters<typeof expectProblem>[2],
) {
  const state = () => sql`
    SELECT (SELECT json_agg(categories ORDER BY id) FROM categories) AS categories,
           (SELECT count(*) FROM outbox WHERE type = 'category.updated' OR payload ->> 'resource_type' = 'category') AS told`;
  const before = await state();
  const answer = await request();
  expectProblem(answer, status, code);
  expect(await state()).toEqual(before);
  return answer;
}

export const statusesOf = (answers: Answer[]) => answers.map(({ status }) => status).toSorted((a, b) => a - b);
export const fields = { description: null, parent_id: null, image_url: null, is_active: true, display_order: 0 };
