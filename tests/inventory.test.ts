import { uuidv7 } from 'uuidv7';
import { describe, expect, it } from 'vitest';

import { type Answer, api, eventually, expectProblem, staff } from './support/client.ts';
import { adjust, auditLog, counted, get, patch, pathOf, written } from './support/inventory.ts';
import { newProduct } from './support/shop.ts';
import { eventsAbout, hold, line, productsSql } from './support/stock.ts';

describe('changing threshold and backorder', () => {
  it('takes two round trips, raises the version, and is told to the cache and the audit log', async () => {
    const { id } = await newProduct({ quantity: 12 });
    const before = await eventsAbout(id, 'product.updated');
    const { status, body, headers } = await patch(id, { low_stock_threshold: 11 }, '"1"');
    expect([status, headers.get('etag'), headers.get('server-timing')]).toEqual([200, '"2"', 'db;desc="2"']);
    expect(body).toEqual({
      product_id: id,
      quantity: 12,
      reserved_quantity: 0,
      available_quantity: 12,
      low_stock_threshold: 11,
      allow_backorder: false,
      version: 2,
      updated_at: expect.any(String),
    });
    const read = await get(pathOf(id));
    expect([read.body, read.headers.get('etag'), read.headers.get('server-timing')]).toEqual([
      body,
      '"2"',
      'db;desc="1"',
    ]);
    expect(await eventsAbout(id, 'product.updated')).toEqual([...before, { product_id: id }]);
    expect(await eventsAbout(id, 'stock.low')).toEqual([]);
    expect((await patch(id, { allow_backorder: true, low_stock_threshold: 11 }, '"2"')).body).toMatchObject({
      allow_backorder: true,
      version: 3,
    });
    await eventually(async () =>
      expect(await auditLog(id)).toEqual([
        {
          action: 'inventory.updated',
          before: { low_stock_threshold: 10 },
          after: { low_stock_threshold: 11 },
        },
        { action: 'inventory.updated', before: { allow_backorder: false }, after: { allow_backorder: true } },
      ]),
    );
  });

  it('that changes nothing writes nothing', async () => {
    const { id } = await newProduct({ quantity: 12 });
    const before = await written(id);
    for (const body of [{}, { low_stock_threshold: 10, allow_backorder: false }]) {
      const { status, headers } = await patch(id, body, '"1"');
      expect([status, headers.get('etag')]).toEqual([200, '"1"']);
    }
    expect(await written(id)).toEqual(before);
  });

  it('can make stock low, once', async () => {
    const { id } = await newProduct({ quantity: 12 });
    expect((await patch(id, { low_stock_threshold: 12 }, '"1"')).status).toBe(200);
    expect((await patch(id, { low_stock_threshold: 20 }, '"2"')).status).toBe(200);
    expect(await eventsAbout(id, 'stock.low')).toEqual([
      { product_id: id, available_quantity: 12, low_stock_threshold: 12 },
    ]);
  });

  it('needs the version that was read', async () => {
    const { id } = await newProduct();
    const before = await written(id);
    expectProblem(await patch(id, { low_stock_threshold: 1 }), 428, 'precondition_required');
    for (const tag of ['"2"', 'W/"1"', '1']) {
      expectProblem(await patch(id, { low_stock_threshold: 1 }, tag), 412, 'precondition_failed');
    }
    expect(await written(id)).toEqual(before);
  });

  it('lets one of several managers through', async () => {
    const { id } = await newProduct();
    const answers = await Promise.all([1, 2, 3, 4].map((n) => patch(id, { low_stock_threshold: n }, '"1"')));
    expect(answers.map(({ status }) => status).sort((one, other) => one - other)).toEqual([200, 412, 412, 412]);
    const winner = answers.find(({ status }) => status === 200);
    expect((await get(pathOf(id))).body).toEqual(winner?.body);
  });

  it('refuses values that make no sense', async () => {
    const { id } = await newProduct();
    const before = await written(id);
    for (const [body, pointer] of [
      [{ low_stock_threshold: -1 }, '/low_stock_threshold'],
      [{ low_stock_threshold: 2_147_483_648 }, '/low_stock_threshold'],
      [{ low_stock_threshold: 1.5 }, '/low_stock_threshold'],
      [{ low_stock_threshold: null }, '/low_stock_threshold'],
      [{ allow_backorder: 'true' }, '/allow_backorder'],
      [{ quantity: 5 }, '/quantity'],
    ] as const) {
      const answer = await patch(id, body, '"1"');
      expectProblem(answer, 422, 'validation_failed');
      expect(answer.body.errors.map((entry: { pointer: string }) => entry.pointer)).toEqual([pointer]);
    }
    expect(await written(id)).toEqual(before);
  });

  it('keeps backorders on while orders hold more than there is', async () => {
    const { id } = await newProduct({ quantity: 2, backorder: true });
    await hold(uuidv7(), line(id, 3));
    const before = await written(id);
    const answer = await patch(id, { allow_backorder: false }, '"1"');
    expectProblem(answer, 409, 'insufficient_stock');
    expect(answer.body.detail).toBe(
      'Orders hold more of this product than there is. Add stock or cancel orders before you end backorders.',
    );
    expect(await written(id)).toEqual(before);
    expect((await adjust(id, counted(1))).status).toBe(201);
    expect((await patch(id, { allow_backorder: false }, '"2"')).status).toBe(200);
  });
});

describe('stock of nothing', () => {
  it('is not found', async () => {
    for (const id of [uuidv7(), 'copper-light']) {
      expectProblem(await get(`${pathOf(id)}/adjustments`), 404, 'not_found');
      expectProblem(await patch(id, {}, '"1"'), 404, 'not_found');
      expectProblem(await adjust(id, counted(1)), 404, 'not_found');
    }
  });

  it('or of a deleted product can be read, but not changed', async () => {
    const { id } = await newProduct({ quantity: 12 });
    expect((await adjust(id, counted(1))).status).toBe(201);
    await productsSql`UPDATE products SET is_deleted = true, deleted_at = now() WHERE id = ${id}`;
    const before = await written(id);
    expect((await get(pathOf(id))).body).toMatchObject({ quantity: 13 });
    expect((await get(`${pathOf(id)}/adjustments`)).body.data).toHaveLength(1);
    expectProblem(await patch(id, { low_stock_threshold: 1 }, '"2"'), 404, 'not_found');
    expectProblem(await adjust(id, counted(1)), 404, 'not_found');
    expect(await written(id)).toEqual(before);
  });
});

describe('the list of low stock', () => {
  it('shows the scarcest first, page by page, and nothing that is deleted', async () => {
    const scarce = await newProduct({ quantity: 1, backorder: true });
    const few = await newProduct({ quantity: 10 });
    const plenty = await newProduct({ quantity: 11 });
    const gone = await newProduct({ quantity: 0 });
    await hold(uuidv7(), line(scarce.id, 9));
    await productsSql`UPDATE products SET is_deleted = true, deleted_at = now() WHERE id = ${gone.id}`;
    await productsSql`UPDATE products SET is_active = false WHERE id = ${few.id}`;
    const expected = await productsSql`
      SELECT stock.product_id FROM product_inventory stock JOIN products ON products.id = stock.product_id
       WHERE quantity - reserved_quantity <= low_stock_threshold AND NOT is_deleted
       ORDER BY quantity - reserved_quantity, stock.product_id`;
    const seen: Answer['body'][] = [];
    let path: string | null = '/v1/admin/inventory/low-stock?limit=7';
    while (path !== null) {
      const { status, body, headers }: Answer = await get(path);
      expect([status, headers.get('server-timing')]).toEqual([200, 'db;desc="1"']);
      seen.push(...body.data);
      const { next_cursor } = body.page;
      path = next_cursor === null ? null : `/v1/admin/inventory/low-stock?limit=7&cursor=${next_cursor}`;
    }
    expect(seen.map(({ product_id }) => ({ product_id }))).toEqual(expected);
    const ids = seen.map(({ product_id }) => product_id);
    expect([ids.includes(few.id), ids.includes(plenty.id), ids.includes(gone.id)]).toEqual([true, false, false]);
    expect(seen.find(({ product_id }) => product_id === scarce.id)).toEqual({
      product_id: scarce.id,
      name: scarce.name,
      slug: scarce.slug,
      sku: scarce.sku,
      quantity: 1,
      reserved_quantity: 9,
      available_quantity: 0,
      low_stock_threshold: 10,
      allow_backorder: true,
    });
  });

  it('refuses cursors that are not its own', async () => {
    const cursorOf = (fields: object) => Buffer.from(JSON.stringify(fields)).toString('base64url');
    const { body } = await get('/v1/admin/inventory/low-stock?limit=1');
    const { list, id } = JSON.parse(Buffer.from(body.page.next_cursor, 'base64url').toString());
    for (const cursor of ['x', cursorOf({ list, id, key: 'many' }), cursorOf({ list: 'other', id, key: '1' })]) {
      expectProblem(await get(`/v1/admin/inventory/low-stock?cursor=${cursor}`), 400, 'invalid_cursor');
    }
    expect(
      (await get(`/v1/admin/inventory/low-stock?cursor=${cursorOf({ list, id, key: '9999999999' })}`)).body,
    ).toEqual({ data: [], page: { next_cursor: null, has_more: false } });
    expectProblem(await get('/v1/admin/inventory/low-stock?sort=name'), 400, 'unknown_parameter');
  });
});

describe('staff only', () => {
  it('see and change stock', async () => {
    const { id } = await newProduct();
    const before = await written(id);
    const token = await staff('customer');
    const adjustments = `${pathOf(id)}/adjustments`;
    for (const [method, path] of [
      ['PATCH', pathOf(id)],
      ['POST', adjustments],
      ['GET', adjustments],
      ['GET', '/v1/admin/inventory/low-stock'],
    ] as const) {
      expectProblem(await api(method, path), 401, 'unauthorized');
      expectProblem(await api(method, path, { token }), 403, 'forbidden');
    }
    expect(await written(id)).toEqual(before);
  });
});
