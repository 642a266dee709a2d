import type { Coupon, CouponRules } from '../../domain/coupon.ts';
import type { CountedCoupon } from '../../store/coupons.ts';
import type { CouponAnswer } from './coupons.contract.ts';

export function presentCoupon(coupon: CountedCoupon): CouponAnswer {
  const { id, used_count, version, created_at, updated_at } = coupon;
  return {
    id,
    ...audited(coupon),
    used_count,
    version,
    created_at: created_at.toISOString(),
    updated_at: updated_at.toISOString(),
  };
}

/** What the audit log says of a coupon: all that staff decide. */
export function audited(coupon: Pick<Coupon, 'code'> & CouponRules) {
  const { code, type, value, min_subtotal, starts_at, ends_at, usage_limit, per_user_limit, is_active } = coupon;
  return {
    code,
    type,
    value,
    min_subtotal,
    starts_at: starts_at?.toISOString() ?? null,
    ends_at: ends_at?.toISOString() ?? null,
    usage_limit,
    per_user_limit,
    is_active,
  };
}
