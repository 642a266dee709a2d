import type { CouponTerms } from '#shared/contracts/cart.ts';
import { toCents } from '#shared/money/money.ts';
import type { Coupon } from '#shared/money/totals.ts';

/** A redeemed coupon as totals take it. */
export function discountOf(terms: CouponTerms): Coupon {
  const { coupon_code: code, type, value } = terms;
  switch (type) {
    case 'percentage':
      return { code, type, value };
    case 'fixed_amount':
      return { code, type, amount: toCents(value) };
    case 'free_shipping':
      return { code, type };
  }
}
