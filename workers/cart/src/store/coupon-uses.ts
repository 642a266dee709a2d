import { type Db, type Filter, ObjectId } from 'mongodb';

import type { CartApi, CouponTerms, RedeemResult } from '#shared/contracts/cart.ts';
import { currentTrace } from '#shared/http/context.ts';
import { toCents } from '#shared/money/money.ts';

import { type Coupon, refusalOf, termsToSend } from '../domain/coupon.ts';
import type { Bindings } from '../env.ts';
import { answered } from './answered.ts';
import { connectionOf } from './carts.ts';
import { type CouponUseDocument, usesOf } from './coupon-documents.ts';
import type { Redemption } from './coupon-redemption.ts';
import { findCouponsByCode } from './coupons.ts';

export type Check = Parameters<CartApi['checkCoupons']>[1];

/** Whether all uses of the coupon, or all that this user may have, are taken now. */
export async function isExhausted(db: Db, coupon: Coupon, user_id: string): Promise<boolean> {
  const coupon_id = new ObjectId(coupon.id);
  const full = await Promise.all([
    isFull(db, { coupon_id }, coupon.usage_limit),
    isFull(db, { coupon_id, user_id }, coupon.per_user_limit),
  ]);
  return full.includes(true);
}

async function isFull(db: Db, uses: Filter<CouponUseDocument>, limit: number | null): Promise<boolean> {
  return limit !== null && (await usesOf(db).countDocuments(uses, { limit })) >= limit;
}

/** Gives back what the order uses. */
export async function deleteUses(db: Db, order_id: string): Promise<void> {
  await usesOf(db).deleteMany({ order_id });
}

/** The orders are placed: their uses stay. */
export async function settleUses(db: Db, order_ids: string[]): Promise<void> {
  await usesOf(db).updateMany({ order_id: { $in: order_ids } }, { $set: { is_settled: true } });
}

/** Orders that used coupons by the cutoff and are not known to be placed, from up to so many uses. */
export async function findUnsettled(db: Db, cutoff: Date, limit: number): Promise<string[]> {
  const found = await usesOf(db)
    .find({ is_settled: false, redeemed_at: { $lte: cutoff } }, { projection: { _id: 0, order_id: 1 } })
    .limit(limit)
    .toArray();
  return [...new Set(found.map(({ order_id }) => order_id))];
}

/** Whether the user could use these coupons once more for an order of this subtotal. */
export async function checkUses(db: Db, { user_id, coupon_codes, subtotal }: Check): Promise<RedeemResult> {
  const coupons = await findCouponsByCode(db, coupon_codes);
  const at = { now: new Date(), subtotal: toCents(subtotal) };
  const terms: CouponTerms[] = [];
  for (const coupon_code of new Set(coupon_codes)) {
    const coupon = coupons.find(({ code }) => code === coupon_code);
    const refusal = refusalOf(coupon ?? null, at);
    if (refusal || !coupon) return { ok: false, code: refusal ?? 'coupon_invalid', coupon_code };
    if (await isExhausted(db, coupon, user_id)) return { ok: false, code: 'coupon_exhausted', coupon_code };
    terms.push(termsToSend(coupon));
  }
  return { ok: true, coupons: terms };
}

/** See `CartApi.checkCoupons`. 503 if the database does not answer. */
export function checkCoupons(env: Bindings, request: Check): Promise<RedeemResult> {
  return answered<RedeemResult>(connectionOf(env, request.user_id).checkUses(currentTrace(), request));
}

/** See `CartApi.redeemCoupons`. 503 if the database does not answer. */
export function redeemCoupons(env: Bindings, request: Redemption): Promise<RedeemResult> {
  return answered<RedeemResult>(connectionOf(env, request.order_id).redeem(currentTrace(), request));
}

/** See `CartApi.releaseCoupons`. 503 if the database does not answer. */
export async function releaseCoupons(env: Bindings, order_ids: string[]): Promise<void> {
  const releases = order_ids.map((id) => connectionOf(env, id).releaseUses(currentTrace(), id));
  await Promise.all(releases.map((release) => answered<void>(release)));
}
