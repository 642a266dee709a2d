import type { CouponRefusal } from '#shared/contracts/cart.ts';

import { accept, type CartContent, type Outcome, refuse } from './cart.ts';
import { refusalOf } from './coupon.ts';
import { subtotalOf, type Terms } from './totals.ts';

export const MAX_COUPONS = 5;

/** What is known when a change is made. `exhausted`: codes of coupons that this user cannot use once more. */
export interface Circumstances extends Terms {
  exhausted: string[];
}

/** Why the coupon cannot be put into this cart now, or null. */
export function couponRefusal(
  content: CartContent,
  code: string,
  { now, coupons, exhausted }: Circumstances,
): CouponRefusal['code'] | 'coupon_limit_reached' | null {
  const coupon = coupons.find((each) => each.code === code) ?? null;
  const refusal = refusalOf(coupon, { now, subtotal: subtotalOf(content) });
  if (refusal) return refusal;
  if (exhausted.includes(code)) return 'coupon_exhausted';
  return content.coupon_codes.length >= MAX_COUPONS ? 'coupon_limit_reached' : null;
}

/** One that is there already changes nothing, whether it still holds or not. */
export function applyCoupon(content: CartContent, code: string, circumstances: Circumstances): Outcome {
  if (content.coupon_codes.includes(code)) return accept(content);
  const refusal = couponRefusal(content, code, circumstances);
  if (refusal) return refuse({ code: refusal });
  return accept({ ...content, coupon_codes: [...content.coupon_codes, code] });
}

export function removeCoupon(content: CartContent, code: string): Outcome {
  if (!content.coupon_codes.includes(code)) return refuse({ code: 'coupon_not_applied' });
  return accept({ ...content, coupon_codes: content.coupon_codes.filter((each) => each !== code) });
}
