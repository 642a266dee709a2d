import { describe, expect, it } from 'vitest';

import { connect } from '#shared/db/postgres.ts';

import { listAdminProducts } from '../workers/products/src/store/admin-products.ts';
import { adminProduct, deleteProduct, newCategory, readProduct } from './support/admin-products.ts';
import { unique } from './support/catalogue.ts';
import { type Answer, api, expectProblem } from './support/client.ts';
import { bindingsOf } from './support/databases.ts';
import { manager } from './support/shop.ts';

describe('GET /v1/admin/products', () => {
  const list = async (query: string) => api('GET', `/v1/admin/products?${query}`, { token: await manager() });
  const word = unique();
  const loaded = load();

  async function load() {
    const category = await newCategory();
    const of = (i: number, change: Record<string, unknown>) =>
      adminProduct({ category_id: category.id, name: `Teapots ${word} ${i}`, sku: `${word}-K${i}/x`, ...change });
    const products = [
      await of(0, {}),
      await of(1, { is_active: false }),
      await of(2, { is_featured: true }),
      await of(3, { options: { Size: 'S' } }),
    ];
    products.push(await of(4, { options: { Size: 'M' }, variant_group_id: products[3].variant_group_id }));
    products.push(await of(5, { is_featured: true, description: 'long', meta_title: 'title' }));
    await deleteProduct(products[5].id);
    return { category, products };
  }

  async function everyPage(query: string): Promise<Answer['body'][]> {
    const rows: Answer['body'][] = [];
    for (let path: string | null = `/v1/admin/products?limit=2&${query}`; path !== null;) {
      const { status, body, headers } = await api('GET', path, { token: await manager() });
      expect(status, JSON.stringify(body)).toBe(200);
      expect(headers.get('server-timing')).toBe('db;desc="1"');
      rows.push(...body.data);
      path = /^<(.+)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1] ?? null;
      expect(body.page).toEqual({ next_cursor: body.page.next_cursor, has_more: path !== null });
    }
    return rows;
  }

  it.each([
    ['', [5, 4, 3, 2, 1, 0]],
    ['&sort=created_at', [0, 1, 2, 3, 4, 5]],
    ['&is_active=false', [1]],
    ['&is_active=true&is_deleted=false', [4, 3, 2, 0]],
    ['&is_featured=true', [5, 2]],
    ['&is_deleted=true', [5]],
    ['&q=teapot', [5, 4, 3, 2, 1, 0]],
    [`&q=TEAP ${word.slice(0, 5)}`, [5, 4, 3, 2, 1, 0]],
    ['&q=coffeepot', []],
  ])('finds "%s"', async (query, expected) => {
    const { category } = await loaded;
    const numbers = (await everyPage(`category=${category.slug}${query}`)).map(({ name }) => Number(name.at(-1)));
    expect(numbers).toEqual(expected);
    const byId = await list(`category=${category.id}${query}`);
    expect(byId.body.data.map(({ name }: Answer['body']) => Number(name.at(-1)))).toEqual(expected);
  });

  it('finds by SKU, of deleted products too', async () => {
    const { products } = await loaded;
    for (const i of [0, 5]) {
      const { body } = await list(`sku=${encodeURIComponent(products[i].sku)}`);
      expect(body.data.map(({ id }: Answer['body']) => id)).toEqual([products[i].id]);
    }
    expect((await list(`sku=${word}-K`)).body.data).toEqual([]);
    const beginning = await list(`q=${encodeURIComponent(`${word}-K4/`)}`);
    expect(beginning.body.data.map(({ id }: Answer['body']) => id)).toEqual([products[4].id]);
  });

  it('finds a variant by its SKU and its barcode, however they are typed', async () => {
    const mark = unique();
    const face = await adminProduct({ sku: `${mark}-S`, options: { Size: 'S' } });
    const variant = await adminProduct({
      sku: `${mark}-M/2`,
      barcode: `97-${mark}`,
      options: { Size: 'M' },
      variant_group_id: face.variant_group_id,
      is_active: false,
    });
    const idsOf = async (query: string) => (await list(query)).body.data.map(({ id }: Answer['body']) => id);
    for (const q of [`${mark}-M/2`, `${mark.toUpperCase()} m 2`, `97-${mark}`, `97${mark}`]) {
      expect([q, await idsOf(`q=${encodeURIComponent(q)}`)]).toEqual([q, [variant.id]]);
      expect((await list(`q=${encodeURIComponent(q)}&include=total`)).body.page.total).toBe(1);
    }
    await deleteProduct(variant.id);
    expect(await idsOf(`sku=${mark}-M/2`)).toEqual([variant.id]);
    expect(await idsOf(`sku=${mark}-M/2&is_deleted=true`)).toEqual([variant.id]);
    expect(await idsOf(`sku=${mark}-M/2&is_deleted=false`)).toEqual([]);
    expect(await idsOf(`q=97${mark}`)).toEqual([variant.id]);
  });

  it('shows what staff see, without the long texts', async () => {
    const { products } = await loaded;
    const { description: _d, meta_title: _t, meta_description: _m, ...summary } = await readProduct(products[5].id);
    expect((await list(`q=${word}-K5/&limit=1&is_deleted=true`)).body.data).toEqual([summary]);
  });

  it('finds the same whether the words are rare or frequent', async () => {
    const { products } = await loaded;
    const db = connect(bindingsOf('products'));
    const after = { key: products[4].created_at, id: products[4].id };
    for (const few of [0, 5, 6, 10_000]) {
      const page = { sort: '-created_at', after, limit: 3 } as const;
      const rows = await listAdminProducts(db, { q: `teapots ${word}`, is_active: true }, page, few);
      expect(rows.map(({ id }) => id)).toEqual([3, 2, 0].map((i) => products[i].id));
    }
  });

  it('counts on request, however long the page', async () => {
    const { category } = await loaded;
    const { body, headers } = await list(`category=${category.id}&limit=1&include=total`);
    expect(body.page).toEqual({ next_cursor: expect.any(String), has_more: true, total: 6 });
    expect(headers.get('server-timing')).toBe('db;desc="1"');
    const next = await list(`category=${category.id}&include=total&cursor=${body.page.next_cursor}`);
    expect(next.body.page).toEqual({ next_cursor: null, has_more: false, total: 6 });
    expect((await list('category=nowhere&include=total')).body).toEqual({
      data: [],
      page: { next_cursor: null, has_more: false, total: 0 },
    });
  });

  it.each(["'", '\\', '%', ':*', 'a & !b | (', '½ 1½ ŉ', '<->', '"', 'x'.repeat(255), '٣ ß œ', '-'])(
    'bears %j as words',
    async (q) => {
      for (const name of ['q', 'sku', 'category']) {
        expect((await list(`${name}=${encodeURIComponent(q.slice(0, 100))}&include=total`)).status).toBe(200);
      }
      expect((await list(`q=${encodeURIComponent(q)}`)).status).toBe(200);
    },
  );

  it('refuses what it does not understand', async () => {
    const { category } = await loaded;
    const { body } = await list(`category=${category.id}&limit=1`);
    const cursor = body.page.next_cursor;
    for (const query of ['cursor=nonsense', `cursor=${cursor}`, `cursor=${cursor}&category=${category.slug}`]) {
      expectProblem(await list(query), 400, 'invalid_cursor');
    }
    expectProblem(await list(`category=${category.id}&sort=created_at&cursor=${cursor}`), 400, 'invalid_cursor');
    expectProblem(await list('colour=red'), 400, 'unknown_parameter');
    for (const query of ['limit=0', 'sort=price', 'is_active=1', 'q=', 'q=%00', 'include=facets', 'category=']) {
      expectProblem(await list(query), 422, 'validation_failed');
    }
  });
});
