import type { CouponRefusal } from '#shared/contracts/cart.ts';
import { Problem } from '#shared/http/problem.ts';

const remedies = {
  coupon_invalid: '',
  coupon_expired: '',
  coupon_exhausted: '',
  coupon_minimum_not_met: ', or put more into it',
};

/** 409 for a coupon of the cart that cannot be used any more. */
export function unusable({ code, coupon_code }: CouponRefusal): Problem {
  return new Problem(code, `Take ${coupon_code} out of the cart${remedies[code]}, and order again.`, {
    members: { coupon_code },
  });
}
