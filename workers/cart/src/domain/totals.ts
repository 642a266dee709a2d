import { fromCents, sum, toCents } from '#shared/money/money.ts';
import { fitsNumeric } from '#shared/money/schema.ts';
import { totalsOf } from '#shared/money/totals.ts';

import type { CartContent } from './cart.ts';
import { type Coupon, refusalOf, termsOf } from './coupon.ts';

/** What follows from a cart's content: decimal strings with two decimals. */
export interface CartAmounts {
  applied_coupons: { coupon_code: string; discount_amount: string }[];
  subtotal: string;
  discount_amount: string;
  tax_amount: string;
  total_amount: string;
}

/** The coupons that a cart names, as they are now; those that there are not (any more) are missing. */
export interface Terms {
  now: Date;
  coupons: Coupon[];
}

export function subtotalOf(content: CartContent): bigint {
  return sum(content.items.map((item) => toCents(item.unit_price) * BigInt(item.quantity)));
}

/** A coupon that does not hold now stays in the cart and takes nothing off: it may hold again later. */
export function amountsOf(content: CartContent, { now, coupons }: Terms): CartAmounts {
  const subtotal = subtotalOf(content);
  const holding = content.coupon_codes.flatMap((code) => {
    const coupon = coupons.find((each) => each.code === code);
    return coupon && refusalOf(coupon, { now, subtotal }) === null ? [termsOf(coupon)] : [];
  });
  const totals = totalsOf({
    lines: content.items.map(({ unit_price, quantity }) => ({
      unitPrice: toCents(unit_price),
      quantity,
      weight: null,
    })),
    coupons: holding,
    taxRate: content.tax_rate,
    shipping: null,
  });
  const discountOf = new Map(totals.coupons.map(({ code, discount }) => [code, discount]));
  return {
    applied_coupons: content.coupon_codes.map((coupon_code) => ({
      coupon_code,
      discount_amount: fromCents(discountOf.get(coupon_code) ?? 0n),
    })),
    subtotal: fromCents(totals.subtotal),
    discount_amount: fromCents(totals.discount),
    tax_amount: fromCents(totals.tax),
    total_amount: fromCents(totals.total),
  };
}

/** Whether the amount columns can hold the cart, even should none of its coupons hold any more. */
export function fitsColumns(content: CartContent): boolean {
  return fitsNumeric(toCents(amountsOf(content, { now: new Date(0), coupons: [] }).total_amount));
}
