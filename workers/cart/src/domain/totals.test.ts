import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { fromCents, sum, toCents } from '#shared/money/money.ts';
import { totalsOf } from '#shared/money/totals.ts';

import { type CartContent, emptyContent, withItems } from './cart.ts';
import type { Coupon } from './coupon.ts';
import { termsOf } from './coupon.ts';
import { amountsOf } from './totals.ts';

const now = new Date('2026-11-22T21:24:42.123Z');
const secondMilliseconds = 1_000;

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
    created_at: now,
    updated_at: now,
    ...fields,
  };
}

function cart(lines: [unit_price: string, quantity: number][], fields: Partial<CartContent> = {}): CartContent {
  const items = lines.map(([unit_price, quantity], i) => ({
    product_id: `p${i}`,
    product_name: `Product ${i}`,
    product_slug: `p${i}`,
    quantity,
    unit_price,
    total_price: '0.00',
    image_url: null,
    added_at: now,
  }));
  return withItems({ ...emptyContent, ...fields }, items);
}

const at = (offset: number) => new Date(now.getTime() + offset);

describe('the amounts of a cart', () => {
  it('take coupons off in the order they were applied, and tax what is left', () => {
    const content = cart([['40.00', 2], ['20.00', 1]], { coupon_codes: ['FIVE', 'TEN'], tax_rate: '0.0825' }); // prettier-ignore
    const coupons = [coupon('TEN'), coupon('FIVE', { type: 'fixed_amount', value: '5.00' })];
    expect(amountsOf(content, { now, coupons })).toEqual({
      applied_coupons: [
        { coupon_code: 'FIVE', discount_amount: '5.00' },
        { coupon_code: 'TEN', discount_amount: '9.50' },
      ],
      subtotal: '100.00',
      discount_amount: '14.50',
      tax_amount: '7.05',
      total_amount: '92.55',
    });
  });

  it('show a coupon that does not hold with nothing, in its place', () => {
    const content = cart([['10.00', 1]], { coupon_codes: ['GONE', 'OVER', 'OFF', 'EARLY', 'MORE', 'TEN', 'SHIP'] });
    const coupons = [
      coupon('OVER', { ends_at: at(-secondMilliseconds) }),
      coupon('OFF', { is_active: false }),
      coupon('EARLY', { starts_at: at(secondMilliseconds) }),
      coupon('MORE', { min_subtotal: '10.01' }),
      coupon('TEN', { min_subtotal: '10.00', starts_at: at(-secondMilliseconds), ends_at: at(secondMilliseconds) }),
      coupon('SHIP', { type: 'free_shipping', value: null }),
    ];
    const amounts = amountsOf(content, { now, coupons });
    expect(amounts.applied_coupons.map(({ coupon_code, discount_amount }) => [coupon_code, discount_amount])).toEqual([
      ['GONE', '0.00'],
      ['OVER', '0.00'],
      ['OFF', '0.00'],
      ['EARLY', '0.00'],
      ['MORE', '0.00'],
      ['TEN', '1.00'],
      ['SHIP', '0.00'],
    ]);
    expect(amounts).toMatchObject({ subtotal: '10.00', discount_amount: '1.00', total_amount: '9.00' });
  });

  it('of an empty cart are nothing, whatever its coupons', () => {
    const content = cart([], { coupon_codes: ['FIVE'], tax_rate: '0.2000' });
    const coupons = [coupon('FIVE', { type: 'fixed_amount', value: '5.00' })];
    expect(amountsOf(content, { now, coupons })).toEqual({
      applied_coupons: [{ coupon_code: 'FIVE', discount_amount: '0.00' }],
      subtotal: '0.00',
      discount_amount: '0.00',
      tax_amount: '0.00',
      total_amount: '0.00',
    });
  });
});

/** A rational number: what the rules say, without the shortcuts of the code. */
type Ratio = readonly [numerator: bigint, denominator: bigint];

const ratio = (decimal: string): Ratio => {
  const [units = '', decimals = ''] = decimal.split('.');
  return [BigInt(units + decimals), 10n ** BigInt(decimals.length)];
};
const times = ([a, b]: Ratio, [c, d]: Ratio): Ratio => [a * c, b * d];
const plus = ([a, b]: Ratio, [c, d]: Ratio): Ratio => [a * d + c * b, b * d];
const minus = (a: Ratio, [c, d]: Ratio): Ratio => plus(a, [-c, d]);
const isMore = ([a, b]: Ratio, [c, d]: Ratio): boolean => a * d > c * b;
const floor = ([a, b]: Ratio): bigint => a / b;
const toNearestCent = (amount: Ratio): Ratio => [floor(plus(times(amount, [100n, 1n]), [1n, 2n])), 100n];
const zero: Ratio = [0n, 1n];
const shown = (amount: Ratio): string => fromCents(floor(times(amount, [100n, 1n])));

/** The rules of API totals, cent by cent. */
function expectedAmounts(lines: [string, number][], coupons: Coupon[], rate: string) {
  const lineTotals = lines.map(([price, quantity]) => times(ratio(price), [BigInt(quantity), 1n]));
  const subtotal = lineTotals.reduce(plus, zero);
  let left = subtotal;
  const discounts = coupons.map((each) => {
    const discount = discountOf(each, subtotal, left);
    left = minus(left, discount);
    return discount;
  });
  const discount = minus(subtotal, left);
  const parts = handOut(discount, lineTotals, subtotal);
  const taxes = lineTotals.map((total, i) => toNearestCent(times(minus(total, parts[i] ?? zero), ratio(rate))));
  const tax = taxes.reduce(plus, zero);
  return { subtotal, discounts, discount, parts, tax, total: plus(minus(subtotal, discount), tax) };
}

function discountOf(each: Coupon, subtotal: Ratio, left: Ratio): Ratio {
  const holds =
    each.is_active &&
    (each.starts_at === null || each.starts_at <= now) &&
    (each.ends_at === null || each.ends_at > now) &&
    (each.min_subtotal === null || !isMore(ratio(each.min_subtotal), subtotal));
  if (!holds || each.type === 'free_shipping' || each.value === null) return zero;
  const value = ratio(each.value);
  if (each.type === 'percentage') return toNearestCent(times(left, times(value, [1n, 100n])));
  return isMore(value, left) ? left : value;
}

/** Whole cents in proportion, then one more for whoever is shortest of its due, the earlier first, until all is given. */
function handOut(discount: Ratio, lineTotals: Ratio[], subtotal: Ratio): Ratio[] {
  if (subtotal[0] === 0n) return lineTotals.map(() => zero);
  const due = lineTotals.map((total) => times(discount, times(total, [subtotal[1], subtotal[0]])));
  const given = due.map((amount): Ratio => [floor(times(amount, [100n, 1n])), 100n]);
  const got = new Set<number>();
  while (isMore(discount, given.reduce(plus, zero))) {
    let shortest = -1;
    for (const [i, amount] of due.entries()) {
      const short = minus(amount, given[i] ?? zero);
      const most = minus(due[shortest] ?? zero, given[shortest] ?? zero);
      if (!got.has(i) && (shortest === -1 || isMore(short, most))) shortest = i;
    }
    got.add(shortest);
    given[shortest] = plus(given[shortest] ?? zero, [1n, 100n]);
  }
  return given;
}

describe('for any cart, coupons and rate', () => {
  const cents = (max: bigint) => fc.bigInt({ min: 0n, max }).map(fromCents);
  const price = fc.oneof(cents(500n), cents(2_000_000n));
  const lines = fc.array(fc.tuple(price, fc.integer({ min: 1, max: 999 })), { maxLength: 8 });
  const rate = fc.integer({ min: 0, max: 9_999 }).map((n) => `0.${String(n).padStart(4, '0')}`);
  const moment = fc.option(fc.integer({ min: -3, max: 3 }).map((n) => at(n * secondMilliseconds)));
  const kind = fc.oneof(
    fc.record({ type: fc.constant<'percentage'>('percentage'), value: cents(10_000n) }),
    fc.record({ type: fc.constant<'fixed_amount'>('fixed_amount'), value: fc.oneof(cents(2_000n), cents(9_000_000n)) }),
    fc.constant({ type: 'free_shipping' as const, value: null }),
  );
  const terms = fc.record({
    min_subtotal: fc.option(cents(100_000n), { freq: 1 }),
    starts_at: moment,
    ends_at: moment,
    is_active: fc.boolean().map((isOff) => !isOff),
  });
  const always = { min_subtotal: null, starts_at: null, ends_at: null, is_active: true };
  const coupons = fc
    .array(fc.tuple(kind, fc.oneof({ weight: 2, arbitrary: fc.constant(always) }, terms)), { maxLength: 5 })
    .map((list) => list.map(([what, when], i) => coupon(`C${i}`, { ...what, ...when })));

  it('they are what the rules say, worked out another way', () => {
    fc.assert(
      fc.property(lines, coupons, rate, (ofCart, ofShop, tax_rate) => {
        const content = cart(ofCart, { coupon_codes: ofShop.map(({ code }) => code), tax_rate });
        const expected = expectedAmounts(ofCart, ofShop, tax_rate);
        expect(amountsOf(content, { now, coupons: ofShop.toReversed() })).toEqual({
          applied_coupons: ofShop.map(({ code }, i) => ({
            coupon_code: code,
            discount_amount: shown(expected.discounts[i] ?? zero),
          })),
          subtotal: shown(expected.subtotal),
          discount_amount: shown(expected.discount),
          tax_amount: shown(expected.tax),
          total_amount: shown(expected.total),
        });
      }),
      { numRuns: 500 },
    );
  });

  it('discounts are spread to the cent, nothing is negative, and the total adds up', () => {
    fc.assert(
      fc.property(lines, coupons, rate, (ofCart, ofShop, taxRate) => {
        const everywhere = ofShop.map((each) => ({ ...each, ...always }));
        const totals = totalsOf({
          lines: ofCart.map(([unit_price, quantity]) => ({ unitPrice: toCents(unit_price), quantity, weight: null })),
          coupons: everywhere.map(termsOf),
          taxRate,
          shipping: null,
        });
        const expected = expectedAmounts(ofCart, everywhere, taxRate);
        expect(totals.lines.map((line) => fromCents(line.discount))).toEqual(expected.parts.map(shown));
        expect(sum(totals.lines.map((line) => line.discount))).toBe(totals.discount);
        expect(sum(totals.coupons.map((each) => each.discount))).toBe(totals.discount);
        expect(totals.total).toBe(totals.subtotal - totals.discount + totals.tax);
        for (const line of totals.lines) {
          expect(line.discount >= 0n && line.discount <= line.total && line.tax >= 0n).toBe(true);
        }
        expect(totals.discount >= 0n && totals.discount <= totals.subtotal && totals.total >= 0n).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
