import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { ProductSnapshot } from '#shared/contracts/products.ts';
import { fromCents } from '#shared/money/money.ts';

import { addItem, type CartContent, emptyContent, MAX_LINES, MAX_QUANTITY } from './cart.ts';
import type { Circumstances } from './cart-coupons.ts';
import type { Coupon } from './coupon.ts';
import { type GuestCart, nothingMerged, takeOver } from './merge.ts';
import { fitsColumns } from './totals.ts';

const before = new Date('2026-11-22T21:00:00.000Z');
const now = new Date('2026-11-22T21:24:42.123Z');

function product(product_id: string, fields: Partial<ProductSnapshot> = {}): ProductSnapshot {
  return {
    product_id,
    name: `Product ${product_id}`,
    slug: product_id,
    unit_price: '12.50',
    image_url: null,
    available_quantity: 100,
    allow_backorder: false,
    ...fields,
  };
}

function coupon(code: string, fields: Partial<Coupon> = {}): Coupon {
  return {
    id: `id-of-${code}`,
    code,
    type: 'percentage',
    value: '10.00',
    min_subtotal: null,
    starts_at: null,
    ends_at: null,
    usage_limit: null,
    per_user_limit: null,
    is_active: true,
    version: 1,
    created_at: before,
    updated_at: before,
    ...fields,
  };
}

const plenty = { available_quantity: 1_000_000 };

function cartWith(...lines: [ProductSnapshot, number][]): CartContent {
  return lines.reduce((content, [each, quantity]) => {
    const outcome = addItem(content, { ...each, ...plenty }, quantity, before);
    if (!outcome.ok) throw new Error(`refused: ${outcome.refusal.code}`);
    return outcome.content;
  }, emptyContent);
}

const guestWith = (lines: [ProductSnapshot, number][], ...coupon_codes: string[]): GuestCart => ({
  cart_id: 'guest',
  items: cartWith(...lines).items,
  coupon_codes,
});

const findings = (asked: string[], ...products: ProductSnapshot[]) => ({ asked, products });
const circumstances = (...coupons: Coupon[]): Circumstances => ({ now, coupons, exhausted: [] });
const quantities = (content: CartContent) => content.items.map((item) => [item.product_id, item.quantity]);

describe('taking a guest’s cart over', () => {
  it('adds its lines to those of the same products, and the others after them', () => {
    const own = cartWith([product('a'), 2], [product('b'), 1]);
    const guest = guestWith([
      [product('c'), 4],
      [product('a'), 3],
    ]);
    const found = findings(['a', 'b', 'c'], product('a'), product('b'), product('c'));
    const { content, warnings, merge } = takeOver(own, guest, found, circumstances());
    expect(quantities(content)).toEqual([
      ['a', 5],
      ['b', 1],
      ['c', 4],
    ]);
    expect(content.items[0]?.total_price).toBe('62.50');
    expect(content.applied_events).toEqual(['guest']);
    expect(warnings).toEqual([]);
    expect(merge).toEqual({
      added: [
        { product_id: 'c', quantity: 4 },
        { product_id: 'a', quantity: 3 },
      ],
      clamped: [],
      repriced: [],
      dropped: [],
    });
  });

  it('changes nothing the second time, nor with an empty cart', () => {
    const guest = guestWith([[product('a'), 3]], 'TEN');
    const found = findings(['a'], product('a'));
    const once = takeOver(emptyContent, guest, found, circumstances(coupon('TEN')));
    const twice = takeOver(once.content, guest, found, circumstances(coupon('TEN')));
    expect(twice.content).toBe(once.content);
    expect(twice.merge).toEqual(nothingMerged);
    const empty = takeOver(once.content, { ...guestWith([]), cart_id: 'other' }, found, circumstances());
    expect(empty.content).toBe(once.content);
  });

  it('clamps to the stock and to 999, and leaves what is not there', () => {
    const own = cartWith([product('a'), 3], [product('b'), 998], [product('c'), 2]);
    const guest = guestWith([
      [product('a'), 4],
      [product('b'), 5],
      [product('c'), 1],
      [product('d'), 1],
      [product('e'), 1],
    ]);
    const found = findings(
      ['a', 'b', 'c', 'd', 'e'],
      product('a', { available_quantity: 5 }),
      product('b', { available_quantity: 0, allow_backorder: true }),
      product('c', { available_quantity: -2 }),
      product('d', { available_quantity: 0 }),
    );
    const { content, warnings, merge } = takeOver(own, guest, found, circumstances());
    expect(quantities(content)).toEqual([
      ['a', 5],
      ['b', 999],
      ['c', 2],
    ]);
    expect(merge).toEqual({
      added: [],
      clamped: [
        { product_id: 'a', requested: 7, quantity: 5 },
        { product_id: 'b', requested: 1_003, quantity: 999 },
      ],
      repriced: [],
      dropped: [
        { product_id: 'c', reason: 'out_of_stock' },
        { product_id: 'd', reason: 'out_of_stock' },
        { product_id: 'e', reason: 'unavailable' },
      ],
    });
    expect(warnings).toEqual([{ product_id: 'c', code: 'insufficient_stock', available_quantity: 0 }]);
  });

  it('takes today’s prices for both carts, and says which were others', () => {
    const own = cartWith([product('a'), 1], [product('b', { unit_price: '3.00' }), 1], [product('c'), 1]);
    const guest = guestWith([
      [product('a', { unit_price: '11.00' }), 1],
      [product('d', { unit_price: '2.00' }), 1],
      [product('gone', { unit_price: '2.00' }), 1],
    ]);
    const found = findings(
      ['a', 'b', 'c', 'd', 'gone'],
      product('a'),
      product('b', { unit_price: '4.00' }),
      product('c'),
      product('d', { unit_price: '1.50' }),
    );
    const { content, merge } = takeOver(own, guest, found, circumstances());
    expect(content.items.map((item) => [item.product_id, item.total_price])).toEqual([
      ['a', '25.00'],
      ['b', '4.00'],
      ['c', '12.50'],
      ['d', '1.50'],
    ]);
    expect(merge?.repriced).toEqual([
      { product_id: 'a', old_price: '11.00', new_price: '12.50' },
      { product_id: 'b', old_price: '3.00', new_price: '4.00' },
      { product_id: 'd', old_price: '2.00', new_price: '1.50' },
    ]);
  });

  it('stops at 100 lines, and at what an amount can be', () => {
    const many = Array.from({ length: MAX_LINES }, (_, i): [ProductSnapshot, number] => [product(`${i}`), 1]);
    const full = takeOver(
      cartWith(...many),
      guestWith([
        [product('new'), 1],
        [product('7'), 2],
      ]),
      findings(['new', '7'], product('new'), product('7')),
      circumstances(),
    );
    expect(full.content.items).toHaveLength(MAX_LINES);
    expect(full.content.items[7]?.quantity).toBe(3);
    expect(full.merge?.dropped).toEqual([{ product_id: 'new', reason: 'cart_full' }]);

    const dear = product('dear', { unit_price: '60000000.00' });
    const other = product('other', { unit_price: '60000000.00' });
    const rich = takeOver(cartWith([dear, 1]), guestWith([[other, 1]]), findings([], dear, other), circumstances());
    expect(quantities(rich.content)).toEqual([['dear', 1]]);
    expect(rich.merge?.dropped).toEqual([{ product_id: 'other', reason: 'amount_too_large' }]);
  });

  it('keeps the coupons that hold in the merged cart, up to five, and says what became of the others', () => {
    const own = { ...cartWith([product('a'), 1]), coupon_codes: ['C1', 'C2'] };
    const codes = ['C2', 'OVER', 'USED', 'GONE', 'MIN', 'C3', 'C4', 'C5', 'C6'];
    const guest = guestWith([[product('a'), 1]], ...codes);
    const coupons = [
      ...['C1', 'C2', 'C3', 'C4', 'C5', 'C6', 'USED'].map((code) => coupon(code)),
      coupon('OVER', { ends_at: now }),
      coupon('MIN', { min_subtotal: '25.00' }),
    ];
    const found = findings(['a'], product('a'));
    const { content, merge } = takeOver(own, guest, found, { now, coupons, exhausted: ['USED'] });
    expect(content.coupon_codes).toEqual(['C1', 'C2', 'MIN', 'C3', 'C4']);
    expect(merge?.dropped).toEqual([
      { coupon_code: 'OVER', reason: 'coupon_expired' },
      { coupon_code: 'USED', reason: 'coupon_exhausted' },
      { coupon_code: 'GONE', reason: 'coupon_invalid' },
      { coupon_code: 'C5', reason: 'coupon_limit_reached' },
      { coupon_code: 'C6', reason: 'coupon_limit_reached' },
    ]);
  });

  it('accounts for every line of any two carts', () => {
    const ids = ['a', 'b', 'c', 'd'];
    const line = fc.tuple(fc.constantFrom(...ids), fc.integer({ min: 1, max: 300 }));
    const lines = fc.uniqueArray(line, { selector: ([id]) => id });
    const sold = fc.uniqueArray(
      fc
        .tuple(
          fc.constantFrom(...ids),
          fc.bigInt({ min: 0n, max: 9_999_999n }),
          fc.integer({ min: -5, max: 1_200 }),
          fc.boolean(),
        )
        .map(([id, cents, available_quantity, allow_backorder]) =>
          product(id, { unit_price: fromCents(cents), available_quantity, allow_backorder }),
        ),
      { selector: ({ product_id }) => product_id },
    );
    fc.assert(
      fc.property(lines, lines, sold, (ofUser, ofGuest, products) => {
        const own = cartWith(...ofUser.map(([id, quantity]): [ProductSnapshot, number] => [product(id), quantity]));
        const guest = guestWith(ofGuest.map(([id, quantity]) => [product(id), quantity]));
        const { content, merge = nothingMerged } = takeOver(own, guest, findings(ids, ...products), circumstances());
        const after = new Map(content.items.map((item) => [item.product_id, item.quantity]));
        const had = new Map(ofUser);
        expect(content.items.length).toBe(after.size);
        expect(fitsColumns(content)).toBe(true);
        const told = [...merge.added, ...merge.clamped, ...merge.dropped.filter((loss) => 'product_id' in loss)];
        expect(told.map(({ product_id }) => product_id).toSorted()).toEqual(ofGuest.map(([id]) => id).toSorted());
        for (const { product_id, quantity } of merge.added) {
          expect(after.get(product_id)).toBe((had.get(product_id) ?? 0) + quantity);
        }
        for (const { product_id, quantity, requested } of merge.clamped) {
          const stock = products.find((each) => each.product_id === product_id);
          expect(after.get(product_id)).toBe(quantity);
          expect(quantity).toBeLessThan(requested);
          expect(quantity).toBe(
            stock?.allow_backorder ? MAX_QUANTITY : Math.min(stock?.available_quantity ?? 0, MAX_QUANTITY),
          );
        }
        const touched = new Set([...merge.added, ...merge.clamped].map(({ product_id }) => product_id));
        const untouched = (each: Map<string, number>) => [...each].filter(([id]) => !touched.has(id));
        expect(untouched(after)).toEqual(untouched(had));
      }),
      { numRuns: 300 },
    );
  });
});
