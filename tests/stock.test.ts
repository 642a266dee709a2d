import { randomUUID } from 'node:crypto';

import { Client } from 'pg';
import { uuidv7 } from 'uuidv7';
import { describe, expect, it } from 'vitest';

import { commitReservations, releaseReservations } from '../workers/products/src/store/reservations.ts';
import { reserve } from '../workers/products/src/store/reserve.ts';
import { findSnapshots } from '../workers/products/src/store/snapshots.ts';
import { eventually } from './support/client.ts';
import { runCron } from './support/cron.ts';
import { bindingsOf, sqlOf } from './support/databases.ts';
import { newBuyer, newProduct, placeOrder, sweep } from './support/shop.ts';
import {
  adjust,
  counted,
  db,
  eventsAbout,
  hold,
  line,
  movementsOf,
  newIds,
  outcomeOf,
  productsSql,
  reservationsOf,
  stockRows,
} from './support/stock.ts';

const ordersSql = sqlOf('orders');

/**
 * Runs `action` while another connection has `heldId` locked with a stock of one, asserts that it waits without having locked
 * `freeId`, lets the other one commit, and answers what came of it.
 */
async function whileLocked<Result>(heldId: string, freeId: string, action: () => Promise<Result>) {
  const other = new Client({ connectionString: bindingsOf('products').DATABASE_URL });
  await other.connect();
  try {
    await other.query('BEGIN');
    await other.query('UPDATE product_inventory SET quantity = greatest(reserved_quantity, 1) WHERE product_id = $1', [
      heldId,
    ]);
    const acting = counted(action);
    await eventually(async () => {
      const { rows } = await other.query(
        'SELECT FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))',
      );
      expect(rows).toHaveLength(1);
    });
    await other.query('SELECT FROM product_inventory WHERE product_id = $1 FOR UPDATE NOWAIT', [freeId]);
    await other.query('COMMIT');
    return await acting;
  } finally {
    await other.end();
  }
}

describe('reserve', () => {
  it('waits for whoever has the stock, in product order, and decides on what they leave', async () => {
    const [a = '', b = ''] = await newIds([5, 5]);
    expect(await whileLocked(a, b, () => hold(uuidv7(), line(b, 1), line(a, 2)))).toEqual({
      result: { ok: false, code: 'insufficient_stock', items: [{ product_id: a, requested: 2, available: 1 }] },
      roundTrips: 1,
    });
    expect(await stockRows(a, b)).toEqual([
      { quantity: 1, reserved: 0 },
      { quantity: 5, reserved: 0 },
    ]);
  });

  it('adds up lines of one product, and answers what the catalogue says', async () => {
    const { id, name, sku } = await newProduct({ quantity: 5, price: '12.5', grams: 250 });
    const order_id = uuidv7();
    const answer = {
      ok: true,
      lines: [{ product_id: id, name, sku, unit_price: '12.50', weight: '0.25', quantity: 5 }],
    };
    expect(await hold(order_id, line(id, 2), line(id, 3))).toEqual(answer);
    expect(await hold(order_id, line(id, 5))).toEqual(answer);
    expect(await stockRows(id)).toEqual([{ quantity: 5, reserved: 5 }]);
  });

  it('reserves all or nothing, and names every short line', async () => {
    const [a = '', b = '', c = ''] = await newIds([5, 5, 5]);
    await hold(uuidv7(), line(b, 4));
    const order_id = uuidv7();
    expect(await hold(order_id, line(c, 6), line(b, 2), line(a, 1))).toEqual({
      ok: false,
      code: 'insufficient_stock',
      items: [
        { product_id: b, requested: 2, available: 1 },
        { product_id: c, requested: 6, available: 5 },
      ],
    });
    expect(await stockRows(a, b, c)).toEqual([
      { quantity: 5, reserved: 0 },
      { quantity: 5, reserved: 4 },
      { quantity: 5, reserved: 0 },
    ]);
    expect(await reservationsOf(order_id)).toEqual([]);
    expect(await hold(order_id, line(a, 1))).toMatchObject({ ok: true });
  });

  it('refuses what is not for sale', async () => {
    const [a = '', b = ''] = await newIds([5, 5]);
    const unknown = randomUUID();
    await productsSql`UPDATE products SET is_active = false WHERE id = ${b}`;
    const order_id = uuidv7();
    const items = [{ product_id: b }, { product_id: unknown }].sort((x, y) => (x.product_id < y.product_id ? -1 : 1));
    expect(await hold(order_id, line(a, 1), line(b, 1), line(unknown, 1))).toEqual({
      ok: false,
      code: 'product_unavailable',
      items,
    });
    await productsSql`UPDATE products SET is_active = true, is_deleted = true WHERE id = ${b}`;
    expect(await hold(order_id, line(b, 1))).toMatchObject({ code: 'product_unavailable' });
    expect(await stockRows(a, b)).toEqual([
      { quantity: 5, reserved: 0 },
      { quantity: 5, reserved: 0 },
    ]);
  });

  it('holds one reservation an order', async () => {
    const [a = '', b = ''] = await newIds([5, 5]);
    const order_id = uuidv7();
    const conflict = { ok: false, code: 'reservation_conflict' };
    await hold(order_id, line(a, 2));
    for (const lines of [[line(a, 3)], [line(b, 1)], [line(a, 2), line(b, 1)]]) {
      expect(await hold(order_id, ...lines)).toEqual(conflict);
    }
    await releaseReservations(db(), [order_id]);
    expect(await hold(order_id, line(a, 2))).toEqual(conflict);
    expect(await stockRows(a, b)).toEqual([
      { quantity: 5, reserved: 0 },
      { quantity: 5, reserved: 0 },
    ]);
  });

  it('goes below zero only where backorders are allowed', async () => {
    const [id = ''] = await newIds([2], true);
    const [first, second] = [uuidv7(), uuidv7()];
    expect(await hold(first, line(id, 3))).toMatchObject({ ok: true });
    expect(await hold(second, line(id, 3))).toMatchObject({ ok: true });
    expect(await findSnapshots(db(), [id])).toMatchObject([{ available_quantity: 0, allow_backorder: true }]);
    await commitReservations(db(), first);
    expect(await stockRows(id)).toEqual([{ quantity: 0, reserved: 3 }]);
    expect(await reservationsOf(first)).toMatchObject([{ quantity: 3, taken_quantity: 2, state: 'committed' }]);
    await releaseReservations(db(), [first, second]);
    expect(await stockRows(id)).toEqual([{ quantity: 2, reserved: 0 }]);
    expect(await movementsOf(id)).toEqual([
      { kind: 'sale', delta: -2, quantity_after: 0, order_id: first },
      { kind: 'return', delta: 2, quantity_after: 2, order_id: first },
    ]);
  });
});

describe('commit and release', () => {
  it('take from the shelf once and give back once', async () => {
    const [id = ''] = await newIds([10]);
    const order_id = uuidv7();
    await hold(order_id, line(id, 4));
    await Promise.all([0, 1, 2].map(() => commitReservations(db(), order_id)));
    expect(await stockRows(id)).toEqual([{ quantity: 6, reserved: 0 }]);
    expect(await hold(order_id, line(id, 4))).toMatchObject({ ok: true });
    await Promise.all([0, 1, 2].map(() => releaseReservations(db(), [order_id])));
    expect(await stockRows(id)).toEqual([{ quantity: 10, reserved: 0 }]);
    await commitReservations(db(), order_id);
    expect(await stockRows(id)).toEqual([{ quantity: 10, reserved: 0 }]);
    expect(await reservationsOf(order_id)).toMatchObject([{ state: 'released' }]);
    expect(await movementsOf(id)).toEqual([
      { kind: 'sale', delta: -4, quantity_after: 6, order_id },
      { kind: 'return', delta: 4, quantity_after: 10, order_id },
    ]);
  });

  it('leave the shelf alone when nothing was taken from it', async () => {
    const [id = ''] = await newIds([10]);
    const order_id = uuidv7();
    await hold(order_id, line(id, 4));
    await releaseReservations(db(), [order_id]);
    await releaseReservations(db(), [order_id]);
    await commitReservations(db(), order_id);
    expect(await stockRows(id)).toEqual([{ quantity: 10, reserved: 0 }]);
    await commitReservations(db(), uuidv7());
    await releaseReservations(db(), [uuidv7()]);
    expect(await movementsOf(id)).toEqual([]);
  });

  it('take one round trip each, as reserving does', async () => {
    const [a = '', b = ''] = await newIds([11, 1]);
    const order_id = uuidv7();
    const request = { order_id, lines: [line(b, 1), line(a, 1)] };
    const reserved = await counted(() => reserve(db(), request));
    expect([reserved.roundTrips, outcomeOf(reserved.result.result)]).toEqual([1, 'ok']);
    expect(reserved.result.events.map(({ type, subject_id }) => [type, subject_id])).toEqual([
      ['stock.low', a],
      ['product.updated', b],
    ]);
    const repeated = await counted(() => reserve(db(), request));
    expect([repeated.roundTrips, outcomeOf(repeated.result.result), repeated.result.events]).toEqual([1, 'ok', []]);
    expect((await counted(() => commitReservations(db(), order_id))).roundTrips).toBe(1);
    expect((await counted(() => releaseReservations(db(), [order_id]))).roundTrips).toBe(1);
    expect(await stockRows(a, b)).toEqual([
      { quantity: 11, reserved: 0 },
      { quantity: 1, reserved: 0 },
    ]);
  });

  it('lock in product order, too', async () => {
    const [a = '', b = ''] = await newIds([5, 5]);
    const order_id = uuidv7();
    await hold(order_id, line(b, 1), line(a, 2));
    await whileLocked(a, b, () => commitReservations(db(), order_id));
    expect(await stockRows(a, b)).toEqual([
      { quantity: 0, reserved: 0 },
      { quantity: 4, reserved: 0 },
    ]);
    await whileLocked(a, b, () => releaseReservations(db(), [order_id]));
    expect(await stockRows(a, b)).toEqual([
      { quantity: 3, reserved: 0 },
      { quantity: 5, reserved: 0 },
    ]);
  });

  it('released together, orders of one product all give back', async () => {
    const [a = '', b = ''] = await newIds([10, 10]);
    const orders = [uuidv7(), uuidv7(), uuidv7()];
    for (const order_id of orders) await hold(order_id, line(a, 2), line(b, 1));
    await commitReservations(db(), orders[0] ?? '');
    await releaseReservations(db(), orders);
    expect(await stockRows(a, b)).toEqual([
      { quantity: 10, reserved: 0 },
      { quantity: 10, reserved: 0 },
    ]);
  });

  it('released together, orders that took go into the ledger one after the other', async () => {
    const [id = ''] = await newIds([10]);
    const orders = [uuidv7(), uuidv7(), uuidv7()].sort();
    for (const [i, order_id] of orders.entries()) {
      await hold(order_id, line(id, i + 1));
      await commitReservations(db(), order_id);
    }
    await releaseReservations(db(), orders);
    const returns = (await movementsOf(id)).filter(({ kind }) => kind === 'return');
    expect(returns.sort((one, other) => Number(one['delta']) - Number(other['delta']))).toEqual([
      { kind: 'return', delta: 1, quantity_after: 5, order_id: orders[0] },
      { kind: 'return', delta: 2, quantity_after: 7, order_id: orders[1] },
      { kind: 'return', delta: 3, quantity_after: 10, order_id: orders[2] },
    ]);
  });
});

describe('events', () => {
  it('tell of low stock once a crossing, whatever crosses it', async () => {
    const [id = ''] = await newIds([13]);
    const low = (available_quantity: number) => ({ product_id: id, available_quantity, low_stock_threshold: 10 });
    const [first, second] = [uuidv7(), uuidv7()];
    await hold(first, line(id, 2));
    expect(await eventsAbout(id, 'stock.low')).toEqual([]);
    await hold(second, line(id, 1));
    await hold(uuidv7(), line(id, 1));
    await commitReservations(db(), second);
    expect(await eventsAbout(id, 'stock.low')).toEqual([low(10)]);
    expect(await adjust(id, 5)).toBe(17);
    expect(await adjust(id, -6)).toBe(11);
    expect(await eventsAbout(id, 'stock.low')).toEqual([low(10), low(8)]);
    await releaseReservations(db(), [first, second]);
    expect(await stockRows(id)).toEqual([{ quantity: 12, reserved: 1 }]);
    await hold(uuidv7(), line(id, 11));
    expect(await eventsAbout(id, 'stock.low')).toEqual([low(10), low(8), low(0)]);
  });

  it('tell shoppers when the last one goes and when one comes back, and of nothing between', async () => {
    const [id = ''] = await newIds([5], true);
    const updated = (times: number) => Array.from({ length: times }, () => ({ product_id: id }));
    const start = (await eventsAbout(id, 'product.updated')).length;
    const [first, second] = [uuidv7(), uuidv7()];
    await hold(first, line(id, 4));
    await releaseReservations(db(), [first]);
    expect(await eventsAbout(id, 'product.updated')).toEqual(updated(start));
    await hold(second, line(id, 7));
    const more = uuidv7();
    await hold(more, line(id, 2));
    expect(await eventsAbout(id, 'product.updated')).toEqual(updated(start + 1));
    await commitReservations(db(), second);
    await releaseReservations(db(), [more]);
    expect(await stockRows(id)).toEqual([{ quantity: 0, reserved: 0 }]);
    expect(await eventsAbout(id, 'product.updated')).toEqual(updated(start + 1));
    await releaseReservations(db(), [second]);
    expect(await stockRows(id)).toEqual([{ quantity: 5, reserved: 0 }]);
    expect(await eventsAbout(id, 'product.updated')).toEqual(updated(start + 2));
    expect(await eventsAbout(id, 'stock.low')).toEqual([]);
  });

  it('are sent as soon as an order is placed', async () => {
    const { id } = await newProduct({ quantity: 12 });
    const buyer = await newBuyer(id, 2);
    expect((await placeOrder(buyer)).status).toBe(201);
    await eventually(async () =>
      expect(
        await productsSql`
          SELECT payload, sent_at IS NOT NULL AS is_sent, request_id <> 'none' AS is_traced
            FROM outbox WHERE type = 'stock.low' AND subject_id = ${id}`,
      ).toEqual([
        {
          payload: { product_id: id, available_quantity: 10, low_stock_threshold: 10 },
          is_sent: true,
          is_traced: true,
        },
      ]),
    );
  });
});

describe('snapshots', () => {
  it('show live, active products only, with what is not reserved', async () => {
    const [a = '', b = ''] = await newIds([5, 5]);
    await hold(uuidv7(), line(a, 2));
    await productsSql`UPDATE products SET is_active = false WHERE id = ${b}`;
    const snapshots = await findSnapshots(db(), [a, b, randomUUID()]);
    expect(snapshots).toEqual([
      {
        product_id: a,
        name: expect.any(String),
        slug: expect.any(String),
        unit_price: '10.00',
        image_url: null,
        available_quantity: 3,
        allow_backorder: false,
        sku: expect.stringMatching(/^THING-/),
        weight: '0.00',
      },
    ]);
  });
});

describe('the sweep', () => {
  it('frees what a checkout left behind, after 15 minutes', async () => {
    const [id = ''] = await newIds([5]);
    const order_id = uuidv7();
    await hold(order_id, line(id, 2));
    await sweep(14 * 60);
    expect(await stockRows(id)).toEqual([{ quantity: 5, reserved: 2 }]);
    await sweep(16 * 60);
    expect(await stockRows(id)).toEqual([{ quantity: 5, reserved: 0 }]);
    expect(await reservationsOf(order_id)).toMatchObject([{ quantity: 2, taken_quantity: 0, state: 'released' }]);
  });

  it('asks orders first: what was ordered stays reserved', async () => {
    const { id } = await newProduct({ quantity: 5 });
    const order = await placeOrder(await newBuyer(id, 2));
    expect(order.status).toBe(201);
    await sweep(16 * 60);
    expect(await stockRows(id)).toEqual([{ quantity: 5, reserved: 2 }]);
    expect(await reservationsOf(order.body.id)).toMatchObject([{ quantity: 2, state: 'active' }]);
  });

  it('frees nothing while orders cannot say what was ordered', async () => {
    const [id = ''] = await newIds([5]);
    const order_id = uuidv7();
    await hold(order_id, line(id, 2));
    await productsSql`
      UPDATE inventory_reservations SET created_at = now() - interval '16 minutes' WHERE order_id = ${order_id}`;
    await productsSql`
      INSERT INTO inbox (event_id, consumer, received_at) VALUES (${order_id}, 'old', now() - interval '31 days')`;
    await ordersSql`ALTER TABLE idempotency_keys RENAME COLUMN response_status TO away`;
    try {
      expect(await runCron('products')).toBe('exception');
      expect(await reservationsOf(order_id)).toMatchObject([{ state: 'active' }]);
      // What does not need orders is done.
      expect(await productsSql`SELECT FROM inbox WHERE event_id = ${order_id} AND consumer = 'old'`).toEqual([]);
    } finally {
      await ordersSql`ALTER TABLE idempotency_keys RENAME COLUMN away TO response_status`;
    }
    expect(await runCron('products')).toBe('ok');
    expect(await reservationsOf(order_id)).toMatchObject([{ state: 'released' }]);
    expect(await stockRows(id)).toEqual([{ quantity: 5, reserved: 0 }]);
  });

  it('tells of what it freed', async () => {
    const [id = ''] = await newIds([2]);
    await hold(uuidv7(), line(id, 2));
    const before = (await eventsAbout(id, 'product.updated')).length;
    await sweep(16 * 60);
    const events = await productsSql`
      SELECT sent_at IS NOT NULL AS is_sent FROM outbox WHERE type = 'product.updated' AND subject_id = ${id}`;
    expect(events).toEqual(Array.from({ length: before + 1 }, () => ({ is_sent: true })));
  });
});
