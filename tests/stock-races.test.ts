import fc from 'fast-check';
import { uuidv7 } from 'uuidv7';
import { describe, expect, it } from 'vitest';

import { commitReservations, releaseReservations } from '../workers/products/src/store/reservations.ts';
import { newModel, type Step } from './support/stock-model.ts';
import {
  adjust,
  db,
  eventsAbout,
  hold,
  line,
  newIds,
  openBooks,
  outcomeOf,
  productsSql,
  reservationsOf,
  stockRows,
  wrongBooks,
} from './support/stock.ts';

/** How often each outcome came. */
function tally(outcomes: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

const many = <Result>(count: number, work: (i: number) => Promise<Result>) =>
  Promise.all(Array.from({ length: count }, (_, i) => work(i)));

describe('many buyers at once', () => {
  it('200 buyers of two products, named in opposite orders, get exactly the 50 there are', async () => {
    const [a = '', b = ''] = await newIds([50, 50]);
    const outcomes = await many(200, async (i) =>
      outcomeOf(await hold(uuidv7(), ...(i % 2 === 0 ? [line(a, 1), line(b, 1)] : [line(b, 1), line(a, 1)]))),
    );
    expect(tally(outcomes)).toEqual({ ok: 50, insufficient_stock: 150 });
    expect(await stockRows(a, b)).toEqual(Array.from({ length: 2 }, () => ({ quantity: 50, reserved: 50 })));
    expect(await wrongBooks([a, b], 50)).toEqual([]);
  });

  it('of one product, those who come too late are told that nothing is left', async () => {
    const [id = ''] = await newIds([20]);
    const results = await many(100, () => hold(uuidv7(), line(id, 1)));
    expect(results.filter(({ ok }) => ok)).toHaveLength(20);
    expect(results.filter(({ ok }) => !ok)).toEqual(
      Array.from({ length: 80 }, () => ({
        ok: false,
        code: 'insufficient_stock',
        items: [{ product_id: id, requested: 1, available: 0 }],
      })),
    );
    expect(await stockRows(id)).toEqual([{ quantity: 20, reserved: 20 }]);
    expect(
      await productsSql`SELECT count(*)::int AS held FROM inventory_reservations WHERE product_id = ${id}`,
    ).toEqual([{ held: 20 }]);
  });

  it('orders that are placed, paid and given up together never deadlock', async () => {
    const ids = await newIds([30, 30, 30]);
    const [a = '', b = '', c = ''] = ids;
    const orders = [
      [a, b, c],
      [c, b, a],
      [b, c, a],
      [c, a, b],
    ];
    const outcomes = await many(60, async (i) => {
      const order_id = uuidv7();
      const lines = (orders[i % 4] ?? []).map((id) => line(id, 1));
      const outcome = outcomeOf(await hold(order_id, ...lines));
      if (i % 3 > 0) await commitReservations(db(), order_id);
      if (i % 3 > 1) await releaseReservations(db(), [order_id]);
      return outcome;
    });
    expect(Object.keys(tally(outcomes))).not.toContain('reservation_conflict');
    const held = await productsSql`
      SELECT product_id, count(*) FILTER (WHERE state = 'active')::int AS active,
             count(*) FILTER (WHERE state <> 'released')::int AS kept
        FROM inventory_reservations WHERE product_id = ANY(${ids}) GROUP BY product_id`;
    // What 20 orders gave back could be had by others; whoever got it, all three products went together.
    expect(new Set(held.map(({ active, kept }) => `${String(active)} of ${String(kept)}`)).size).toBe(1);
    expect(await wrongBooks(ids, 30)).toEqual([]);
  });

  it('lets one of several calls for an order through', async () => {
    const [a = '', b = ''] = await newIds([50, 50]);
    const same = uuidv7();
    expect(tally(await many(10, async () => outcomeOf(await hold(same, line(a, 2)))))).toEqual({ ok: 10 });
    expect(await stockRows(a)).toEqual([{ quantity: 50, reserved: 2 }]);
    for (let round = 0; round < 5; round++) {
      const order_id = uuidv7();
      const rivals = await Promise.all([a, b].map((id) => hold(order_id, line(id, 1))));
      expect(rivals.map(outcomeOf).sort()).toEqual(['ok', 'reservation_conflict']);
      expect(await reservationsOf(order_id)).toHaveLength(1);
    }
  });

  it('30 orders across the threshold make one event, and one more after a refill', async () => {
    const [id = ''] = await newIds([40]);
    const low = { product_id: id, available_quantity: 10, low_stock_threshold: 10 };
    expect(tally(await many(40, async () => outcomeOf(await hold(uuidv7(), line(id, 1)))))).toEqual({ ok: 40 });
    expect(await eventsAbout(id, 'stock.low')).toEqual([low]);
    expect(await adjust(id, 25)).toBe(65);
    expect(tally(await many(30, async () => outcomeOf(await hold(uuidv7(), line(id, 1)))))).toEqual({
      ok: 25,
      insufficient_stock: 5,
    });
    expect(await eventsAbout(id, 'stock.low')).toEqual([low, low]);
  });
});

describe('staff and buyers at once', () => {
  it('adjustments and reservations add up', async () => {
    const [id = ''] = await newIds([30]);
    const changes = [5, -5, 7, -7, 3, -20];
    const [made, bought] = await Promise.all([
      many(30, async (i) => {
        const delta = changes[i % changes.length] ?? 1;
        return (await adjust(id, delta)) === null ? 0 : delta;
      }),
      many(60, async (i) => {
        const order_id = uuidv7();
        const outcome = outcomeOf(await hold(order_id, line(id, 2)));
        if (outcome === 'ok' && i % 2 === 0) await commitReservations(db(), order_id);
        if (outcome === 'ok' && i % 4 === 0) await releaseReservations(db(), [order_id]);
        return outcome === 'ok' ? i : null;
      }),
    ]);
    const of = (wanted: (i: number) => boolean) => 2 * bought.filter((i) => i !== null && wanted(i)).length;
    const adjusted = made.reduce((total, delta) => total + delta, 0);
    expect(await stockRows(id)).toEqual([
      { quantity: 30 + adjusted - of((i) => i % 4 === 2), reserved: of((i) => i % 2 === 1) },
    ]);
    expect(await wrongBooks([id], 30)).toEqual([]);
  });

  it('never take away what an order holds', async () => {
    for (let round = 0; round < 10; round++) {
      const [id = ''] = await newIds([5]);
      const [outcome, left] = await Promise.all([hold(uuidv7(), line(id, 3)), adjust(id, -3)]);
      const expected = outcome.ok ? [null, { quantity: 5, reserved: 3 }] : [2, { quantity: 2, reserved: 0 }];
      expect([left, ...(await stockRows(id))]).toEqual(expected);
    }
  });
});

const initial = 12;

/** Does a step to the products and orders of these ids: what came of it, as the model says it. */
async function perform({ act, order, quantities, delta }: Step, ids: string[], orders: string[]) {
  const order_id = orders[order] ?? '';
  const lines = quantities.flatMap((quantity, i) => (quantity > 0 ? [line(ids[i] ?? '', quantity)] : []));
  switch (act) {
    case 'reserve':
      return outcomeOf(await hold(order_id, ...lines));
    case 'adjust':
      return adjust(ids[order % 2] ?? '', delta);
    case 'commit':
      await commitReservations(db(), order_id);
      return null;
    case 'release':
      await releaseReservations(db(), [order_id]);
      return null;
  }
}

const quantity = fc.integer({ min: 0, max: 5 });
const step: fc.Arbitrary<Step> = fc.record({
  act: fc.constantFrom('reserve', 'reserve', 'commit', 'release', 'adjust'),
  order: fc.nat(4),
  quantities: fc.tuple(quantity, quantity).filter((wanted) => wanted.some((pieces) => pieces > 0)),
  delta: fc.integer({ min: -6, max: 6 }).filter((delta) => delta !== 0),
});

describe('the books', () => {
  it('stay right whatever happens at once', async () => {
    const ids = await newIds([initial, initial]);
    const script = fc.array(fc.array(step, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(script, fc.boolean(), async (waves, backorder) => {
        await openBooks(ids, initial, backorder);
        const orders = Array.from({ length: 5 }, () => uuidv7());
        for (const wave of waves) {
          await Promise.all(wave.map((one) => perform(one, ids, orders)));
          expect(await wrongBooks(ids, initial)).toEqual([]);
        }
      }),
      { numRuns: 40 },
    );
  }, 120_000);

  it('say what a simple model says, step by step', async () => {
    const ids = await newIds([initial, initial]);
    const lowEvents = () => Promise.all(ids.map(async (id) => (await eventsAbout(id, 'stock.low')).length));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), fc.boolean(), async (steps, backorder) => {
        await openBooks(ids, initial, backorder);
        const model = newModel({ quantity: initial, threshold: 10, backorder });
        const orders = Array.from({ length: 5 }, () => uuidv7());
        for (const one of steps) {
          expect(await perform(one, ids, orders)).toBe(model.perform(one));
          expect(await stockRows(...ids)).toEqual(model.stock);
        }
        expect(await lowEvents()).toEqual(model.crossings);
        expect(await wrongBooks(ids, initial)).toEqual([]);
      }),
      { numRuns: 40 },
    );
  }, 120_000);
});
