import { type Collection, type Db, Decimal128, ObjectId } from 'mongodb';

import type { OutboxEvent } from '#shared/events/events.ts';

import type { Coupon, CouponRules, CouponType } from '../domain/coupon.ts';

/**
 * A deleted coupon stays, with `#` and its id added to its code, so that the code is free again. `unsent_events` go in
 * with the change they tell of, and out once they are sent.
 */
export interface CouponDocument {
  _id: ObjectId;
  code: string;
  type: CouponType;
  value: Decimal128 | null;
  min_subtotal: Decimal128 | null;
  starts_at: Date | null;
  ends_at: Date | null;
  usage_limit: number | null;
  per_user_limit: number | null;
  is_active: boolean;
  version: number;
  created_at: Date;
  updated_at: Date;
  deleted_at: Date | null;
  unsent_events: OutboxEvent[];
}

/**
 * One use of a coupon by an order, with what the coupon was worth then. Unique: the coupon for an order, the slot for a
 * coupon, the user's slot for a coupon and user (domain/coupon-slots.ts). Settled once the order is known to be placed.
 */
export interface CouponUseDocument {
  _id: ObjectId;
  coupon_id: ObjectId;
  order_id: string;
  user_id: string;
  slot: string;
  user_slot: string;
  coupon_code: string;
  type: CouponType;
  value: Decimal128 | null;
  is_settled: boolean;
  redeemed_at: Date;
}

export function couponsOf(db: Db): Collection<CouponDocument> {
  return db.collection<CouponDocument>('coupons');
}

export function usesOf(db: Db): Collection<CouponUseDocument> {
  return db.collection<CouponUseDocument>('coupon_uses');
}

export function newCouponId(): string {
  return new ObjectId().toHexString();
}

export function newDocument({ id, code, created_at, ...coupon }: Coupon, event: OutboxEvent): CouponDocument {
  return {
    _id: new ObjectId(id),
    code,
    ...ruleFields(coupon),
    version: coupon.version,
    created_at,
    updated_at: coupon.updated_at,
    deleted_at: null,
    unsent_events: [event],
  };
}

export function ruleFields(rules: CouponRules) {
  const { type, starts_at, ends_at, usage_limit, per_user_limit, is_active } = rules;
  const value = decimal(rules.value);
  const min_subtotal = decimal(rules.min_subtotal);
  return { type, value, min_subtotal, starts_at, ends_at, usage_limit, per_user_limit, is_active };
}

export function couponOf(document: CouponDocument): Coupon {
  const { _id, value, min_subtotal, deleted_at: _deleted, unsent_events: _unsent, ...fields } = document;
  return {
    id: _id.toHexString(),
    ...fields,
    value: value?.toString() ?? null,
    min_subtotal: min_subtotal?.toString() ?? null,
  };
}

export function decimal(amount: string | null): Decimal128 | null {
  return amount === null ? null : Decimal128.fromString(amount);
}
