import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { type Cells, csv, importCsv, unique } from './support/catalogue.ts';
import { type Answer, api, expectProblem, staff } from './support/client.ts';
import { sqlOf } from './support/databases.ts';
import { manager } from './support/shop.ts';

const get = (path: string) => api('GET', path);
const productsSql = sqlOf('products');

/** Everything that an import writes for products whose handle begins so, with versions and times. */
async function stateOf(prefix: string) {
  return productsSql`
    SELECT product.*, stock.quantity, stock.version AS stock_version, stock.updated_at AS stock_updated_at,
           (SELECT count(*)::int FROM outbox WHERE subject_id = product.id) AS events,
           (SELECT array_agg(image.id ORDER BY image.display_order) FROM product_images image
             WHERE image.product_id = product.id) AS images
      FROM products product JOIN product_inventory stock ON stock.product_id = product.id
     WHERE product.slug LIKE ${`${prefix}%`} ORDER BY product.slug`;
}

describe('import', () => {
  it('of the demo catalogue again changes nothing', async () => {
    const file = readFileSync(join(import.meta.dirname, '../tools/demo/apparel.csv'), 'utf8');
    const before = await stateOf('');
    expect((await importCsv(file)).body).toEqual({ created: 0, updated: 0, skipped: 22, errors: [] });
    expect((await importCsv(file, '?update_stock=true')).body).toMatchObject({ updated: 0, skipped: 22 });
    const known = new Set(before.map(({ id }) => id));
    expect((await stateOf('')).filter(({ id }) => known.has(id))).toEqual(before);
  });

  it('creates, updates what changed, and leaves the rest', async () => {
    const handle = unique();
    const row = (size: string, cells: Cells = {}) => ({
      Handle: handle,
      'Option1 Value': size,
      'Variant Price': '60',
      'Variant Inventory Qty': '4',
      ...cells,
    });
    const main = { Title: 'Top', Type: handle, 'Option1 Name': 'Size', 'Variant Inventory Policy': 'deny' };
    const image = { 'Image Src': 'https://example.com/a.jpg', 'Image Position': '1', 'Image Alt Text': 'Front' };
    const first = csv(row('S', { ...main, ...image }), row('M'));
    expect((await importCsv(first)).body).toEqual({ created: 2, updated: 0, skipped: 0, errors: [] });
    const before = await stateOf(handle);
    expect(before.map(({ slug, version, quantity, events }) => [slug, version, quantity, events])).toEqual([
      [handle, 1, 4, 1],
      [`${handle}-m`, 1, 4, 1],
    ]);

    const second = csv(
      row('M', { 'Variant Price': '65', 'Variant Inventory Qty': '9' }),
      row('S', { ...main, ...image }),
      row('L'),
    );
    expect((await importCsv(second, '?dry_run=true')).body).toEqual({ created: 1, updated: 1, skipped: 1, errors: [] });
    expect(await stateOf(handle)).toEqual(before);
    expect((await importCsv(second)).body).toEqual({ created: 1, updated: 1, skipped: 1, errors: [] });
    const after = await stateOf(handle);
    expect(
      after.map(({ slug, price, version, quantity, events, is_group_primary }) => [
        slug,
        price,
        version,
        quantity,
        events,
        is_group_primary,
      ]),
    ).toEqual([
      [handle, '60.00', 1, 4, 1, true],
      [`${handle}-l`, '60.00', 1, 4, 1, false],
      [`${handle}-m`, '65.00', 2, 4, 2, false],
    ]);
    expect(after[0]).toEqual(before[0]);

    expect((await importCsv(second, '?update_stock=true')).body).toEqual({
      created: 0,
      updated: 1,
      skipped: 2,
      errors: [],
    });
    const stocked = await stateOf(handle);
    expect(stocked.map(({ version, quantity, stock_version }) => [version, quantity, stock_version])).toEqual([
      [1, 4, 1],
      [1, 4, 1],
      [2, 9, 2],
    ]);
    const { body } = await get(`/v1/products/${handle}`);
    expect(body.images).toMatchObject([
      { image_url: 'https://example.com/a.jpg', alt_text: 'Front', is_primary: true },
    ]);
  });

  it('replaces images, and turns a product into one with variants', async () => {
    const handle = unique();
    const row = { Handle: handle, Title: 'Pot', 'Variant Price': '5' };
    const images = (...names: string[]) =>
      names.map((name, i) => ({
        Handle: handle,
        'Image Src': `https://example.com/${name}`,
        'Image Position': `${i + 1}`,
      }));
    await importCsv(csv(row, ...images('a', 'b')));
    const { id } = (await get(`/v1/products/${handle}`)).body;
    expect((await importCsv(csv(row, ...images('b', 'c', 'a')))).body).toMatchObject({ updated: 1 });
    const { body } = await get(`/v1/products/${handle}`);
    expect(body.images.map(({ image_url, is_primary }: Answer['body']) => [image_url, is_primary])).toEqual([
      ['https://example.com/b', true],
      ['https://example.com/c', false],
      ['https://example.com/a', false],
    ]);
    expect(body.version).toBe(2);

    const sized = { ...row, 'Option1 Name': 'Size', 'Option1 Value': 'Small' };
    const grown = await importCsv(csv(sized, { Handle: handle, 'Option1 Value': 'Large', 'Variant Price': '9' }));
    expect(grown.body).toEqual({ created: 1, updated: 1, skipped: 0, errors: [] });
    const face = (await get(`/v1/products/${handle}`)).body;
    expect(face.id).toBe(id);
    expect(face.variants.map(({ slug, price }: Answer['body']) => [slug, price])).toEqual([
      [handle, '5.00'],
      [`${handle}-large`, '9.00'],
    ]);
    expect(face.images).toHaveLength(3);
    const shrunk = await importCsv(csv(row));
    expect(shrunk.body).toMatchObject({ errors: [{ row: 2, column: 'Option1 Value', code: 'required' }] });
  });

  it('reports bad rows by line and writes the good ones', async () => {
    const handle = unique();
    const row = (name: string, cells: Cells = {}) => ({
      Handle: `${handle}-${name}`,
      Title: name,
      'Body (HTML)': '',
      'Variant SKU': '',
      'Variant Price': '5',
      ...cells,
    });
    const report = await importCsv(
      csv(
        row('a', { 'Body (HTML)': '<p>\n</p>\n', 'Variant SKU': `${handle}-sku` }),
        row('b', { 'Variant Price': 'five' }),
        row('c', { 'Variant SKU': `${handle}-sku` }),
        row('d', { 'Variant SKU': 'COPPER-LIGHT' }),
        row('e'),
      ),
    );
    expect(report.body).toMatchObject({ created: 2, updated: 0, skipped: 0 });
    expect(report.body.errors).toEqual([
      { row: 5, column: 'Variant Price', code: 'invalid_amount', message: expect.any(String) },
      {
        row: 6,
        column: 'Variant SKU',
        code: 'sku_taken',
        message: `The SKU ${handle}-sku belongs to another product.`,
      },
      { row: 7, column: 'Variant SKU', code: 'sku_taken', message: 'The SKU COPPER-LIGHT belongs to another product.' },
    ]);
    expect((await stateOf(handle)).map(({ slug }) => slug)).toEqual([`${handle}-a`, `${handle}-e`]);
    expect((await get(`/v1/products/${handle}-a`)).body.description).toBe('<p>\n</p>\n');
  });

  it('sent many times at once creates everything once', async () => {
    const handle = unique();
    const records = Array.from({ length: 40 }, (_, i) => ({
      Handle: `${handle}-${i}`,
      Title: 'Twin',
      Type: handle,
      'Variant Price': '5',
      'Image Src': 'https://example.com/a.jpg',
    }));
    const reports = await Promise.all([0, 1, 2, 3].map(() => importCsv(csv(...records))));
    const sum = (field: string) => reports.reduce((total, { body }) => total + body[field], 0);
    expect(reports.map(({ body }) => body.errors)).toEqual([[], [], [], []]);
    expect([sum('created'), sum('updated'), sum('skipped')]).toEqual([40, 0, 120]);
    const state = await stateOf(handle);
    expect(state).toHaveLength(40);
    expect(state.every(({ version, events }) => version === 1 && events === 1)).toBe(true);
    expect(await productsSql`SELECT count(*)::int AS known FROM categories WHERE slug = ${handle}`).toEqual([
      { known: 1 },
    ]);

    const dearer = csv(...records.map((record) => ({ ...record, 'Variant Price': '6' })));
    const changes = await Promise.all([0, 1, 2, 3].map(() => importCsv(dearer)));
    expect(changes.reduce((total, { body }) => total + body.updated, 0)).toBe(40);
    expect((await stateOf(handle)).every(({ version, price }) => version === 2 && price === '6.00')).toBe(true);
  });

  it('is for managers, of CSV, of at most 20 MiB', async () => {
    const handle = unique();
    const body = csv({ Handle: handle, Title: 'Lamp', 'Variant Price': '5' });
    const path = '/v1/admin/products/import';
    const headers = { 'content-type': 'text/csv' };
    const token = await manager();
    expectProblem(await api('POST', path, { body, headers }), 401, 'unauthorized');
    expectProblem(await api('POST', path, { body, headers, token: await staff('customer') }), 403, 'forbidden');
    expectProblem(await api('POST', path, { body, token }), 415, 'unsupported_media_type');
    expectProblem(await api('POST', `${path}?force=1`, { body, headers, token }), 400, 'unknown_parameter');
    expectProblem(await api('POST', `${path}?dry_run=1`, { body, headers, token }), 422, 'validation_failed');
    expectProblem(await api('POST', path, { body: 'Handle\nlamp', headers, token }), 422, 'invalid_csv');
    expectProblem(await api('POST', path, { body: '', headers, token }), 422, 'invalid_csv');
    const large = 'x'.repeat(20 * 1024 * 1024 + 1);
    expectProblem(await api('POST', path, { body: large, headers, token }), 413, 'payload_too_large');
    expect(await stateOf(handle)).toEqual([]);
  });
});
