import { describe, expect, it } from 'vitest';

import { addItem, emptyCart, emptyContent } from './cart.ts';
import { applyCoupon, removeCoupon } from './cart-coupons.ts';
import type { Coupon } from './coupon.ts';

const now = new Date('2026-11-22T21:24:42.123Z');

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

const withCodes = (...coupon_codes: string[]) => ({ ...emptyContent, coupon_codes });

describe('a coupon', () => {
  it('is applied after those that are there', () => {
    const outcome = applyCoupon(withCodes('A'), 'B', { now, coupons: [coupon('A'), coupon('B')], exhausted: [] });
    expect(outcome).toEqual({ ok: true, content: withCodes('A', 'B'), warnings: [] });
  });

  it('that is there already changes nothing, even if it no longer holds or the cart has five', () => {
    const content = withCodes('A', 'B', 'C', 'D', 'E');
    const outcome = applyCoupon(content, 'C', { now, coupons: [coupon('C', { is_active: false })], exhausted: ['C'] });
    expect(outcome).toMatchObject({ ok: true });
    expect(outcome.ok && outcome.content).toBe(content);
  });

  it.each([
    ['coupon_invalid', coupon('OTHER')],
    ['coupon_invalid', coupon('B', { is_active: false })],
    ['coupon_invalid', coupon('B', { starts_at: new Date(now.getTime() + 1) })],
    ['coupon_expired', coupon('B', { ends_at: new Date(now.getTime() - 1_000) })],
    ['coupon_expired', coupon('B', { ends_at: now })],
    ['coupon_minimum_not_met', coupon('B', { min_subtotal: '0.01' })],
  ])('is refused as %s', (code, known) => {
    expect(applyCoupon(withCodes('A'), 'B', { now, coupons: [known], exhausted: [] })).toEqual({
      ok: false,
      refusal: { code },
    });
  });

  it('is refused when it is used up, and as a sixth', () => {
    const coupons = [coupon('F')];
    expect(applyCoupon(emptyContent, 'F', { now, coupons, exhausted: ['F'] })).toEqual({
      ok: false,
      refusal: { code: 'coupon_exhausted' },
    });
    expect(applyCoupon(withCodes('A', 'B', 'C', 'D', 'E'), 'F', { now, coupons, exhausted: [] })).toEqual({
      ok: false,
      refusal: { code: 'coupon_limit_reached' },
    });
  });

  it('holds from its minimum on', () => {
    const mug = {
      product_id: 'mug',
      name: 'Mug',
      slug: 'mug',
      unit_price: '12.50',
      image_url: null,
      available_quantity: 9,
      allow_backorder: false,
    };
    const filled = addItem(emptyContent, mug, 2, now);
    if (!filled.ok) throw new Error('refused');
    const apply = (min_subtotal: string) =>
      applyCoupon(filled.content, 'B', { now, coupons: [coupon('B', { min_subtotal })], exhausted: [] }).ok;
    expect([apply('25.00'), apply('25.01')]).toEqual([true, false]);
  });

  it('can be taken out, alone or with everything else', () => {
    expect(removeCoupon(withCodes('A', 'B'), 'A')).toMatchObject({ ok: true, content: withCodes('B') });
    expect(removeCoupon(withCodes('A'), 'B')).toEqual({ ok: false, refusal: { code: 'coupon_not_applied' } });
    expect(emptyCart(withCodes('A')).content).toEqual(emptyContent);
  });
});
