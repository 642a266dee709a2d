import { randomUUID } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { csv, importCsv, unique } from './support/catalogue.ts';
import { type Answer, api, expectProblem, staff } from './support/client.ts';
import { sqlOf } from './support/databases.ts';
import { manager } from './support/shop.ts';

const get = (path: string) => api('GET', path);
const productsSql = sqlOf('products');

describe('the demo catalogue', () => {
  it('shows a product without variants', async () => {
    const { status, body, headers } = await get('/v1/products/copper-light');
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('public, max-age=30, stale-while-revalidate=30');
    expect(headers.get('server-timing')).toBe('db;desc="1"');
    expect(body).toEqual({
      id: expect.any(String),
      category_id: body.category.id,
      category: { id: expect.any(String), name: 'Indoor', slug: 'indoor' },
      name: 'Copper Light',
      slug: 'copper-light',
      description: '<p>Stylish copper bedside light</p>',
      short_description: null,
      price: '59.99',
      compare_at_price: '75.00',
      currency: 'USD',
      sku: 'COPPER-LIGHT',
      barcode: null,
      is_featured: false,
      weight: '0.00',
      dimensions: null,
      meta_title: null,
      meta_description: null,
      images: [
        {
          id: expect.any(String),
          image_url: 'https://burst.shopifycdn.com/photos/copper-light-in-bedroom_925x.jpg',
          alt_text: null,
          display_order: 0,
          is_primary: true,
        },
      ],
      availability: { status: 'low_stock', available_quantity: 2 },
      rating: { average: null, count: 0 },
      options: null,
      variants: [],
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      updated_at: body.created_at,
      version: 1,
    });
    expect((await get(`/v1/products/${body.id}`)).body).toEqual(body);
  });

  it('shows all variants with each of them, and the images of the face', async () => {
    const face = (await get('/v1/products/classic-varsity-top')).body;
    expect(face).toMatchObject({ options: { Size: 'Small' }, sku: 'CLASSIC-VARSITY-TOP-SMALL' });
    expect(
      face.variants.map(({ slug, sku, price, options, availability }: Answer['body']) => [
        slug,
        sku,
        price,
        options,
        availability,
      ]),
    ).toEqual(
      ['Small', 'Medium', 'Large'].map((size, i) => [
        i === 0 ? 'classic-varsity-top' : `classic-varsity-top-${size.toLowerCase()}`,
        `CLASSIC-VARSITY-TOP-${size.toUpperCase()}`,
        '60.00',
        { Size: size },
        { status: 'low_stock', available_quantity: 1 },
      ]),
    );
    const medium = (await get('/v1/products/classic-varsity-top-medium')).body;
    expect(medium).toMatchObject({ options: { Size: 'Medium' }, variants: face.variants, images: face.images });
    expect(face.images).toHaveLength(1);
  });

  it('lists categories as a tree and flat, with counts of faces', async () => {
    const tree = await get('/v1/categories');
    const outdoor = tree.body.data.find(({ slug }: Answer['body']) => slug === 'outdoor');
    expect(outdoor).toMatchObject({ name: 'Outdoor', parent_id: null, product_count: 7, children: [] });
    const flat = await get('/v1/categories?view=flat');
    const { children: _children, ...withoutChildren } = outdoor;
    expect(flat.body.data).toContainEqual(withoutChildren);
    expect((await get('/v1/categories/outdoor')).body).toEqual(outdoor);
    expect((await get(`/v1/categories/${outdoor.id}`)).body).toEqual(outdoor);
    expectProblem(await get('/v1/categories/nowhere'), 404, 'not_found');
  });
});

describe('lists', () => {
  const category = unique();
  const prices = ['5', '5', '5', '7.50', '20', '20.01', '100'];
  const names = ['Pear', 'Apple', 'apple', 'Fig', 'Apple', 'Date', 'Élan'];
  const records = prices.map((price, i) => ({
    Handle: `${category}-${i}`,
    Title: names[i] ?? '',
    Type: category,
    'Variant Price': price,
    'Variant Inventory Qty': String(i % 3),
    'Variant Inventory Policy': i === 3 ? 'continue' : 'deny',
    'Option1 Name': 'Size',
    'Option1 Value': 'S',
  }));
  // A second variant of each must not show.
  const variants = records.map((record) => ({ ...record, Title: '', Type: '', 'Option1 Value': 'M' }));
  const loaded = importCsv(csv(...records, ...variants));

  async function everyPage(query: string): Promise<Answer['body'][]> {
    expect((await loaded).body).toMatchObject({ created: 14, errors: [] });
    const rows: Answer['body'][] = [];
    for (let path: string | null = `/v1/products?category=${category}&limit=2${query}`; path !== null;) {
      const { status, body, headers } = await get(path);
      expect(status).toBe(200);
      rows.push(...body.data);
      const link = /^<(.+)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1] ?? null;
      expect(link === null).toBe(body.page.next_cursor === null);
      expect(body.page.has_more).toBe(link !== null);
      path = link;
    }
    return rows;
  }
  const slugs = (rows: Answer['body'][]) => rows.map(({ slug }) => Number(slug.slice(category.length + 1)));

  it.each([
    ['', [6, 5, 4, 3, 2, 1, 0]],
    ['&sort=-created_at', [6, 5, 4, 3, 2, 1, 0]],
    ['&sort=created_at', [0, 1, 2, 3, 4, 5, 6]],
    ['&sort=price', [0, 1, 2, 3, 4, 5, 6]],
    ['&sort=-price', [6, 5, 4, 3, 2, 1, 0]],
    ['&sort=name', [1, 4, 5, 3, 0, 2, 6]],
    ['&sort=-name', [6, 2, 0, 3, 5, 4, 1]],
    ['&price[gte]=7.5&price[lte]=20', [4, 3]],
    ['&price[gte]=20.01&sort=price', [5, 6]],
    ['&in_stock=true', [5, 4, 2, 1]],
    ['&in_stock=false', [6, 3, 0]],
    ['&is_featured=true', []],
    ['&is_featured=false&sort=price&price[lte]=5', [0, 1, 2]],
    ['&sort=-rating', [6, 5, 4, 3, 2, 1, 0]],
    ['&rating[gte]=0&in_stock=true', [5, 4, 2, 1]],
    ['&rating[gte]=0.01', []],
    ['&q=apple&sort=name', [1, 4, 2]],
  ])('pages of "%s" have each face once, in order', async (query, expected) => {
    expect(slugs(await everyPage(query))).toEqual(expected);
  });

  it('leave out what only the detail has', async () => {
    const [row] = await everyPage('');
    const {
      description: _d,
      variants: _v,
      meta_title: _t,
      meta_description: _m,
      ...rest
    } = (await get(`/v1/products/${row.slug}`)).body;
    expect(row).toEqual(rest);
  });

  it('tell availability', async () => {
    const rows = await everyPage('&sort=created_at');
    expect(rows.slice(0, 4).map(({ availability }) => availability)).toEqual([
      { status: 'out_of_stock', available_quantity: 0 },
      { status: 'low_stock', available_quantity: 1 },
      { status: 'low_stock', available_quantity: 2 },
      { status: 'backorder', available_quantity: 0 },
    ]);
  });

  it('include descendants of a category, unless something on the way is inactive', async () => {
    const parent = unique();
    const child = unique();
    await importCsv(csv({ Handle: parent, Title: 'In parent', Type: parent, 'Variant Price': '1' }));
    await importCsv(csv({ Handle: child, Title: 'In child', Type: child, 'Variant Price': '1' }));
    await productsSql`UPDATE categories SET parent_id = (SELECT id FROM categories WHERE slug = ${parent}) WHERE slug = ${child}`;
    // Another path each time, as the edge keeps answers.
    const namesInside = async (limit: number) =>
      (await get(`/v1/products?category=${parent}&sort=name&limit=${limit}`)).body.data.map(
        (row: Answer['body']) => row.name,
      );
    expect(await namesInside(10)).toEqual(['In child', 'In parent']);
    const before = (await get(`/v1/categories/${parent}`)).body;
    expect(before).toMatchObject({ product_count: 2, children: [{ slug: child, product_count: 1 }] });
    await productsSql`UPDATE categories SET is_active = false WHERE slug = ${child}`;
    expect(await namesInside(11)).toEqual(['In parent']);
    expect((await get(`/v1/categories/${before.id}`)).body).toMatchObject({ product_count: 1, children: [] });
    expectProblem(await get(`/v1/categories/${child}`), 404, 'not_found');
  });

  it('refuse what they do not understand', async () => {
    const { body } = await get(`/v1/products?category=${category}&limit=2`);
    const cursor = body.page.next_cursor;
    for (const query of ['cursor=nonsense', `cursor=${cursor}`, `cursor=${cursor}&category=${category}&sort=price`]) {
      expectProblem(await get(`/v1/products?${query}`), 400, 'invalid_cursor');
    }
    expectProblem(await get('/v1/products?colour=red'), 400, 'unknown_parameter');
    for (const query of ['limit=0', 'limit=101', 'sort=sku', 'in_stock=yes', 'price[gte]=-1', 'category=%00']) {
      expectProblem(await get(`/v1/products?${query}`), 422, 'validation_failed');
    }
    expect((await get(`/v1/products?category=${unique()}`)).body.data).toEqual([]);
  });
});

describe('public reads', () => {
  it('answer 304 for content that is known', async () => {
    const handle = unique();
    await importCsv(csv({ Handle: handle, Title: 'Lamp', 'Variant Price': '5' }));
    const { headers } = await get(`/v1/products/${handle}`);
    const etag = headers.get('etag') ?? '';
    expect(etag).toMatch(/^W\/"[0-9a-f]{40}"$/);
    const again = (value: string) => api('GET', `/v1/products/${handle}`, { headers: { 'if-none-match': value } });
    for (const value of [etag, etag.slice(2), `"other", ${etag}`, '*']) {
      const known = await again(value);
      expect([known.status, known.body]).toEqual([304, '']);
      expect(known.headers.get('etag')).toBe(etag);
      expect(known.headers.get('cache-control')).toBe('public, max-age=30, stale-while-revalidate=30');
    }
    await importCsv(csv({ Handle: handle, Title: 'Lamp', 'Variant Price': '6' }));
    const changed = await again(etag);
    expect([changed.status, changed.body.price]).toEqual([200, '6.00']);
  });

  it('hide what is not for sale', async () => {
    const handle = unique();
    await importCsv(csv({ Handle: handle, Title: 'Lamp', Type: handle, Published: 'false', 'Variant Price': '5' }));
    expectProblem(await get(`/v1/products/${handle}`), 404, 'not_found');
    expect((await get(`/v1/products?category=${handle}`)).body.data).toEqual([]);
    for (const path of ['unknown-product', randomUUID(), 'a%00b', 'a%20b', 'x'.repeat(300)]) {
      expectProblem(await get(`/v1/products/${path}`), 404, 'not_found');
    }
    expectProblem(await api('POST', '/v1/products/x'), 405, 'method_not_allowed');
  });
});

describe('inventory', () => {
  it('is shown to managers with a strong ETag', async () => {
    const { id } = (await get('/v1/products/copper-light')).body;
    const path = `/v1/admin/products/${id}/inventory`;
    const { status, body, headers } = await api('GET', path, { token: await manager() });
    expect([status, headers.get('etag'), headers.get('cache-control')]).toEqual([200, '"1"', 'no-store']);
    expect(body).toEqual({
      product_id: id,
      quantity: 2,
      reserved_quantity: 0,
      available_quantity: 2,
      low_stock_threshold: 10,
      allow_backorder: false,
      version: 1,
      updated_at: expect.any(String),
    });
    expectProblem(await api('GET', path), 401, 'unauthorized');
    expectProblem(await api('GET', path, { token: await staff('customer') }), 403, 'forbidden');
    for (const unknown of [randomUUID(), 'copper-light']) {
      const answer = await api('GET', `/v1/admin/products/${unknown}/inventory`, { token: await manager() });
      expectProblem(answer, 404, 'not_found');
    }
  });
});
