import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { uuidv7 } from 'uuidv7';
import { describe, expect, it } from 'vitest';

import { connect } from '#shared/db/postgres.ts';

import { reserve } from '../workers/products/src/store/reserve.ts';
import { type Cells, csv, importCsv, unique } from './support/catalogue.ts';
import { type Answer, api, eventually, expectProblem, staff } from './support/client.ts';
import { bindingsOf, sqlOf } from './support/databases.ts';
import { manager, newProduct, stockOf } from './support/shop.ts';

const get = (path: string) => api('GET', path);
const productsSql = sqlOf('products');
const usersSql = sqlOf('users');

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

  it('writes into the ledger what it does to stock', async () => {
    const handle = unique();
    const row = (name: string, quantity: string) => ({
      Handle: `${handle}-${name}`,
      Title: name,
      'Variant Price': '5',
      'Variant Inventory Qty': quantity,
    });
    const movements = () => productsSql`
      SELECT product.slug, movement.kind, movement.delta, movement.quantity_after, movement.reason,
             movement.actor_id IS NOT NULL AS has_actor
        FROM inventory_movements movement JOIN products product ON product.id = movement.product_id
       WHERE product.slug LIKE ${`${handle}%`} ORDER BY movement.id`;
    const movement = (name: string, delta: number, quantity_after: number) => ({
      slug: `${handle}-${name}`,
      kind: 'import',
      delta,
      quantity_after,
      reason: null,
      has_actor: true,
    });
    await importCsv(csv(row('a', '4'), row('b', '0'), row('c', '2')));
    const first = [movement('a', 4, 4), movement('c', 2, 2)];
    expect(await movements()).toEqual(first);
    const second = csv(row('a', '1'), row('b', '6'), row('c', '2'));
    await importCsv(second);
    await importCsv(second, '?update_stock=true&dry_run=true');
    expect(await movements()).toEqual(first);
    expect((await importCsv(second, '?update_stock=true')).body).toMatchObject({ updated: 2, skipped: 1 });
    expect(await movements()).toEqual([...first, movement('a', -3, 1), movement('b', 6, 6)]);
    expect((await importCsv(second, '?update_stock=true')).body).toMatchObject({ updated: 0, skipped: 3 });
    expect(await movements()).toHaveLength(4);
  });

  it('tells once of stock that has become low', async () => {
    const { slug, sku, name, id } = await newProduct({ quantity: 20 });
    const columns = { Handle: slug, Title: name, 'Variant SKU': sku, 'Variant Price': '10' };
    const setTo = async (quantity: number) => {
      const file = csv({ ...columns, 'Variant Inventory Qty': `${quantity}` });
      expect((await importCsv(file, '?update_stock=true')).body).toMatchObject({ updated: 1, errors: [] });
    };
    for (const quantity of [15, 10, 3, 12, 9]) await setTo(quantity);
    const told = await productsSql`
      SELECT payload FROM outbox WHERE type = 'stock.low' AND subject_id = ${id} ORDER BY created_at`;
    const low = (available_quantity: number) => ({
      payload: { product_id: id, available_quantity, low_stock_threshold: 10 },
    });
    expect(told).toEqual([low(10), low(9)]);
  });

  it('takes no stock away that orders hold', async () => {
    const [held, free] = [await newProduct({ quantity: 5 }), await newProduct({ quantity: 5 })];
    await reserve(connect(bindingsOf('products')), {
      order_id: uuidv7(),
      lines: [{ product_id: held.id, quantity: 3 }],
    });
    const file = csv(
      ...[held, free].map(({ slug, sku, name }) => ({
        Handle: slug,
        Title: name,
        'Variant SKU': sku,
        'Variant Price': '10',
        'Variant Inventory Qty': '2',
      })),
    );
    expect((await importCsv(file, '?update_stock=true')).body).toEqual({
      created: 0,
      updated: 1,
      skipped: 0,
      errors: [
        {
          row: 2,
          column: 'Variant Inventory Qty',
          code: 'insufficient_stock',
          message: 'Orders have reserved 3 of it.',
        },
      ],
    });
    expect(await Promise.all([held.id, free.id].map(stockOf))).toEqual([
      { quantity: 5, reserved: 3 },
      { quantity: 2, reserved: 0 },
    ]);
  });

  it('and orders at once leave the books right', async () => {
    const products = await Promise.all(Array.from({ length: 6 }, () => newProduct({ quantity: 50 })));
    const ids = products.map(({ id }) => id);
    const file = (quantity: number) =>
      csv(
        ...products.map(({ slug, sku, name }) => ({
          Handle: slug,
          Title: name,
          'Variant SKU': sku,
          'Variant Price': '10',
          'Variant Inventory Qty': `${quantity}`,
        })),
      );
    const db = connect(bindingsOf('products'));
    const orders = Array.from({ length: 40 }, (_, i) => {
      const lines = (i % 2 === 0 ? ids : ids.toReversed()).map((product_id) => ({ product_id, quantity: 1 }));
      return reserve(db, { order_id: uuidv7(), lines });
    });
    const imports = [60, 70, 80, 55].map((quantity) => importCsv(file(quantity), '?update_stock=true'));
    expect((await Promise.all(orders)).every(({ result }) => result.ok)).toBe(true);
    expect((await Promise.all(imports)).map(({ status, body }) => [status, body.errors])).toEqual(
      imports.map(() => [200, []]),
    );
    const books = await productsSql`
      SELECT stock.reserved_quantity AS reserved, stock.quantity IN (50, 55, 60, 70, 80) AS is_known,
             stock.quantity - (SELECT sum(delta) FROM inventory_movements WHERE product_id = stock.product_id) AS off
        FROM product_inventory stock WHERE stock.product_id = ANY(${ids})`;
    expect(books.map(({ reserved, is_known, off }) => [reserved, is_known, Number(off)])).toEqual(
      ids.map(() => [40, true, 0]),
    );
  });

  it('creates the categories of a path under each other, and leaves those there are', async () => {
    const [root, middle, leaf] = [unique(), unique(), unique()];
    const row = (path: string[], cells: Cells = {}) => ({
      Handle: unique(),
      Title: 'Thing',
      'Variant Price': '5',
      'Category Path': JSON.stringify(path),
      ...cells,
    });
    const tree = () => productsSql`
      SELECT category.name, category.slug, parent.name AS parent,
             (SELECT count(*)::int FROM outbox WHERE subject_id = category.id AND type = 'category.updated') AS events
        FROM categories category LEFT JOIN categories parent ON parent.id = category.parent_id
       WHERE category.slug ~ ${`^(${root}|${middle}|${leaf})`} AND NOT category.is_deleted ORDER BY category.id`;
    const made = (name: string, parent: string | null, slug = name) => ({ name, slug, parent, events: 1 });
    const file = csv(row([root, middle, leaf]), row([root, leaf.toUpperCase()]), row(['elsewhere', leaf]));
    expect((await importCsv(file, '?dry_run=true')).body).toMatchObject({ created: 3, errors: [] });
    expect(await tree()).toEqual([]);
    expect((await importCsv(file)).body).toMatchObject({ created: 3, errors: [] });
    const expected = [
      made(root, null),
      made(middle, root),
      made(leaf, middle),
      made(leaf.toUpperCase(), root, `${leaf}-2`),
    ];
    expect(await tree()).toEqual(expected);
    expect(await productsSql`SELECT id FROM categories WHERE name = 'elsewhere'`).toEqual([]);

    const report = await importCsv(csv(row([]), row([root]), row([root], { 'Category Path': `${root} > ${leaf}` })));
    expect(report.body.created).toBe(1);
    expect(report.body.errors).toMatchObject([
      { row: 2, column: 'Category Path', code: 'invalid_value' },
      { row: 4, column: 'Category Path', code: 'invalid_value' },
    ]);
    await productsSql`
      UPDATE products SET is_deleted = true WHERE category_id = (SELECT id FROM categories WHERE name = ${leaf})`;
    await productsSql`UPDATE categories SET is_deleted = true WHERE name = ${leaf}`;
    expect((await importCsv(csv(row([middle, leaf])))).body).toMatchObject({ created: 1, errors: [] });
    expect(await tree()).toEqual([expected[0], expected[1], expected[3], made(leaf, middle)]);
  });

  it('sent at once with new categories creates each of them once', async () => {
    const [root, leaf] = [unique(), unique()];
    const file = () =>
      csv(
        ...Array.from({ length: 10 }, (_, i) => ({
          Handle: unique(),
          Title: 'Thing',
          'Variant Price': '5',
          'Category Path': JSON.stringify([root, `${leaf} ${i}`]),
        })),
      );
    const reports = await Promise.all([0, 1, 2, 3].map(() => importCsv(file())));
    expect(reports.map(({ body }) => body)).toEqual(
      reports.map(() => ({ created: 10, updated: 0, skipped: 0, errors: [] })),
    );
    const [counts] = await productsSql`
      SELECT count(*)::int AS categories, count(DISTINCT parent_id)::int AS parents FROM categories
       WHERE slug LIKE ${`${leaf}%`}`;
    expect(counts).toEqual({ categories: 10, parents: 1 });
  });

  it('refuses what belongs to others, row by row', async () => {
    const handle = unique();
    const row = (name: string, cells: Cells = {}) => ({
      Handle: `${handle}-${name}`,
      Title: name,
      'Variant Price': '5',
      ...cells,
    });
    await importCsv(
      csv(
        row('a', { 'Variant SKU': `${handle}-sku`, 'Variant Barcode': handle }),
        {
          ...row('v', { 'Option1 Name': 'Size', 'Option1 Value': 'S' }),
        },
        { Handle: `${handle}-v`, 'Option1 Value': 'M', 'Variant Price': '5' },
      ),
    );
    const before = await stateOf(handle);
    const report = await importCsv(
      csv(
        row('b', { 'Variant SKU': `${handle}-sku` }),
        row('c', { 'Variant Barcode': handle }),
        row('v-m', { 'Variant SKU': `${handle}-vm` }),
        row('d', { 'Variant Price': '-5' }),
        row('e', { 'Variant Price': '5', 'Variant Compare At Price': '4' }),
      ),
    );
    expect(report.body).toMatchObject({ created: 1, updated: 0, skipped: 0 });
    expect(report.body.errors.map(({ row: line, column, code }: Answer['body']) => [line, column, code])).toEqual([
      [2, 'Variant SKU', 'sku_taken'],
      [3, 'Variant Barcode', 'barcode_taken'],
      [4, 'Handle', 'slug_taken'],
      [5, 'Variant Price', 'invalid_amount'],
    ]);
    const after = await stateOf(handle);
    expect(after.filter(({ slug }) => slug !== `${handle}-e`)).toEqual(before);
    expect(after.find(({ slug }) => slug === `${handle}-e`)).toMatchObject({ price: '5.00', compare_at_price: '4.00' });
  });

  it('keeps a face that lists can show', async () => {
    const handle = unique();
    const size = (value: string, cells: Cells = {}) => ({
      Handle: handle,
      'Option1 Value': value,
      'Variant Price': '5',
      ...cells,
    });
    const main = { Title: 'Top', 'Option1 Name': 'Size' };
    const inactive = { 'Variant Overrides': '{"is_active":false}' };
    await importCsv(csv(size('S', main), size('M', inactive), size('L')));
    expect((await stateOf(handle)).map(({ slug, is_active }) => [slug, is_active])).toEqual([
      [handle, true],
      [`${handle}-l`, true],
      [`${handle}-m`, false],
    ]);
    const report = await importCsv(csv(size('S', { ...main, ...inactive }), size('M', inactive)));
    expect(report.body).toMatchObject({ updated: 0, skipped: 1 });
    expect(report.body.errors).toMatchObject([{ row: 2, column: 'Published', code: 'face_inactive' }]);
    const all = await importCsv(
      csv(...['S', 'M', 'L'].map((value, i) => size(value, { Published: 'false', ...(i === 0 ? main : {}) }))),
    );
    expect(all.body).toEqual({ created: 0, updated: 2, skipped: 1, errors: [] });
  });

  it('is recorded once in the audit log when it has changed anything', async () => {
    const handle = unique();
    const file = csv(
      { Handle: handle, Title: 'Lamp', 'Variant Price': '5' },
      { Handle: `${handle}-b`, Title: 'Lamp', 'Variant Price': 'free' },
    );
    const dry = await importCsv(file, '?dry_run=true');
    const first = await importCsv(file);
    const second = await importCsv(file);
    const entriesOf = ({ headers }: Answer) => usersSql`
      SELECT action, resource_type, resource_id, before, after FROM audit_log
       WHERE request_id = ${headers.get('x-request-id')}`;
    await eventually(async () => {
      expect(await entriesOf(first)).toEqual([
        {
          action: 'catalogue.imported',
          resource_type: 'catalogue',
          resource_id: 'catalogue',
          before: null,
          after: { created: 1, updated: 0, skipped: 0, errors: 1 },
        },
      ]);
    });
    const recorded = await productsSql`
      SELECT request_id FROM outbox WHERE type = 'audit.recorded' AND request_id = ANY(${[dry, second].map(
        ({ headers }) => headers.get('x-request-id'),
      )})`;
    expect(recorded).toEqual([]);
  });

  it('says what is wrong with a file as a whole', async () => {
    const refusal = async (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) => {
      const answer = await api('POST', '/v1/admin/products/import', {
        token: await manager(),
        headers: { 'content-type': 'text/csv', ...headers },
        body,
      });
      return [answer.status, answer.body.code, answer.body.detail];
    };
    const invalid = (detail: string) => [422, 'invalid_csv', detail];
    const file = 'Handle,Title\nlamp,Lämp\n';
    expect(await refusal(Buffer.from(file, 'latin1'))).toEqual(invalid('Send the file in UTF-8.'));
    expect(await refusal(Buffer.from(`\uFEFF${file}`, 'utf16le'))).toEqual(invalid('Send the file in UTF-8.'));
    expect(await refusal(Buffer.from(file, 'utf16le'))).toEqual(invalid('Send the file in UTF-8.'));
    expect(await refusal('\n\n')).toEqual(invalid('The file is empty.'));
    expect(await refusal('Handle,Title\nlamp,"Lamp\n')).toEqual(
      invalid('A quoted field is never closed: it is in the record on line 2.'),
    );
    expect(await refusal(file, { 'content-type': 'application/vnd.ms-excel' })).toEqual([
      415,
      'unsupported_media_type',
      'Send the file as text/csv.',
    ]);
    expect((await importCsv(`\uFEFF${unique()},Handle,Title\r\n`)).body).toEqual({
      created: 0,
      updated: 0,
      skipped: 0,
      errors: [],
    });
  });

  it('takes 20 MiB', async () => {
    const limit = 20 * 1024 * 1024;
    const handle = unique();
    const head = 'Handle,Title,Variant Price,Note\n';
    const record = `,Thing,5,${'n'.repeat(2_000)}\n`;
    let file = head;
    for (let i = 0; file.length + 2 * record.length < limit; i++) file += `${handle}-${i}${record}`;
    file += `${handle}-last,Last,5,`;
    file += 'n'.repeat(limit - file.length);
    const count = file.split('\n').length - 1;
    expect((await importCsv(file, '?dry_run=true')).body).toEqual({
      created: count,
      updated: 0,
      skipped: 0,
      errors: [],
    });
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
