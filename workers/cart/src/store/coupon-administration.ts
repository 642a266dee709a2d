import type { OutboxEvent } from '#shared/events/events.ts';
import { currentTrace } from '#shared/http/context.ts';

import type { Coupon } from '../domain/coupon.ts';
import type { Bindings } from '../env.ts';
import { answered } from './answered.ts';
import { connectionOf } from './carts.ts';
import type { CountedCoupon, CouponChange, CouponFilter } from './coupons.ts';

/** All of these: 503 if the database does not answer. `code`: in upper case. */
export function findCoupon(env: Bindings, code: string): Promise<CountedCoupon | null> {
  return answered<CountedCoupon | null>(connectionOf(env, code).findCoupon(currentTrace(), code));
}

/** The newest first. */
export function listCoupons(env: Bindings, filter: CouponFilter, limit: number): Promise<CountedCoupon[]> {
  return answered<CountedCoupon[]>(connectionOf(env, '').listCoupons(currentTrace(), filter, limit));
}

/** False if there is a coupon of this code. */
export function insertCoupon(env: Bindings, coupon: Coupon, event: OutboxEvent): Promise<boolean> {
  return answered<boolean>(connectionOf(env, coupon.code).insertCoupon(currentTrace(), coupon, event));
}

/** The coupon as it is then; null if somebody else changed or deleted it since it was read. */
export function changeCoupon(env: Bindings, change: CouponChange): Promise<CountedCoupon | null> {
  return answered<CountedCoupon | null>(connectionOf(env, change.coupon.code).changeCoupon(currentTrace(), change));
}
