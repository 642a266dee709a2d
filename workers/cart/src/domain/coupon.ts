import type { CouponRefusal, CouponTerms } from '#shared/contracts/cart.ts';
import type { InvalidValue } from '#shared/http/problem.ts';
import { type Cents, toCents } from '#shared/money/money.ts';
import type { Coupon as Discount } from '#shared/money/totals.ts';

export const couponTypes = ['percentage', 'fixed_amount', 'free_shipping'] as const;
export type CouponType = (typeof couponTypes)[number];

/** What staff say of a coupon. `value`: `"10.00"` = 10 %, or an amount; null for free shipping. Limits: null = none. */
export interface CouponRules {
  type: CouponType;
  value: string | null;
  min_subtotal: string | null;
  starts_at: Date | null;
  ends_at: Date | null;
  usage_limit: number | null;
  per_user_limit: number | null;
  is_active: boolean;
}

/** `code` is in upper case. `version` grows with every change. */
export interface Coupon extends CouponRules {
  id: string;
  code: string;
  version: number;
  created_at: Date;
  updated_at: Date;
}

const hundredPercent = 10_000n;

/** What is wrong with the rules as a whole; nothing for a coupon that makes sense. */
export function flawsOf({ type, value, starts_at, ends_at }: CouponRules): InvalidValue[] {
  const flaws = valueFlaws(type, value);
  if (starts_at && ends_at && ends_at <= starts_at) {
    flaws.push({ pointer: '/ends_at', code: 'not_after_start', message: 'The end must be after starts_at.' });
  }
  return flaws;
}

function valueFlaws(type: CouponType, value: string | null): InvalidValue[] {
  const flaw = (code: string, message: string) => [{ pointer: '/value', code, message }];
  if (type === 'free_shipping') {
    return value === null ? [] : flaw('not_allowed', 'A coupon for free shipping has no value: send null.');
  }
  if (value === null) return flaw('required', 'This is required.');
  if (toCents(value) === 0n) return flaw('too_small', 'Send a value above zero.');
  if (type === 'percentage' && toCents(value) > hundredPercent) return flaw('too_big', 'Send at most "100.00".');
  return [];
}

/** Why nobody could use the coupon now for lines of this subtotal, its limits aside. Null if it could be used. */
export function refusalOf(
  coupon: CouponRules | null,
  { now, subtotal }: { now: Date; subtotal: Cents },
): Exclude<CouponRefusal['code'], 'coupon_exhausted'> | null {
  if (!coupon?.is_active || (coupon.starts_at && now < coupon.starts_at)) return 'coupon_invalid';
  if (coupon.ends_at && now >= coupon.ends_at) return 'coupon_expired';
  if (coupon.min_subtotal !== null && subtotal < toCents(coupon.min_subtotal)) return 'coupon_minimum_not_met';
  return null;
}

/** What the coupon is worth, for the totals. */
export function termsOf({ code, type, value }: Pick<Coupon, 'code' | 'type' | 'value'>): Discount {
  if (type === 'free_shipping') return { code, type };
  if (value === null) throw new Error(`The coupon ${code} has no value.`);
  return type === 'percentage' ? { code, type, value } : { code, type, amount: toCents(value) };
}

/** The same for another service. */
export function termsToSend({ code, type, value }: Pick<Coupon, 'code' | 'type' | 'value'>): CouponTerms {
  if (type === 'free_shipping') return { coupon_code: code, type, value: null };
  if (value === null) throw new Error(`The coupon ${code} has no value.`);
  return { coupon_code: code, type, value };
}
