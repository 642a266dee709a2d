import { randomUUID } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { pointersOf } from './support/accounts.ts';
import {
  adminProduct,
  auditOf,
  deleteProduct,
  eventsOf,
  newCategory,
  patchProduct,
  postProduct,
  productBody,
  readProduct,
  statuses,
  stored,
  times,
} from './support/admin-products.ts';
import { unique } from './support/catalogue.ts';
import { api, expectProblem, staff } from './support/client.ts';
import { sqlOf } from './support/databases.ts';
import { manager } from './support/shop.ts';

const sql = sqlOf('products');
const unknownId = '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f';
const timestamp = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

async function countWithSku(sku: unknown): Promise<unknown> {
  const [row] = await sql`SELECT count(*)::int AS products FROM products WHERE sku = ${sku}`;
  return row?.['products'];
}

describe('POST /v1/admin/products', () => {
  it('creates a product of which only the least is said', async () => {
    const category = await newCategory();
    const input = await productBody({ category_id: category.id, price: '5' });
    const { status, body, headers } = await api('POST', '/v1/admin/products', { token: await manager(), body: input });
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/v1/admin/products/${body.id}`);
    expect(headers.get('etag')).toBe('"1"');
    expect(headers.get('server-timing')).toBe('db;desc="1"');
    expect(body).toEqual({
      id: expect.any(String),
      category_id: category.id,
      category,
      name: input['name'],
      slug: input['name'],
      description: '',
      short_description: null,
      price: '5.00',
      compare_at_price: null,
      cost_price: null,
      currency: 'USD',
      sku: input['sku'],
      barcode: null,
      is_active: true,
      is_featured: false,
      weight: null,
      dimensions: null,
      meta_title: null,
      meta_description: null,
      vendor: null,
      tags: [],
      images: [],
      inventory: {
        quantity: 0,
        reserved_quantity: 0,
        available_quantity: 0,
        low_stock_threshold: 10,
        allow_backorder: false,
      },
      rating: { average: null, count: 0 },
      variant_group_id: null,
      options: null,
      is_group_primary: true,
      is_deleted: false,
      deleted_at: null,
      created_at: timestamp,
      updated_at: body.created_at,
      version: 1,
    });
    expect(await readProduct(body.id)).toEqual(body);
    expect(await eventsOf(body.id)).toEqual(['product.updated', 'product.created']);
    const [entry] = await auditOf(body.id, 1);
    expect(entry).toMatchObject({ action: 'product.created', before: null });
    expect(entry.after).toMatchObject({ name: input['name'], slug: body.slug, price: '5.00', sku: input['sku'] });
    expect((await api('GET', `/v1/products/${body.slug}`)).body).toMatchObject({
      id: body.id,
      price: '5.00',
      availability: { status: 'out_of_stock', available_quantity: 0 },
    });
  });

  it('keeps every field', async () => {
    const said = {
      slug: unique(),
      description: '<p>Line one\r\nline two</p>  ',
      short_description: 'Short',
      price: '20.50',
      compare_at_price: '19.00',
      cost_price: '0.00',
      barcode: unique(),
      is_active: false,
      is_featured: true,
      weight: '1.50',
      dimensions: { length: 10, width: 2.5, height: 0.1 },
      meta_title: 'Title',
      meta_description: 'Words',
      vendor: 'Makers & Co',
      tags: ['one', 'two, three'],
    };
    const { body } = await postProduct({ ...said, weight: '1.5', tags: ['one', 'two, three', 'one'] });
    expect(body).toMatchObject(said);
    expect(await readProduct(body.id)).toEqual(body);
    const withStock = await adminProduct({ inventory: { low_stock_threshold: 3, allow_backorder: true } });
    expect(withStock.inventory).toMatchObject({ quantity: 0, low_stock_threshold: 3, allow_backorder: true });
  });

  it('makes slugs of names, each its own', async () => {
    const name = `Crème ${unique()}!`;
    const [first, second] = [await adminProduct({ name }), await adminProduct({ name })];
    const slug = name.slice(0, -1).replace('è', 'e').replace(' ', '-').toLowerCase();
    expect([first.slug, second.slug]).toEqual([slug, `${slug}-2`]);
    const many = await times(10, () => adminProduct({ name }));
    const expected = Array.from({ length: 10 }, (_, i) => `${slug}-${i + 3}`);
    expect(new Set(many.map((product) => product.slug))).toEqual(new Set(expected));
    const long = 'x'.repeat(246) + unique();
    expect((await adminProduct({ name: long })).slug).toBe(long);
    expect((await adminProduct({ name: long })).slug).toBe(`${long.slice(0, 253)}-2`);
  });

  it.each([
    [{ name: undefined }, ['/name']],
    [{ category_id: undefined, price: undefined, sku: undefined }, ['/category_id', '/price', '/sku']],
    [{ price: '-0.01' }, ['/price']],
    [{ price: 9.99 }, ['/price']],
    [{ price: '9.999' }, ['/price']],
    [{ price: '100000000' }, ['/price']],
    [{ compare_at_price: '1e3', cost_price: '' }, ['/compare_at_price', '/cost_price']],
    [{ weight: 1.5 }, ['/weight']],
    [{ weight: '-1' }, ['/weight']],
    [{ weight: '0.125' }, ['/weight']],
    [{ dimensions: { length: 0, width: 1, height: 1 } }, ['/dimensions/length']],
    [{ dimensions: { length: 1, width: 1 } }, ['/dimensions/height']],
    [{ dimensions: { length: 1, width: 1e9, height: '1' } }, ['/dimensions/width', '/dimensions/height']],
    [{ slug: 'Not a slug' }, ['/slug']],
    [{ slug: unknownId }, ['/slug']],
    [{ sku: '   ' }, ['/sku']],
    [{ barcode: '' }, ['/barcode']],
    [{ name: 'x'.repeat(256) }, ['/name']],
    [{ name: 'with\0nul' }, ['/name']],
    [{ description: 'x'.repeat(50_001) }, ['/description']],
    [{ description: '\u0001' }, ['/description']],
    [{ description: null }, ['/description']],
    [{ meta_title: 'x'.repeat(256), meta_description: 'x'.repeat(2_001) }, ['/meta_title', '/meta_description']],
    [{ tags: Array.from({ length: 51 }, String) }, ['/tags']],
    [{ tags: ['x'.repeat(101)] }, ['/tags/0']],
    [{ is_active: 'yes', is_featured: 1 }, ['/is_active', '/is_featured']],
    [{ inventory: { quantity: 5 } }, ['/inventory/quantity']],
    [{ inventory: { low_stock_threshold: -1 } }, ['/inventory/low_stock_threshold']],
    [{ colour: 'red', version: 1, images: [] }, ['/colour', '/version', '/images']],
    [{ category_id: 'outdoor' }, ['/category_id']],
    [{ category_id: unknownId }, ['/category_id']],
  ])('refuses %j', async (change, pointers) => {
    const input = await productBody(change);
    const answer = await api('POST', '/v1/admin/products', { token: await manager(), body: input });
    expectProblem(answer, 422, 'validation_failed');
    expect(pointersOf(answer.body).toSorted()).toEqual(pointers.toSorted());
    expect(await countWithSku(input['sku'] ?? '')).toBe(0);
  });

  it('refuses a category that was deleted', async () => {
    const category = await newCategory();
    await sql`UPDATE categories SET is_deleted = true, deleted_at = now() WHERE id = ${category.id}`;
    const answer = await postProduct({ category_id: category.id });
    expectProblem(answer, 422, 'validation_failed');
    expect(answer.body.errors).toEqual([
      { pointer: '/category_id', code: 'invalid_reference', message: expect.any(String) },
    ]);
  });

  it('takes the largest texts, and their audit entry arrives', async () => {
    const long = 'ü'.repeat(50_000);
    const product = await adminProduct({
      description: long,
      tags: Array.from({ length: 50 }, (_, i) => `${'語'.repeat(98)}${i + 10}`),
    });
    expect((await patchProduct(product.id, { description: `${long.slice(1)}x`, tags: [] })).status).toBe(200);
    const [, changed] = await auditOf(product.id, 2);
    expect(changed.before.tags).toEqual(product.tags);
    expect(changed.before.description).toMatch(/^ü{500}… \(50000 characters, sha256 [0-9a-f]{16}\)$/);
    expect(changed.after.description).not.toBe(changed.before.description);
  });

  it('refuses what another live product has, and takes what a deleted one had', async () => {
    const identity = { sku: `SKU ${unique()}`, slug: unique(), barcode: unique() };
    const first = await adminProduct(identity);
    const before = await stored(first.id);
    for (const [field, code] of [
      ['sku', 'sku_taken'],
      ['slug', 'slug_taken'],
      ['barcode', 'barcode_taken'],
    ] as const) {
      const input = await productBody({ [field]: identity[field] });
      expectProblem(await api('POST', '/v1/admin/products', { token: await manager(), body: input }), 409, code);
      const other = await adminProduct();
      const otherBefore = await stored(other.id);
      expectProblem(await patchProduct(other.id, { [field]: identity[field], price: '1' }), 409, code);
      expect(await stored(other.id)).toEqual(otherBefore);
    }
    expect(await stored(first.id)).toEqual(before);
    expect((await deleteProduct(first.id)).status).toBe(204);
    expect(await adminProduct(identity)).toMatchObject(identity);
    expect(await readProduct(first.id)).toMatchObject({ ...identity, is_deleted: true });
  });

  it('creates one product of twenty with one SKU at once', async () => {
    const sku = `SKU ${unique()}`;
    const answers = await times(20, () => postProduct({ sku }));
    expect(statuses(answers)).toEqual({ 201: 1, 409: 19 });
    expect(new Set(answers.map(({ body }) => body.code))).toEqual(new Set([undefined, 'sku_taken']));
    expect(await countWithSku(sku)).toBe(1);
    const [row] = await sql`SELECT count(*)::int AS entries FROM outbox WHERE payload -> 'after' ->> 'sku' = ${sku}`;
    expect(row).toEqual({ entries: 1 });
  });
});

describe('GET /v1/admin/products/{id}', () => {
  it('shows what only staff see, which no public answer does', async () => {
    const product = await adminProduct({ cost_price: '3.21', vendor: 'Secret supplier', is_featured: true });
    const { status, body, headers } = await api('GET', `/v1/admin/products/${product.id}`, { token: await manager() });
    expect([status, headers.get('etag'), headers.get('cache-control')]).toEqual([200, '"1"', 'no-store']);
    expect(headers.get('server-timing')).toBe('db;desc="1"');
    expect(body).toMatchObject({ cost_price: '3.21', vendor: 'Secret supplier' });
    const publicAnswers = [
      await api('GET', `/v1/products/${product.id}`),
      await api('GET', `/v1/products?category=${product.category_id}&limit=100`),
    ];
    for (const answer of publicAnswers) {
      expect(answer.status).toBe(200);
      expect(JSON.stringify(answer.body)).toContain(product.id);
      expect(JSON.stringify(answer.body)).not.toMatch(/cost_price|3\.21|is_active|Secret supplier/);
    }
  });

  it('knows only what there is', async () => {
    for (const id of [randomUUID(), 'copper-light']) {
      expectProblem(await api('GET', `/v1/admin/products/${id}`, { token: await manager() }), 404, 'not_found');
    }
  });
});

describe('PATCH /v1/admin/products/{id}', () => {
  it('changes what is said and leaves the rest', async () => {
    const product = await adminProduct({ barcode: unique(), tags: ['a'], compare_at_price: '12' });
    const category = await newCategory();
    const change = {
      name: 'Another name',
      price: '9.50',
      compare_at_price: null,
      barcode: null,
      tags: ['b', 'a'],
      dimensions: { length: 1, width: 2, height: 3 },
      category_id: category.id,
    };
    const { status, body, headers } = await patchProduct(product.id, change);
    expect([status, headers.get('etag'), headers.get('server-timing')]).toEqual([200, '"2"', 'db;desc="2"']);
    expect(body).toEqual({ ...product, ...change, category, version: 2, updated_at: timestamp });
    expect(body.updated_at > product.updated_at).toBe(true);
    expect(await readProduct(product.id)).toEqual(body);
    expect(await eventsOf(product.id)).toEqual([
      'product.updated',
      'product.created',
      'product.updated',
      'product.updated',
    ]);
    const [, entry] = await auditOf(product.id, 2);
    expect(entry).toMatchObject({ action: 'product.updated', after: change });
    const { dimensions, name, price, compare_at_price, barcode, tags, category_id } = product;
    expect(entry.before).toEqual({ dimensions, name, price, compare_at_price, barcode, tags, category_id });
  });

  it.each([[{}], [{ price: '10', tags: [], options: null, variant_group_id: null, is_group_primary: true }]])(
    'makes no new version of %j',
    async (body) => {
      const product = await adminProduct();
      const before = await stored(product.id);
      const answer = await patchProduct(product.id, body);
      expect([answer.status, answer.body, answer.headers.get('etag')]).toEqual([200, product, '"1"']);
      expect(await stored(product.id)).toEqual(before);
    },
  );

  it('needs the version that it was read with', async () => {
    const product = await adminProduct();
    const path = `/v1/admin/products/${product.id}`;
    const token = await manager();
    const before = await stored(product.id);
    for (const method of ['PATCH', 'DELETE']) {
      const body = method === 'PATCH' ? { price: '1' } : undefined;
      expectProblem(await api(method, path, { token, body }), 428, 'precondition_required');
      for (const tag of ['"2"', 'W/"1"', '1']) {
        const answer = await api(method, path, { token, body, headers: { 'if-match': tag } });
        expectProblem(answer, 412, 'precondition_failed');
      }
    }
    expectProblem(await api('PATCH', path, { token, body: { price: 1 } }), 422, 'validation_failed');
    expectProblem(await api('PATCH', path, { token, body: { category_id: unknownId } }), 422, 'validation_failed');
    expect(await stored(product.id)).toEqual(before);
    const anyVersion = await api('PATCH', path, { token, body: { price: '1' }, headers: { 'if-match': '*' } });
    expect([anyVersion.status, anyVersion.body.version]).toEqual([200, 2]);
  });

  it.each([
    [{ price: '-1' }, '/price'],
    [{ name: null }, '/name'],
    [{ sku: '' }, '/sku'],
    [{ slug: '--' }, '/slug'],
    [{ is_deleted: true }, '/is_deleted'],
    [{ inventory: {} }, '/inventory'],
    [{ category_id: unknownId }, '/category_id'],
    [{ is_group_primary: false }, '/is_group_primary'],
    [{ options: {} }, '/options'],
  ])('refuses %j', async (change, pointer) => {
    const product = await adminProduct();
    const before = await stored(product.id);
    const answer = await patchProduct(product.id, change);
    expectProblem(answer, 422, 'validation_failed');
    expect(pointersOf(answer.body)).toEqual([pointer]);
    expect(await stored(product.id)).toEqual(before);
  });

  it('lets one of twenty pass that read the same version', async () => {
    const product = await adminProduct();
    const answers = await times(20, (i) => patchProduct(product.id, { price: `${i + 100}` }, 1));
    expect(statuses(answers)).toEqual({ 200: 1, 412: 19 });
    const passed = answers.find(({ status }) => status === 200);
    expect(await readProduct(product.id)).toEqual(passed?.body);
    expect(passed?.body.version).toBe(2);
    expect(await eventsOf(product.id)).toHaveLength(4);
  });

  it('does all of twenty that take any version', async () => {
    const product = await adminProduct();
    const path = `/v1/admin/products/${product.id}`;
    const token = await manager();
    const answers = await times(20, (i) =>
      api('PATCH', path, { token, body: { price: `${i + 100}` }, headers: { 'if-match': '*' } }),
    );
    expect(statuses(answers)).toEqual({ 200: 20 });
    expect((await readProduct(product.id)).version).toBe(21);
  });
});

describe('DELETE /v1/admin/products/{id}', () => {
  it('hides the product from shoppers and keeps it for staff', async () => {
    const product = await adminProduct({ description: 'Gone soon' });
    expect((await api('GET', `/v1/products/${product.slug}`)).status).toBe(200);
    expect((await deleteProduct(product.id)).status).toBe(204);
    expect(await readProduct(product.id)).toEqual({
      ...product,
      is_deleted: true,
      deleted_at: timestamp,
      updated_at: timestamp,
      version: 2,
    });
    expectProblem(await api('GET', `/v1/products/${product.id}`), 404, 'not_found');
    const [, entry] = await auditOf(product.id, 2);
    expect(entry).toMatchObject({ action: 'product.deleted', after: null });
    expect(entry.before).toMatchObject({ sku: product.sku, slug: product.slug, description: 'Gone soon' });
  });

  it('is the last thing that can be done to it', async () => {
    const product = await adminProduct();
    await deleteProduct(product.id);
    const before = await stored(product.id);
    expectProblem(await deleteProduct(product.id), 404, 'not_found');
    expectProblem(await patchProduct(product.id, { price: '1' }), 404, 'not_found');
    expectProblem(await patchProduct(product.id, {}), 404, 'not_found');
    expect(await stored(product.id)).toEqual(before);
  });

  it('happens once of twenty times', async () => {
    const product = await adminProduct();
    const answers = await times(20, () => deleteProduct(product.id, 1));
    const { 204: done, 404: gone = 0, 412: late = 0 } = statuses(answers);
    expect([done, gone + late]).toEqual([1, 19]);
    expect(await eventsOf(product.id)).toHaveLength(4);
  });
});

describe('all of them', () => {
  it('are for managers and administrators', async () => {
    const product = await adminProduct();
    const path = `/v1/admin/products/${product.id}`;
    const before = await stored(product.id);
    const customer = await staff('customer');
    const headers = { 'if-match': '"1"' };
    const calls = [
      ['GET', '/v1/admin/products', undefined],
      ['POST', '/v1/admin/products', await productBody()],
      ['GET', path, undefined],
      ['PATCH', path, { price: '1' }],
      ['DELETE', path, undefined],
    ] as const;
    for (const [method, target, body] of calls) {
      expectProblem(await api(method, target, { body, headers }), 401, 'unauthorized');
      expectProblem(await api(method, target, { body, headers, token: customer }), 403, 'forbidden');
    }
    expect(await stored(product.id)).toEqual(before);
    expect((await api('GET', path, { token: await staff('admin') })).status).toBe(200);
  });

  it('answer what is no JSON as every route does', async () => {
    const token = await manager();
    expectProblem(await api('POST', '/v1/admin/products', { token, body: '{' }), 400, 'malformed_json');
    expectProblem(await api('PUT', '/v1/admin/products', { token, body: {} }), 405, 'method_not_allowed');
    expectProblem(
      await api('POST', '/v1/admin/products', { token, body: '{}', headers: { 'content-type': 'text/plain' } }),
      415,
      'unsupported_media_type',
    );
  });
});
