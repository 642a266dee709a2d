import { randomUUID } from 'node:crypto';

import fc from 'fast-check';
import { Client } from 'pg';
import { uuidv7 } from 'uuidv7';
import { describe, expect, it } from 'vitest';

import { connect } from '#shared/db/postgres.ts';
import { newTrace, requestContext, withTrace } from '#shared/http/context.ts';

import { commitReservations, releaseReservations } from '../workers/products/src/store/reservations.ts';
import { reserve } from '../workers/products/src/store/reserve.ts';
import { findSnapshots } from '../workers/products/src/store/snapshots.ts';
import { eventually } from './support/client.ts';
import { bindingsOf, sqlOf } from './support/databases.ts';
import { newProduct, sweep } from './support/shop.ts';

const db = () => connect(bindingsOf('products'));
const productsSql = sqlOf('products');

async function stockOf(...productIds: string[]) {
  return Promise.all(
    productIds.map(async (id) => {
      const [row] =
        await productsSql`SELECT quantity, reserved_quantity AS reserved FROM product_inventory WHERE product_id = ${id}`;
      return row;
    }),
  );
}

async function reservationsOf(orderId: string) {
  return productsSql`
    SELECT product_id, quantity, taken_quantity, state FROM inventory_reservations
     WHERE order_id = ${orderId} ORDER BY product_id`;
}

/** Products whose books are wrong: reserved is the sum of active reservations, and only commits take from the shelf. */
async function wrongBooks(productIds: string[], initial: number) {
  return productsSql`
    SELECT stock.product_id, stock.quantity, stock.reserved_quantity, held.active, held.taken
      FROM product_inventory stock
     CROSS JOIN LATERAL (
      SELECT coalesce(sum(quantity) FILTER (WHERE state = 'active'), 0) AS active,
             coalesce(sum(taken_quantity) FILTER (WHERE state = 'committed'), 0) AS taken
        FROM inventory_reservations WHERE product_id = stock.product_id) AS held
     WHERE stock.product_id = ANY(${productIds})
       AND (stock.reserved_quantity <> held.active OR stock.quantity <> ${initial} - held.taken
            OR (stock.reserved_quantity > stock.quantity AND NOT stock.allow_backorder))`;
}

async function newIds(quantities: number[], backorder = false): Promise<string[]> {
  const ids: string[] = [];
  for (const quantity of quantities) ids.push((await newProduct({ quantity, backorder })).id);
  return ids.sort();
}

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
    const acting = withTrace('test', newTrace(), async () => ({
      result: await action(),
      roundTrips: requestContext().roundTrips,
    }));
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

const line = (product_id: string, quantity: number) => ({ product_id, quantity });

describe('reserve', () => {
  it('sells exactly what is there to many buyers at once', async () => {
    const [id = ''] = await newIds([20]);
    const results = await Promise.all(
      Array.from({ length: 100 }, () => reserve(db(), { order_id: uuidv7(), lines: [line(id, 1)] })),
    );
    expect(results.filter(({ ok }) => ok)).toHaveLength(20);
    expect(results.filter(({ ok }) => !ok)).toEqual(
      Array.from({ length: 80 }, () => ({
        ok: false,
        code: 'insufficient_stock',
        items: [{ product_id: id, requested: 1, available: 0 }],
      })),
    );
    expect(await stockOf(id)).toEqual([{ quantity: 20, reserved: 20 }]);
    expect(
      await productsSql`SELECT count(*)::int AS held FROM inventory_reservations WHERE product_id = ${id}`,
    ).toEqual([{ held: 20 }]);
  });

  it('never deadlocks over products named in any order', async () => {
    const [a = '', b = '', c = ''] = await newIds([30, 30, 30]);
    const orders = [
      [a, b, c],
      [c, b, a],
      [b, c, a],
      [c, a, b],
    ];
    const results = await Promise.all(
      Array.from({ length: 60 }, (_, i) => {
        const lines = (orders[i % 4] ?? []).map((id) => line(id, 1));
        return reserve(db(), { order_id: uuidv7(), lines });
      }),
    );
    expect(results.filter(({ ok }) => ok)).toHaveLength(30);
    expect(await stockOf(a, b, c)).toEqual(Array.from({ length: 3 }, () => ({ quantity: 30, reserved: 30 })));
  });

  it('waits for whoever has the stock, in product order, and decides on what they leave', async () => {
    const [a = '', b = ''] = await newIds([5, 5]);
    const request = { order_id: uuidv7(), lines: [line(b, 1), line(a, 2)] };
    expect(await whileLocked(a, b, () => reserve(db(), request))).toEqual({
      result: { ok: false, code: 'insufficient_stock', items: [{ product_id: a, requested: 2, available: 1 }] },
      roundTrips: 1,
    });
    expect(await stockOf(a, b)).toEqual([
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
    expect(await reserve(db(), { order_id, lines: [line(id, 2), line(id, 3)] })).toEqual(answer);
    expect(await reserve(db(), { order_id, lines: [line(id, 5)] })).toEqual(answer);
    expect(await stockOf(id)).toEqual([{ quantity: 5, reserved: 5 }]);
  });

  it('reserves all or nothing, and names every short line', async () => {
    const [a = '', b = '', c = ''] = await newIds([5, 5, 5]);
    await reserve(db(), { order_id: uuidv7(), lines: [line(b, 4)] });
    const order_id = uuidv7();
    expect(await reserve(db(), { order_id, lines: [line(c, 6), line(b, 2), line(a, 1)] })).toEqual({
      ok: false,
      code: 'insufficient_stock',
      items: [
        { product_id: b, requested: 2, available: 1 },
        { product_id: c, requested: 6, available: 5 },
      ],
    });
    expect(await stockOf(a, b, c)).toEqual([
      { quantity: 5, reserved: 0 },
      { quantity: 5, reserved: 4 },
      { quantity: 5, reserved: 0 },
    ]);
    expect(await reservationsOf(order_id)).toEqual([]);
    expect(await reserve(db(), { order_id, lines: [line(a, 1)] })).toMatchObject({ ok: true });
  });

  it('refuses what is not for sale', async () => {
    const [a = '', b = ''] = await newIds([5, 5]);
    const unknown = randomUUID();
    await productsSql`UPDATE products SET is_active = false WHERE id = ${b}`;
    const order_id = uuidv7();
    const items = [{ product_id: b }, { product_id: unknown }].sort((x, y) => (x.product_id < y.product_id ? -1 : 1));
    expect(await reserve(db(), { order_id, lines: [line(a, 1), line(b, 1), line(unknown, 1)] })).toEqual({
      ok: false,
      code: 'product_unavailable',
      items,
    });
    await productsSql`UPDATE products SET is_active = true, is_deleted = true WHERE id = ${b}`;
    expect(await reserve(db(), { order_id, lines: [line(b, 1)] })).toMatchObject({ code: 'product_unavailable' });
    expect(await stockOf(a, b)).toEqual([
      { quantity: 5, reserved: 0 },
      { quantity: 5, reserved: 0 },
    ]);
  });

  it('holds one reservation an order', async () => {
    const [a = '', b = ''] = await newIds([5, 5]);
    const order_id = uuidv7();
    const conflict = { ok: false, code: 'reservation_conflict' };
    await reserve(db(), { order_id, lines: [line(a, 2)] });
    for (const lines of [[line(a, 3)], [line(b, 1)], [line(a, 2), line(b, 1)]]) {
      expect(await reserve(db(), { order_id, lines })).toEqual(conflict);
    }
    await releaseReservations(db(), [order_id]);
    expect(await reserve(db(), { order_id, lines: [line(a, 2)] })).toEqual(conflict);
    expect(await stockOf(a, b)).toEqual([
      { quantity: 5, reserved: 0 },
      { quantity: 5, reserved: 0 },
    ]);
  });

  it('lets one of several calls for an order through', async () => {
    const [a = '', b = ''] = await newIds([50, 50]);
    const same = uuidv7();
    const repeated = await Promise.all(
      Array.from({ length: 10 }, () => reserve(db(), { order_id: same, lines: [line(a, 2)] })),
    );
    expect(repeated.every(({ ok }) => ok)).toBe(true);
    expect(await stockOf(a)).toEqual([{ quantity: 50, reserved: 2 }]);
    for (let round = 0; round < 5; round++) {
      const order_id = uuidv7();
      const rivals = await Promise.all([a, b].map((id) => reserve(db(), { order_id, lines: [line(id, 1)] })));
      expect(rivals.map((result) => (result.ok ? 'ok' : result.code)).sort()).toEqual(['ok', 'reservation_conflict']);
      expect(await reservationsOf(order_id)).toHaveLength(1);
    }
  });

  it('goes below zero only where backorders are allowed', async () => {
    const [id = ''] = await newIds([2], true);
    const [first, second] = [uuidv7(), uuidv7()];
    expect(await reserve(db(), { order_id: first, lines: [line(id, 3)] })).toMatchObject({ ok: true });
    expect(await reserve(db(), { order_id: second, lines: [line(id, 3)] })).toMatchObject({ ok: true });
    expect(await findSnapshots(db(), [id])).toMatchObject([{ available_quantity: 0, allow_backorder: true }]);
    await commitReservations(db(), first);
    expect(await stockOf(id)).toEqual([{ quantity: 0, reserved: 3 }]);
    expect(await reservationsOf(first)).toMatchObject([{ quantity: 3, taken_quantity: 2, state: 'committed' }]);
    await releaseReservations(db(), [first, second]);
    expect(await stockOf(id)).toEqual([{ quantity: 2, reserved: 0 }]);
  });
});

describe('commit and release', () => {
  it('take from the shelf once and give back once', async () => {
    const [id = ''] = await newIds([10]);
    const order_id = uuidv7();
    await reserve(db(), { order_id, lines: [line(id, 4)] });
    await Promise.all([0, 1, 2].map(() => commitReservations(db(), order_id)));
    expect(await stockOf(id)).toEqual([{ quantity: 6, reserved: 0 }]);
    expect(await reserve(db(), { order_id, lines: [line(id, 4)] })).toMatchObject({ ok: true });
    await Promise.all([0, 1, 2].map(() => releaseReservations(db(), [order_id])));
    expect(await stockOf(id)).toEqual([{ quantity: 10, reserved: 0 }]);
    await commitReservations(db(), order_id);
    expect(await stockOf(id)).toEqual([{ quantity: 10, reserved: 0 }]);
    expect(await reservationsOf(order_id)).toMatchObject([{ state: 'released' }]);
  });

  it('lock in product order, too', async () => {
    const [a = '', b = ''] = await newIds([5, 5]);
    const order_id = uuidv7();
    await reserve(db(), { order_id, lines: [line(b, 1), line(a, 2)] });
    await whileLocked(a, b, () => commitReservations(db(), order_id));
    expect(await stockOf(a, b)).toEqual([
      { quantity: 0, reserved: 0 },
      { quantity: 4, reserved: 0 },
    ]);
    await whileLocked(a, b, () => releaseReservations(db(), [order_id]));
    expect(await stockOf(a, b)).toEqual([
      { quantity: 3, reserved: 0 },
      { quantity: 5, reserved: 0 },
    ]);
  });

  it('released together, orders of one product all give back', async () => {
    const [a = '', b = ''] = await newIds([10, 10]);
    const orders = [uuidv7(), uuidv7(), uuidv7()];
    for (const order_id of orders) await reserve(db(), { order_id, lines: [line(a, 2), line(b, 1)] });
    await commitReservations(db(), orders[0] ?? '');
    await releaseReservations(db(), orders);
    expect(await stockOf(a, b)).toEqual([
      { quantity: 10, reserved: 0 },
      { quantity: 10, reserved: 0 },
    ]);
  });

  it('keep the books in whatever order they come, many at once', async () => {
    const initial = 12;
    const ids = await newIds([initial, initial]);
    const step = fc.record({
      act: fc.constantFrom('reserve' as const, 'reserve' as const, 'commit' as const, 'release' as const),
      order: fc.nat(4),
      quantities: fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 5 })),
    });
    const script = fc.array(fc.array(step, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(script, fc.boolean(), async (waves, backorder) => {
        await productsSql`DELETE FROM inventory_reservations WHERE product_id = ANY(${ids})`;
        await productsSql`
          UPDATE product_inventory SET quantity = ${initial}, reserved_quantity = 0, allow_backorder = ${backorder}
           WHERE product_id = ANY(${ids})`;
        const orders = Array.from({ length: 5 }, () => uuidv7());
        for (const wave of waves) {
          await Promise.all(
            wave.map(({ act, order, quantities }) => {
              const order_id = orders[order] ?? '';
              const lines = quantities.flatMap((quantity, i) => (quantity > 0 ? [line(ids[i] ?? '', quantity)] : []));
              if (act === 'commit') return commitReservations(db(), order_id);
              if (act === 'release') return releaseReservations(db(), [order_id]);
              return reserve(db(), { order_id, lines });
            }),
          );
          expect(await wrongBooks(ids, initial)).toEqual([]);
        }
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});

describe('snapshots', () => {
  it('show live, active products only, with what is not reserved', async () => {
    const [a = '', b = ''] = await newIds([5, 5]);
    await reserve(db(), { order_id: uuidv7(), lines: [line(a, 2)] });
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
      },
    ]);
  });
});

describe('the sweep', () => {
  it('frees what a checkout left behind, after 15 minutes', async () => {
    const [id = ''] = await newIds([5]);
    const order_id = uuidv7();
    await reserve(db(), { order_id, lines: [line(id, 2)] });
    await sweep(14 * 60);
    expect(await stockOf(id)).toEqual([{ quantity: 5, reserved: 2 }]);
    await sweep(16 * 60);
    expect(await stockOf(id)).toEqual([{ quantity: 5, reserved: 0 }]);
    expect(await reservationsOf(order_id)).toMatchObject([{ quantity: 2, taken_quantity: 0, state: 'released' }]);
  });
});
