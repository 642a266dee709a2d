import { randomUUID } from 'node:crypto';

import { uuidv7 } from 'uuidv7';
import { describe, expect, it } from 'vitest';

import { type Answer, api, eventually, expectProblem } from './support/client.ts';
import { adjust, auditLog, counted, get, pathOf, written } from './support/inventory.ts';
import { manager, newBuyer, newProduct, placeOrder } from './support/shop.ts';
import { eventsAbout, hold, line, movementsOf, productsSql, reservationsOf, stockRows } from './support/stock.ts';

describe('adjusting stock', () => {
  it('takes two round trips, writes the ledger, and is told to the cache and the audit log', async () => {
    const { id } = await newProduct({ quantity: 12 });
    const updates = await eventsAbout(id, 'product.updated');
    const { status, body, headers } = await adjust(id, { delta: -3, reason: '  Broken in the warehouse ' });
    expect([status, headers.get('location'), headers.get('server-timing')]).toEqual([
      201,
      `${pathOf(id)}/adjustments`,
      'db;desc="2"',
    ]);
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/),
      product_id: id,
      delta: -3,
      reason: 'Broken in the warehouse',
      quantity_after: 9,
      actor_id: (await api('GET', '/v1/me', { token: await manager() })).body.id,
      created_at: expect.any(String),
    });
    expect((await get(pathOf(id))).body).toMatchObject({ quantity: 9, available_quantity: 9, version: 2 });
    expect(await movementsOf(id)).toEqual([{ kind: 'adjustment', delta: -3, quantity_after: 9, order_id: null }]);
    expect(await eventsAbout(id, 'product.updated')).toEqual([...updates, { product_id: id }]);
    expect(await eventsAbout(id, 'stock.low')).toEqual([
      { product_id: id, available_quantity: 9, low_stock_threshold: 10 },
    ]);
    await eventually(async () =>
      expect(await auditLog(id)).toEqual([
        { action: 'inventory.adjusted', before: { quantity: 12 }, after: { quantity: 9 } },
      ]),
    );
    await eventually(async () =>
      expect(await productsSql`SELECT type FROM outbox WHERE subject_id = ${id} AND sent_at IS NULL`).toEqual([]),
    );
  });

  it('needs a well-formed key, before anything else', async () => {
    const { id } = await newProduct();
    const token = await manager();
    const path = `${pathOf(id)}/adjustments`;
    const before = await written(id);
    expectProblem(await api('POST', path, { token, body: counted(0) }), 400, 'idempotency_key_required');
    expectProblem(await adjust(id, counted(0), 'two words'), 400, 'idempotency_key_invalid');
    expect(await written(id)).toEqual(before);
  });

  it('answers a repetition as the first time, and refuses another body', async () => {
    const { id } = await newProduct({ quantity: 12 });
    const key = randomUUID();
    const first = await adjust(id, counted(4), key);
    const again = await adjust(id, counted(4), key);
    expect([again.status, again.body, again.headers.get('idempotency-replayed')]).toEqual([201, first.body, 'true']);
    expect(again.headers.get('location')).toBe(first.headers.get('location'));
    expectProblem(await adjust(id, counted(5), key), 422, 'idempotency_key_reused');
    expect(await stockRows(id)).toEqual([{ quantity: 16, reserved: 0 }]);
    // A key means something for one product only.
    const other = await newProduct({ quantity: 1 });
    expect((await adjust(other.id, counted(5), key)).body.quantity_after).toBe(6);
  });

  it('repeated twenty times at once is made once', async () => {
    const { id } = await newProduct({ quantity: 12 });
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 20 }, () => adjust(id, counted(4), key)));
    const made = answers.filter(({ status }) => status === 201);
    expect(new Set(made.map(({ body }) => body.id)).size).toBe(1);
    for (const refused of answers.filter(({ status }) => status !== 201)) {
      expectProblem(refused, 409, 'idempotency_in_progress');
      expect(refused.headers.get('retry-after')).toBe('1');
    }
    expect(made.filter(({ headers }) => headers.get('idempotency-replayed') === null)).toHaveLength(1);
    expect(await movementsOf(id)).toEqual([{ kind: 'adjustment', delta: 4, quantity_after: 16, order_id: null }]);
    expect(await stockRows(id)).toEqual([{ quantity: 16, reserved: 0 }]);
    expect((await adjust(id, counted(4), key)).body).toEqual(made[0]?.body);
  });

  it('cannot take what is not there or what orders hold, and leaves the key free', async () => {
    const { id } = await newProduct({ quantity: 12 });
    const order_id = uuidv7();
    await hold(order_id, line(id, 5));
    const before = await written(id);
    const key = randomUUID();
    for (const delta of [-8, -13, -2_147_483_647]) {
      const answer = await adjust(id, counted(delta), key);
      expectProblem(answer, 409, 'insufficient_stock');
      expect(answer.body.detail).toBe(`There are 12 on the shelf, and orders hold 5: ${-delta} cannot be taken away.`);
    }
    expect(await written(id)).toEqual(before);
    expect(await reservationsOf(order_id)).toMatchObject([{ quantity: 5, state: 'active' }]);
    expect((await adjust(id, counted(-7), key)).body).toMatchObject({ delta: -7, quantity_after: 5 });
  });

  it('may take what backorders hold, but not more than there is', async () => {
    const { id } = await newProduct({ quantity: 4, backorder: true });
    await hold(uuidv7(), line(id, 3));
    expect((await adjust(id, counted(-4))).body.quantity_after).toBe(0);
    expectProblem(await adjust(id, counted(-1)), 409, 'insufficient_stock');
    expect(await stockRows(id)).toEqual([{ quantity: 0, reserved: 3 }]);
  });

  it('refuses values that make no sense', async () => {
    const { id } = await newProduct({ quantity: 12 });
    const before = await written(id);
    const key = randomUUID();
    for (const [body, pointer] of [
      [counted(0), '/delta'],
      [counted(1.5), '/delta'],
      [counted(2_147_483_648), '/delta'],
      [counted(2_147_483_640), '/delta'],
      [{ ...counted(1), delta: '1' }, '/delta'],
      [{ reason: 'Counted' }, '/delta'],
      [{ delta: 1 }, '/reason'],
      [{ delta: 1, reason: ' ' }, '/reason'],
      [{ delta: 1, reason: 'x'.repeat(256) }, '/reason'],
      [{ ...counted(1), kind: 'sale' }, '/kind'],
    ] as const) {
      const answer = await adjust(id, body, key);
      expectProblem(answer, 422, 'validation_failed');
      expect(answer.body.errors.map((entry: { pointer: string }) => entry.pointer)).toEqual([pointer]);
    }
    expect(await written(id)).toEqual(before);
    expect((await adjust(id, { delta: 2_147_483_635, reason: 'x'.repeat(255) }, key)).body.quantity_after).toBe(
      2_147_483_647,
    );
  });

  it('is listed newest first, page by page, without what was sold', async () => {
    const { id } = await newProduct({ quantity: 20 });
    const made: Answer['body'][] = [];
    for (const delta of [1, -2, 3]) made.unshift((await adjust(id, counted(delta))).body);
    const buyer = await newBuyer(id, 2);
    expect((await placeOrder(buyer)).status).toBe(201);
    const path = `${pathOf(id)}/adjustments`;
    const all = await get(path);
    expect(all.body).toEqual({ data: made, page: { next_cursor: null, has_more: false } });
    expect(all.headers.get('server-timing')).toBe('db;desc="1"');
    const first = await get(`${path}?limit=2`);
    expect([first.body.data, first.body.page.has_more]).toEqual([made.slice(0, 2), true]);
    const rest = await get(`${path}?limit=2&cursor=${first.body.page.next_cursor}`);
    expect(rest.body).toEqual({ data: made.slice(2), page: { next_cursor: null, has_more: false } });
    const other = await newProduct();
    const foreign = await get(`${pathOf(other.id)}/adjustments?cursor=${first.body.page.next_cursor}`);
    expectProblem(foreign, 400, 'invalid_cursor');
    expect((await get(`${pathOf(other.id)}/adjustments`)).body.data).toEqual([]);
  });
});
