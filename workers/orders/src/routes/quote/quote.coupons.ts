import type { CouponTerms, RedeemResult } from '#shared/contracts/cart.ts';
import type { ReservedLine } from '#shared/contracts/products.ts';
import { currentTrace } from '#shared/http/context.ts';
import { dependency } from '#shared/rpc.ts';

import type { Bindings } from '../../env.ts';
import { unusable } from '../checkout/coupon-refusal.ts';
import { subtotalOf } from '../checkout/draft.ts';

/** What the cart's coupons would take off an order of these lines, without using them. 409 for one that cannot be used. */
export async function couponsOf(
  env: Bindings,
  user_id: string,
  coupon_codes: string[],
  lines: ReservedLine[],
): Promise<CouponTerms[]> {
  if (coupon_codes.length === 0) return [];
  const question = { user_id, coupon_codes, subtotal: subtotalOf(lines) };
  const checked = await dependency<RedeemResult>('cart', env.CART_SERVICE.checkCoupons(currentTrace(), question));
  if (!checked.ok) throw unusable(checked);
  return checked.coupons;
}
