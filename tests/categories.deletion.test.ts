import { Client } from 'pg';
import { describe, expect, it } from 'vitest';

import { unique } from './support/catalogue.ts';
import {
  current,
  fields,
  newCategory,
  patch,
  path,
  post,
  read,
  refused,
  remove,
  stock,
  stored,
} from './support/categories.ts';
import { api, eventually, expectProblem } from './support/client.ts';
import { bindingsOf, sqlOf } from './support/databases.ts';
import { manager } from './support/shop.ts';

const sql = sqlOf('products');

describe('DELETE /v1/admin/categories/{id}', () => {
  it('lifts what is below to the top, and frees name and slug', async () => {
    const top = await newCategory();
    const category = await newCategory({ parent_id: top.id });
    const [child, other] = [await newCategory({ parent_id: category.id }), await newCategory({ parent_id: top.id })];
    const below = await newCategory({ parent_id: child.id });
    await stock(below.name);
    const answer = await remove(category);
    expect([answer.status, answer.body, answer.headers.get('server-timing')]).toEqual([204, '', 'db;desc="2"']);
    const { row, events } = await stored(category);
    expect(row).toMatchObject({ is_deleted: true, deleted_at: expect.any(Date), version: 2, name: category.name });
    const { name, slug } = category;
    expect(events.slice(2)).toEqual([
      { type: 'category.updated', action: null, before: null, after: null },
      {
        type: 'audit.recorded',
        action: 'category.deleted',
        before: { name, slug, ...fields, parent_id: top.id },
        after: null,
      },
    ]);
    expect(await current(child)).toMatchObject({ parent_id: null, version: 2, product_count: 1 });
    expect((await Promise.all([top, other, below].map(current))).map(({ version }) => version)).toEqual([1, 1, 1]);
    await eventually(async () => {
      expectProblem(await api('GET', `/v1/categories/${slug}`), 404, 'not_found');
      const tree = (await api('GET', '/v1/categories')).body.data;
      expect(tree).toContainEqual(expect.objectContaining({ id: child.id, product_count: 1 }));
    });
    const gone = await Promise.all([read(category.id), remove({ ...category, version: 2 }), patch(category, { name })]);
    for (const each of gone) expectProblem(each, 404, 'not_found');
    const again = await newCategory({ name });
    expect([again.slug, again.id === category.id]).toEqual([slug, false]);
  });

  it('refuses without the version, and with products inside, inactive ones too', async () => {
    const category = await newCategory();
    const handle = await stock(category.name);
    const token = await manager();
    await refused(() => api('DELETE', `${path}/${category.id}`, { token }), 428, 'precondition_required');
    await refused(() => remove({ ...category, version: 2 }), 412, 'precondition_failed');
    await refused(() => remove(category), 409, 'category_not_empty');
    await sql`UPDATE products SET is_active = false WHERE category_id = ${category.id}`;
    await refused(() => remove(category), 409, 'category_not_empty');
    await sql`UPDATE products SET is_deleted = true, deleted_at = now() WHERE category_id = ${category.id}`;
    expect((await remove(category, { 'if-match': '*' })).status).toBe(204);
    expect(await sql`SELECT count(*)::int AS known FROM products WHERE slug = ${`${handle}-0`}`).toEqual([
      { known: 1 },
    ]);
  });

  it('waits for a product that is being put in', async () => {
    const category = await newCategory();
    const other = new Client({ connectionString: bindingsOf('products').DATABASE_URL });
    await other.connect();
    try {
      await other.query('BEGIN');
      await other.query(
        `WITH made AS (
           INSERT INTO products (id, category_id, name, slug, description, price, sku)
           VALUES (gen_random_uuid(), $1, 'Thing', $2, '', 1, $2) RETURNING id)
         INSERT INTO product_inventory (id, product_id) SELECT gen_random_uuid(), id FROM made`,
        [category.id, unique()],
      );
      const answering = remove(category);
      await blockedBy(other);
      await other.query('COMMIT');
      expectProblem(await answering, 409, 'category_not_empty');
    } finally {
      await other.end();
    }
    expect((await stored(category)).row).toMatchObject({ is_deleted: false, version: 1 });
  });

  it('goes on after a deadlock', async () => {
    const category = await newCategory();
    const child = await newCategory({ parent_id: category.id });
    const other = new Client({ connectionString: bindingsOf('products').DATABASE_URL });
    await other.connect();
    try {
      // As an import does that puts products into both, in the order of its rows.
      await other.query('BEGIN');
      await other.query('SELECT FROM categories WHERE id = $1 FOR SHARE', [child.id]);
      const answering = remove(category);
      await blockedBy(other);
      await other.query('SELECT FROM categories WHERE id = $1 FOR SHARE', [category.id]);
      await other.query('COMMIT');
      expect((await answering).status).toBe(204);
    } finally {
      await other.end();
    }
    expect(await current(child)).toMatchObject({ parent_id: null, version: 2 });
  });

  it('at once with an import leaves no live product behind', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const category = await newCategory();
        const [{ status }] = await Promise.all([remove(category), stock(category.name, 3)]);
        expect([204, 409]).toContain(status);
        return category.id;
      }),
    );
    const astray = await sql`
      SELECT product.id FROM products product JOIN categories category ON category.id = product.category_id
       WHERE category.is_deleted AND NOT product.is_deleted`;
    expect(astray).toEqual([]);
    const [held] = await sql`
      SELECT count(*)::int AS products FROM products JOIN categories category ON category.id = category_id
       WHERE category.name IN (SELECT name FROM categories WHERE id = ANY(${outcomes}))`;
    expect(held).toEqual({ products: 30 });
  });

  it('at once with a new child leaves no live one below', async () => {
    for (let round = 0; round < 10; round++) {
      const parent = await newCategory();
      const [removed, added] = await Promise.all([remove(parent), post({ name: unique(), parent_id: parent.id })]);
      expect(removed.status).toBe(204);
      expect([201, 422]).toContain(added.status);
      const left = await sql`SELECT parent_id, version FROM categories WHERE id = ${added.body.id ?? null}`;
      expect(left).toEqual(added.status === 201 ? [{ parent_id: null, version: 2 }] : []);
    }
  });
});

/** Waits until somebody waits for this connection. */
async function blockedBy(client: Client): Promise<void> {
  await eventually(async () => {
    const waiting = 'SELECT FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))';
    expect((await client.query(waiting)).rows).toHaveLength(1);
  });
}
