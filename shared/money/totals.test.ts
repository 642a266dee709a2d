import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { sum } from './money.ts';
import { type Coupon, totalsOf } from './totals.ts';

const shipping = { baseAmount: 490n, perKgAmount: 50n, freeOver: 7_500n };
const line = (unitPrice: bigint, quantity = 1, weight: string | null = null) => ({ unitPrice, quantity, weight });

describe('totalsOf', () => {
  it('adds up lines, tax a line and shipping by weight', () => {
    const totals = totalsOf({
      lines: [line(999n, 2, '1.25'), line(1_599n)],
      coupons: [],
      taxRate: '0.0725',
      shipping,
    });
    expect(totals).toEqual({
      lines: [
        { total: 1_998n, discount: 0n, tax: 145n },
        { total: 1_599n, discount: 0n, tax: 116n },
      ],
      coupons: [],
      subtotal: 3_597n,
      discount: 0n,
      tax: 261n,
      shipping: 615n,
      total: 4_473n,
    });
  });

  it('applies coupons in order, each on what the earlier ones left', () => {
    const totals = totalsOf({
      lines: [line(10_000n)],
      coupons: [
        { code: 'TEN', type: 'percentage', value: '10.00' },
        { code: 'FIVE', type: 'fixed_amount', amount: 500n },
        { code: 'HALF', type: 'percentage', value: '50.00' },
      ],
      taxRate: '0.1000',
      shipping: null,
    });
    expect(totals.coupons.map(({ discount }) => discount)).toEqual([1_000n, 500n, 4_250n]);
    expect(totals).toMatchObject({ discount: 5_750n, tax: 425n, shipping: 0n, total: 4_675n });
  });

  it('never discounts more than the subtotal', () => {
    const totals = totalsOf({
      lines: [line(300n)],
      coupons: [{ code: 'BIG', type: 'fixed_amount', amount: 1_000n }],
      taxRate: '0.2000',
      shipping: null,
    });
    expect(totals).toMatchObject({ discount: 300n, tax: 0n, total: 0n });
  });

  it('ships for free from the threshold on, counted after the discount', () => {
    const order = { lines: [line(8_000n, 1, '2.00')], taxRate: '0', shipping };
    expect(totalsOf({ ...order, coupons: [] }).shipping).toBe(0n);
    expect(totalsOf({ ...order, coupons: [{ code: 'A', type: 'fixed_amount', amount: 501n }] }).shipping).toBe(590n);
  });

  it('makes shipping free by coupon, which is no discount', () => {
    const totals = totalsOf({
      lines: [line(1_000n)],
      coupons: [{ code: 'SHIP', type: 'free_shipping' }],
      taxRate: '0',
      shipping,
    });
    expect(totals).toMatchObject({ shipping: 0n, discount: 0n, total: 1_000n });
  });

  it('holds for any order: the parts add up to what is charged', () => {
    const anyLine = fc.record({
      unitPrice: fc.bigInt({ min: 0n, max: 1_000_000n }),
      quantity: fc.integer({ min: 1, max: 999 }),
      weight: fc.option(fc.integer({ min: 0, max: 9_999 }).map((grams) => (grams / 100).toFixed(2))),
    });
    const anyCoupon: fc.Arbitrary<Coupon> = fc.oneof(
      fc
        .integer({ min: 0, max: 10_000 })
        .map((value): Coupon => ({ code: 'P', type: 'percentage', value: (value / 100).toFixed(2) })),
      fc.bigInt({ min: 0n, max: 500_000n }).map((amount): Coupon => ({ code: 'F', type: 'fixed_amount', amount })),
      fc.constant<Coupon>({ code: 'S', type: 'free_shipping' }),
    );
    fc.assert(
      fc.property(
        fc.array(anyLine, { maxLength: 10 }),
        fc.array(anyCoupon, { maxLength: 5 }),
        fc.integer({ min: 0, max: 10_000 }).map((rate) => (rate / 10_000).toFixed(4)),
        (lines, coupons, taxRate) => {
          const totals = totalsOf({ lines, coupons, taxRate, shipping });
          expect(totals.total).toBe(totals.subtotal - totals.discount + totals.tax + totals.shipping);
          expect(sum(totals.lines.map(({ total }) => total))).toBe(totals.subtotal);
          expect(sum(totals.lines.map(({ discount }) => discount))).toBe(totals.discount);
          expect(sum(totals.lines.map(({ tax }) => tax))).toBe(totals.tax);
          expect(sum(totals.coupons.map(({ discount }) => discount))).toBe(totals.discount);
          expect(totals.discount).toBeLessThanOrEqual(totals.subtotal);
          expect(totals.total).toBeGreaterThanOrEqual(0n);
        },
      ),
    );
  });
});
