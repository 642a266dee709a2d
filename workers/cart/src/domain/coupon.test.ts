import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { fromCents, toCents } from '#shared/money/money.ts';
import { totalsOf } from '#shared/money/totals.ts';

import { type Coupon, couponTypes, flawsOf, refusalOf, termsOf, termsToSend } from './coupon.ts';

const now = new Date('2026-11-22T12:00:00.000Z');
const later = (milliseconds: number) => new Date(now.getTime() + milliseconds);

function coupon(change: Partial<Coupon> = {}): Coupon {
  return {
    id: '6561f0a2c3d4e5f60718293b',
    code: 'TEN',
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
    ...change,
  };
}

describe('flaws', () => {
  const flaws = (change: Partial<Coupon>) => flawsOf(coupon(change)).map(({ pointer, code }) => [pointer, code]);

  it('are none in a coupon that makes sense', () => {
    expect(flaws({})).toEqual([]);
    expect(flaws({ value: '0.01' })).toEqual([]);
    expect(flaws({ value: '100.00' })).toEqual([]);
    expect(flaws({ type: 'fixed_amount', value: '99999999.99' })).toEqual([]);
    expect(flaws({ type: 'free_shipping', value: null })).toEqual([]);
    expect(flaws({ starts_at: now, ends_at: later(1) })).toEqual([]);
  });

  it('are values that do not go with the type', () => {
    expect(flaws({ value: null })).toEqual([['/value', 'required']]);
    expect(flaws({ value: '0.00' })).toEqual([['/value', 'too_small']]);
    expect(flaws({ value: '100.01' })).toEqual([['/value', 'too_big']]);
    expect(flaws({ type: 'fixed_amount', value: null })).toEqual([['/value', 'required']]);
    expect(flaws({ type: 'fixed_amount', value: '0.00' })).toEqual([['/value', 'too_small']]);
    expect(flaws({ type: 'free_shipping' })).toEqual([['/value', 'not_allowed']]);
  });

  it('are an end that is not after the start', () => {
    expect(flaws({ starts_at: now, ends_at: now })).toEqual([['/ends_at', 'not_after_start']]);
    expect(flaws({ value: null, starts_at: later(1), ends_at: now })).toEqual([
      ['/value', 'required'],
      ['/ends_at', 'not_after_start'],
    ]);
  });
});

describe('a coupon', () => {
  const refusal = (change: Partial<Coupon>, subtotal = 5_000n) => refusalOf(coupon(change), { now, subtotal });

  it('is invalid when it is unknown, off, or has not begun', () => {
    expect(refusalOf(null, { now, subtotal: 5_000n })).toBe('coupon_invalid');
    expect(refusal({ is_active: false, ends_at: now })).toBe('coupon_invalid');
    expect(refusal({ starts_at: later(1) })).toBe('coupon_invalid');
    expect(refusal({ starts_at: now })).toBeNull();
  });

  it('has expired from the very moment of its end', () => {
    expect(refusal({ ends_at: later(1) })).toBeNull();
    expect(refusal({ ends_at: now })).toBe('coupon_expired');
  });

  it('asks for its minimum to the cent', () => {
    expect(refusal({ min_subtotal: '50.00' })).toBeNull();
    expect(refusal({ min_subtotal: '50.01' })).toBe('coupon_minimum_not_met');
    expect(refusal({ min_subtotal: '50.01', ends_at: now })).toBe('coupon_expired');
  });

  const amount = fc.bigInt({ min: 0n, max: 9_999_999_999n });
  const moment = fc.option(fc.integer({ min: -5, max: 5 }).map(later), { nil: null });
  const anyCoupon = fc
    .record({
      type: fc.constantFrom(...couponTypes),
      value: fc.option(amount.map(fromCents), { nil: null }),
      min_subtotal: fc.option(amount.map(fromCents), { nil: null }),
      starts_at: moment,
      ends_at: moment,
      is_active: fc.boolean(),
    })
    .map(coupon);

  it('can be used exactly when every one of its conditions is met', () => {
    fc.assert(
      fc.property(anyCoupon, amount, (each, subtotal) => {
        const { is_active, starts_at, ends_at, min_subtotal } = each;
        const isGood =
          is_active &&
          (starts_at ?? now) <= now &&
          now < (ends_at ?? later(1)) &&
          subtotal >= toCents(min_subtotal ?? '0');
        expect(refusalOf(each, { now, subtotal }) === null).toBe(isGood);
      }),
    );
  });

  it('without flaws takes off between nothing and all, the same by either form of its terms', () => {
    fc.assert(
      fc.property(anyCoupon, amount, (each, unitPrice) => {
        fc.pre(flawsOf(each).length === 0);
        const terms = termsOf(each);
        const { discount } = totalsOf({
          lines: [{ unitPrice, quantity: 1, weight: null }],
          coupons: [terms],
          taxRate: '0',
          shipping: null,
        });
        const cents = toCents(each.value ?? '0');
        const expected = {
          percentage: (unitPrice * cents + 5_000n) / 10_000n,
          fixed_amount: cents < unitPrice ? cents : unitPrice,
          free_shipping: 0n,
        };
        expect(discount).toBe(expected[each.type]);
        expect(discount).toBeLessThanOrEqual(unitPrice);
        expect(termsToSend(each)).toEqual({ coupon_code: terms.code, type: terms.type, value: each.value });
      }),
    );
  });
});
