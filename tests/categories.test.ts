import { Client } from 'pg';
import { uuidv7 } from 'uuidv7';
import { describe, expect, it } from 'vitest';

import { connect } from '#shared/db/postgres.ts';

import { compactProductCounts } from '../workers/products/src/store/category-counts.ts';
import { pointersOf } from './support/accounts.ts';
import { csv, importCsv, unique } from './support/catalogue.ts';
import { type Answer, api, eventually, expectProblem, staff } from './support/client.ts';
import { bindingsOf, sqlOf } from './support/databases.ts';
import { manager } from './support/shop.ts';

type Category = Answer['body'];

const path = '/v1/admin/categories';
const sql = sqlOf('products');

const post = async (body: unknown) => api('POST', path, { token: await manager(), body });
const read = async (id: string) => api('GET', `${path}/${id}`, { token: await manager() });
const list = async (query = '') => api('GET', `${path}${query}`, { token: await manager() });

async function patch({ id, version }: Category, body: unknown, headers = {}): Promise<Answer> {
  return api('PATCH', `${path}/${id}`, {
    token: await manager(),
    body,
    headers: { 'if-match': `"${version}"`, ...headers },
  });
}

async function remove({ id, version }: Category, headers = {}): Promise<Answer> {
  return api('DELETE', `${path}/${id}`, {
    token: await manager(),
    headers: { 'if-match': `"${version}"`, ...headers },
  });
}

async function newCategory(fields: Record<string, unknown> = {}): Promise<Category> {
  const { status, body } = await post({ name: unique(), ...fields });
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
}

/** The category as it is now. */
async function current({ id }: Category): Promise<Category> {
  const { status, body } = await read(id);
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
}

/** Imports so many products into the category, which is made if there is none of this name. */
async function stock(name: string, products = 1): Promise<string> {
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
async function stored({ id }: Category) {
  const [row] = await sql`SELECT * FROM categories WHERE id = ${id}`;
  const events = await sql`
    SELECT type, payload ->> 'action' AS action, payload -> 'before' AS before, payload -> 'after' AS after FROM outbox
     WHERE subject_id = ${id} OR payload ->> 'resource_id' = ${id}::text ORDER BY id`;
  return { row, events };
}

/** Runs a request that must be refused and leave nothing behind. */
async function refused(request: () => Promise<Answer>, status: number, code: Parameters<typeof expectProblem>[2]) {
  const state = () => sql`
    SELECT (SELECT json_agg(categories ORDER BY id) FROM categories) AS categories,
           (SELECT count(*) FROM outbox WHERE type = 'category.updated' OR payload ->> 'resource_type' = 'category') AS told`;
  const before = await state();
  const answer = await request();
  expectProblem(answer, status, code);
  expect(await state()).toEqual(before);
  return answer;
}

const statusesOf = (answers: Answer[]) => answers.map(({ status }) => status).toSorted((a, b) => a - b);
const fields = { description: null, parent_id: null, image_url: null, is_active: true, display_order: 0 };

describe('POST /v1/admin/categories', () => {
  it('adds a category and tells of it', async () => {
    const name = unique();
    const { status, body, headers } = await post({ name });
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`${path}/${body.id}`);
    expect(headers.get('etag')).toBe('"1"');
    expect(headers.get('server-timing')).toBe('db;desc="1"');
    expect(body).toEqual({
      id: expect.any(String),
      name,
      slug: name,
      ...fields,
      product_count: 0,
      version: 1,
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      updated_at: body.created_at,
    });
    expect((await read(body.id)).body).toEqual(body);
    expect((await stored(body)).events).toEqual([
      { type: 'category.updated', action: null, before: null, after: null },
      { type: 'audit.recorded', action: 'category.created', before: null, after: { name, slug: name, ...fields } },
    ]);
    await eventually(async () => {
      const log = await api('GET', `/v1/admin/audit-log?resource_type=category&resource_id=${body.id}`, {
        token: await staff('admin'),
      });
      expect(log.body.data).toMatchObject([{ action: 'category.created', after: { name } }]);
    });
    await eventually(async () => expect((await api('GET', `/v1/categories/${name}`)).body.id).toBe(body.id));
  });

  it('keeps every field', async () => {
    const parent = await newCategory();
    const slug = `${unique()}-日本`;
    const given = {
      name: ` ${slug} & Töpfe `,
      slug,
      description: 'Line\nline',
      parent_id: parent.id,
      image_url: 'https://example.com/a.jpg',
      is_active: false,
      display_order: -3,
    };
    const category = await newCategory(given);
    expect(category).toMatchObject({ ...given, name: `${slug} & Töpfe` });
    expect((await patch(category, { ...given, parent_id: parent.id.toUpperCase() })).body).toEqual(category);
  });

  it('makes slugs that nobody has', async () => {
    const word = unique();
    const slugs: string[] = [];
    for (const name of [`${word} Café`, `${word} cafe!`, `${word} CAFE`])
      slugs.push((await newCategory({ name })).slug);
    expect(slugs).toEqual([`${word}-cafe`, `${word}-cafe-2`, `${word}-cafe-3`]);
    const long = 'x'.repeat(91) + word;
    expect((await newCategory({ name: long })).slug).toBe(long);
    expect((await newCategory({ name: long.toUpperCase() })).slug).toBe(`${long.slice(0, 98)}-2`);
    const signs = Array.from(crypto.getRandomValues(new Uint8Array(40)), (byte) => '!?*+'[byte % 4]).join('');
    expect((await newCategory({ name: signs })).slug).toMatch(/^category(-\d+)?$/);
  });

  it.each([
    [{}, '/name'],
    [{ name: ' ' }, '/name'],
    [{ name: 'x'.repeat(101) }, '/name'],
    [{ name: 'a\u0000b' }, '/name'],
    [{ name: 'a', slug: '' }, '/slug'],
    [{ name: 'a', slug: 'A' }, '/slug'],
    [{ name: 'a', slug: 'a--b' }, '/slug'],
    [{ name: 'a', slug: 'x'.repeat(101) }, '/slug'],
    [{ name: 'a', slug: null }, '/slug'],
    [{ name: 'a', description: '' }, '/description'],
    [{ name: 'a', parent_id: 'a' }, '/parent_id'],
    [{ name: 'a', parent_id: uuidv7() }, '/parent_id'],
    [{ name: 'a', image_url: 'javascript:alert(1)' }, '/image_url'],
    [{ name: 'a', image_url: 'https://example.com/\u0000' }, '/image_url'],
    [{ name: 'a', image_url: `https://example.com/${'x'.repeat(490)}` }, '/image_url'],
    [{ name: 'a', is_active: 'yes' }, '/is_active'],
    [{ name: 'a', display_order: 1.5 }, '/display_order'],
    [{ name: 'a', display_order: 2 ** 31 }, '/display_order'],
    [{ name: 'a', version: 1 }, '/version'],
  ])('refuses %j', async (body, pointer) => {
    const answer = await refused(() => post(body), 422, 'validation_failed');
    expect(pointersOf(answer.body)).toEqual([pointer]);
  });

  it('refuses a name or a slug that another has, and a parent that is deleted', async () => {
    const { name, slug } = await newCategory();
    await refused(() => post({ name }), 409, 'category_name_taken');
    await refused(() => post({ name, slug: unique() }), 409, 'category_name_taken');
    await refused(() => post({ name: unique(), slug }), 409, 'slug_taken');
    const gone = await newCategory();
    expect((await remove(gone)).status).toBe(204);
    const answer = await refused(() => post({ name: unique(), parent_id: gone.id }), 422, 'validation_failed');
    expect(answer.body.errors).toMatchObject([{ pointer: '/parent_id', code: 'invalid_reference' }]);
  });

  it('sent 20 times at once adds one', async () => {
    const name = unique();
    const answers = await Promise.all(Array.from({ length: 20 }, () => post({ name })));
    expect(statusesOf(answers)).toEqual([201, ...Array.from({ length: 19 }, () => 409)]);
    expect(new Set(answers.map(({ body }) => body.code ?? 'none'))).toEqual(new Set(['none', 'category_name_taken']));
    expect(await sql`SELECT count(*)::int AS known FROM categories WHERE name = ${name}`).toEqual([{ known: 1 }]);
  });

  it('gives 20 names with one slug, all at once, a slug each', async () => {
    const word = unique();
    const names = Array.from({ length: 20 }, (_, i) => `${word}${'!'.repeat(i)}`);
    const answers = await Promise.all(names.map((name) => post({ name })));
    expect(statusesOf(answers)).toEqual(names.map(() => 201));
    const expected = names.map((_, i) => (i === 0 ? word : `${word}-${i + 1}`));
    expect(new Set(answers.map(({ body }) => body.slug))).toEqual(new Set(expected));
  });
});

describe('GET /v1/admin/categories', () => {
  it('lists live ones by display order and name, with what is below them counted', async () => {
    const parent = await newCategory({ display_order: 3 });
    const word = unique();
    const child = (name: string, rest = {}) => newCategory({ name: word + name, parent_id: parent.id, ...rest });
    const b = await child('b', { display_order: 1, is_active: false });
    const c = await child('c');
    const a = await child('a', { display_order: 1 });
    const gone = await child('d');
    await remove(gone);
    await stock(a.name, 2);
    await stock(b.name, 1);
    const { status, body, headers } = await list(`?parent_id=${parent.id.toUpperCase()}`);
    expect(status).toBe(200);
    expect(headers.get('server-timing')).toBe('db;desc="1"');
    expect(body).toEqual({ data: [c, { ...a, product_count: 2 }, { ...b, product_count: 1 }] });
    expect((await list(`?parent_id=${parent.id}&is_active=false`)).body.data).toEqual([{ ...b, product_count: 1 }]);
    expect((await list()).body.data).toContainEqual({ ...parent, product_count: 3 });
    expect((await read(parent.id)).body).toEqual({ ...parent, product_count: 3 });
    expectProblem(await list('?parent_id=x'), 422, 'validation_failed');
    expectProblem(await list('?is_active=1'), 422, 'validation_failed');
    expectProblem(await list('?q=x'), 400, 'unknown_parameter');
    expectProblem(await read(gone.id), 404, 'not_found');
    expectProblem(await read('x'), 404, 'not_found');
  });
});

describe('PATCH /v1/admin/categories/{id}', () => {
  it('changes what is given and tells of it', async () => {
    const category = await newCategory({ description: 'Old' });
    const change = { name: unique(), description: null, is_active: false, display_order: 2 ** 31 - 1 };
    const { status, body, headers } = await patch(category, change);
    expect(status).toBe(200);
    expect(headers.get('etag')).toBe('"2"');
    expect(headers.get('server-timing')).toBe('db;desc="2"');
    expect(body).toEqual({ ...category, ...change, version: 2, updated_at: body.updated_at });
    expect((await read(category.id)).body).toEqual(body);
    const { events } = await stored(category);
    const { name, description, is_active, display_order } = category;
    expect(events.slice(2)).toEqual([
      { type: 'category.updated', action: null, before: null, after: null },
      {
        type: 'audit.recorded',
        action: 'category.updated',
        before: { name, description, is_active, display_order },
        after: change,
      },
    ]);

    const same = await patch(body, { ...change, slug: category.slug, parent_id: null });
    expect([same.status, same.body, same.headers.get('etag')]).toEqual([200, body, '"2"']);
    expect((await patch(body, {})).body).toEqual(body);
    expect((await stored(category)).events).toEqual(events);
  });

  it('refuses what it must, in the documented order', async () => {
    const [other, top] = await Promise.all([newCategory(), newCategory()]);
    const category = await newCategory({ parent_id: top.id });
    const below = await newCategory({ parent_id: category.id });
    const old = { ...category, version: 7 };
    const unknown = { ...category, id: uuidv7() };
    await refused(() => patch(unknown, { name: unique() }), 404, 'not_found');
    await refused(() => patch(old, { name: '' }), 422, 'validation_failed');
    await refused(() => patch(old, { children: [] }), 422, 'validation_failed');
    const answer = await refused(() => patch(old, { parent_id: uuidv7() }), 422, 'validation_failed');
    expect(answer.body.errors).toMatchObject([{ pointer: '/parent_id', code: 'invalid_reference' }]);
    await refused(() => patch(old, { name: other.name }), 412, 'precondition_failed');
    await refused(() => patch(category, {}, { 'if-match': 'W/"1"' }), 412, 'precondition_failed');
    const token = await manager();
    const unconditional = () => api('PATCH', `${path}/${category.id}`, { token, body: { name: unique() } });
    await refused(unconditional, 428, 'precondition_required');
    await refused(() => patch(category, { name: other.name }), 409, 'category_name_taken');
    await refused(() => patch(category, { slug: other.slug }), 409, 'slug_taken');
    for (const parent_id of [category.id, below.id]) {
      await refused(() => patch(category, { parent_id }), 409, 'category_cycle');
    }
    await refused(() => patch(top, { parent_id: below.id }), 409, 'category_cycle');
  });

  it('sent 10 times at once with one version changes it once', async () => {
    const category = await newCategory();
    const answers = await Promise.all(Array.from({ length: 10 }, (_, i) => patch(category, { display_order: i + 1 })));
    expect(statusesOf(answers)).toEqual([200, ...Array.from({ length: 9 }, () => 412)]);
    const winner = answers.find(({ status }) => status === 200);
    expect(await current(category)).toEqual(winner?.body);
    expect((await stored(category)).events).toHaveLength(4);
  });

  it('moves what is inside, and what it counts', async () => {
    const [from, to] = await Promise.all([newCategory(), newCategory()]);
    const moved = await newCategory({ parent_id: from.id });
    const inside = await newCategory({ parent_id: moved.id });
    await Promise.all([stock(inside.name, 2), stock(moved.name), stock(to.name)]);
    const counts = async () => (await Promise.all([from, to, moved, inside].map(current))).map((c) => c.product_count);
    const publicCounts = async () => {
      const { body } = await api('GET', '/v1/categories?view=flat');
      return [from, to, moved, inside].map(({ id }) => body.data.find((c: Category) => c.id === id).product_count);
    };
    expect(await counts()).toEqual([3, 1, 3, 2]);
    await eventually(async () => expect(await publicCounts()).toEqual([3, 1, 3, 2]));
    expect((await patch(moved, { parent_id: to.id })).body).toMatchObject({ parent_id: to.id, product_count: 3 });
    expect(await counts()).toEqual([0, 4, 3, 2]);
    await eventually(async () => expect(await publicCounts()).toEqual([0, 4, 3, 2]));
    expect((await patch({ ...moved, version: 2 }, { parent_id: null })).body).toMatchObject({ parent_id: null });
    expect(await counts()).toEqual([0, 1, 3, 2]);

    // Below an inactive category nothing shows or counts in public; staff see all of it.
    const hiding = await patch({ ...moved, version: 3 }, { parent_id: from.id, is_active: false });
    expect(hiding.status).toBe(200);
    expect(await counts()).toEqual([3, 1, 3, 2]);
    await eventually(async () => {
      expect((await api('GET', `/v1/categories/${from.id}`)).body).toMatchObject({ product_count: 0, children: [] });
      expectProblem(await api('GET', `/v1/categories/${moved.slug}`), 404, 'not_found');
      expectProblem(await api('GET', `/v1/categories/${inside.id}`), 404, 'not_found');
    });
  });

  it('never lets two moves at once make a cycle', async () => {
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        const [a, b] = await Promise.all([newCategory(), newCategory()]);
        const inside = await newCategory({ parent_id: b.id });
        const answers = await Promise.all([patch(a, { parent_id: inside.id }), patch(b, { parent_id: a.id })]);
        expect(statusesOf(answers)).toEqual([200, 409]);
        expect(answers.find(({ status }) => status === 409)?.body.code).toBe('category_cycle');
        const parents = (await Promise.all([a, b].map(current))).map(({ parent_id }) => parent_id);
        expect(parents).toEqual(answers[0].status === 200 ? [inside.id, null] : [null, a.id]);
      }),
    );
  });
});

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

describe('the tree', () => {
  it('may be 200 levels deep', async () => {
    const word = unique();
    const top = await newCategory({ name: word });
    const ids = [top.id, ...Array.from({ length: 199 }, () => uuidv7())];
    await sql`
      INSERT INTO categories (id, name, slug, parent_id)
      SELECT id, ${word}::text || level, ${word}::text || level, parent_id
        FROM unnest(${ids.slice(1)}::uuid[], ${ids.slice(0, -1)}::uuid[]) WITH ORDINALITY AS below (id, parent_id, level)`;
    await stock(`${word}199`, 2);
    expect(await current(top)).toMatchObject({ product_count: 2 });
    const mine = (await list()).body.data.filter(({ name }: Category) => name.startsWith(word));
    expect(mine).toHaveLength(200);
    expect(new Set(mine.map((category: Category) => category.product_count))).toEqual(new Set([2]));
    await eventually(async () => {
      const { status, body } = await api('GET', `/v1/categories/${word}`);
      expect(status).toBe(200);
      let depth = 0;
      for (let node = body; node; node = node.children[0]) depth += node.product_count === 2 ? 1 : 0;
      expect(depth).toBe(200);
    });
    await refused(() => patch(top, { parent_id: ids.at(-1) }), 409, 'category_cycle');
    expect((await patch(top, { is_active: false })).status).toBe(200);
    await eventually(async () => {
      expectProblem(await api('GET', `/v1/categories/${word}199`), 404, 'not_found');
      const { body } = await api('GET', '/v1/categories?view=flat');
      expect(body.data.filter(({ name }: Category) => name.startsWith(word))).toEqual([]);
    });
  });

  it('counts exactly while many change it and the sweep adds up', async () => {
    const parent = await newCategory();
    const children = await Promise.all([1, 2, 3, 4].map(() => newCategory({ parent_id: parent.id })));
    const db = connect(bindingsOf('products'));
    const steady = await newCategory();
    await Promise.all([1, 2, 3].map(() => stock(steady.name, 2)));
    const end = new AbortController();
    const compacting = [1, 2].map(async () => {
      while (!end.signal.aborted) await compactProductCounts(db);
    });
    const reading = (async () => {
      while (!end.signal.aborted) expect(await current(steady)).toMatchObject({ product_count: 6 });
    })();
    try {
      await Promise.all(children.flatMap(({ name }) => [1, 2, 3].map((products) => stock(name, products))));
      const [gone] = children;
      await sql`UPDATE products SET is_deleted = true, deleted_at = now() WHERE category_id = ${gone.id}`;
    } finally {
      end.abort();
      await Promise.all([...compacting, reading]);
    }
    const count = async (category: Category) => (await current(category)).product_count;
    expect(await Promise.all([parent, ...children].map(count))).toEqual([18, 0, 6, 6, 6]);
    await compactProductCounts(db);
    expect(await compactProductCounts(db)).toBe(0);
    expect(await Promise.all([parent, ...children].map(count))).toEqual([18, 0, 6, 6, 6]);
    const ids = [...children, steady].map(({ id }) => id);
    const rows =
      await sql`SELECT category_id, product_count FROM category_product_counts WHERE category_id = ANY(${ids})`;
    expect(new Map(rows.map((row) => [row['category_id'], row['product_count']]))).toEqual(
      new Map(ids.slice(1).map((id) => [id, 6])),
    );
    expect(rows).toHaveLength(4);
    const wrong = await sql`
      SELECT category_id FROM (
        SELECT category_id, 1 AS products FROM products WHERE is_active AND NOT is_deleted AND is_group_primary
        UNION ALL SELECT category_id, -product_count FROM category_product_counts) AS compared
       GROUP BY category_id HAVING sum(products) <> 0`;
    expect(wrong).toEqual([]);
  });
});
