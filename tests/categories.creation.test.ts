import { uuidv7 } from 'uuidv7';
import { describe, expect, it } from 'vitest';

import { pointersOf } from './support/accounts.ts';
import { unique } from './support/catalogue.ts';
import {
  fields,
  newCategory,
  patch,
  path,
  post,
  read,
  refused,
  remove,
  statusesOf,
  stored,
} from './support/categories.ts';
import { api, eventually, staff } from './support/client.ts';
import { sqlOf } from './support/databases.ts';

const sql = sqlOf('products');

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
