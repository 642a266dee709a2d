import { expect, it } from 'vitest';

import { discountOf } from './coupons.ts';

it('reads each kind of terms as totals take them', () => {
  expect(discountOf({ coupon_code: 'A', type: 'percentage', value: '12.50' })).toEqual({
    code: 'A',
    type: 'percentage',
    value: '12.50',
  });
  expect(discountOf({ coupon_code: 'B', type: 'fixed_amount', value: '12.50' })).toEqual({
    code: 'B',
    type: 'fixed_amount',
    amount: 1_250n,
  });
  expect(discountOf({ coupon_code: 'C', type: 'free_shipping', value: null })).toEqual({
    code: 'C',
    type: 'free_shipping',
  });
});
