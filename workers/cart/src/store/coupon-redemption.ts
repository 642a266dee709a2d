import { type Db, type Filter, MongoServerError, ObjectId } from 'mongodb';

import type { CartApi, CouponTerms, RedeemResult } from '#shared/contracts/cart.ts';
import { toCents } from '#shared/money/money.ts';

import { type Coupon, refusalOf, termsToSend } from '../domain/coupon.ts';
import { freeSlots, randomSlots, slotName, unlimitedSlot } from '../domain/coupon-slots.ts';
import { type CouponUseDocument, decimal, usesOf } from './coupon-documents.ts';
import { duplicateKey, findCouponsByCode } from './coupons.ts';

export type Redemption = Parameters<CartApi['redeemCoupons']>[1];

/** So many slots are looked at before all taken ones are. */
const sampleSize = 50;

/**
 * Makes the uses of the order those of these coupons, or refuses and takes back what it made. A use that an earlier call
 * made stands: it is neither checked nor made again, and its terms are what they were. Begins nothing more once the
 * signal is aborted; what it has made by then is the caller's to release.
 */
export async function redeem(db: Db, request: Redemption, signal: AbortSignal): Promise<RedeemResult> {
  const { order_id } = request;
  const codes = [...new Set(request.coupon_codes)];
  const [made, coupons] = await Promise.all([usesOf(db).find({ order_id }).toArray(), findCouponsByCode(db, codes)]);
  const wanted = codes.map((code) => ({
    code,
    made: made.find(({ coupon_code }) => coupon_code === code),
    coupon: coupons.find((coupon) => coupon.code === code) ?? null,
  }));
  const at = { now: new Date(), subtotal: toCents(request.subtotal) };
  for (const { code, made: earlier, coupon } of wanted) {
    const refusal = earlier ? null : refusalOf(coupon, at);
    if (refusal) return { ok: false, code: refusal, coupon_code: code };
  }

  const fresh: CouponUseDocument[] = [];
  const uses: CouponUseDocument[] = [];
  for (const { code, made: earlier, coupon } of wanted) {
    const taken = earlier || !coupon ? null : await takeUse(db, coupon, request, at.now, signal);
    const use = earlier ?? taken?.use;
    if (!use) {
      await usesOf(db).deleteMany({ _id: { $in: fresh.map(({ _id }) => _id) } });
      return { ok: false, code: 'coupon_exhausted', coupon_code: code };
    }
    uses.push(use);
    if (taken?.isNew) fresh.push(use);
  }
  const isLeftOver = made.some(({ coupon_code }) => !codes.includes(coupon_code));
  if (isLeftOver) await usesOf(db).deleteMany({ order_id, coupon_code: { $nin: codes } });
  return { ok: true, coupons: uses.map(termsOfUse) };
}

function termsOfUse({ coupon_code, type, value }: CouponUseDocument): CouponTerms {
  return termsToSend({ code: coupon_code, type, value: value?.toString() ?? null });
}

/**
 * One document with a free slot of the coupon's and one of the user's; null where either has none. Not new where another
 * call for the order was quicker.
 */
async function takeUse(
  db: Db,
  coupon: Coupon,
  { order_id, user_id }: Redemption,
  redeemed_at: Date,
  signal: AbortSignal,
): Promise<{ use: CouponUseDocument; isNew: boolean } | null> {
  const coupon_id = new ObjectId(coupon.id);
  const { usage_limit, per_user_limit } = coupon;
  for (;;) {
    signal.throwIfAborted();
    const [slot, user_slot] = await Promise.all([
      usage_limit === null ? unlimitedSlot(order_id) : freeSlot(db, 'slot', { coupon_id }, usage_limit),
      per_user_limit === null
        ? unlimitedSlot(order_id)
        : freeSlot(db, 'user_slot', { coupon_id, user_id }, per_user_limit),
    ]);
    if (slot === undefined || user_slot === undefined) return null;
    const use = {
      _id: new ObjectId(),
      coupon_id,
      order_id,
      user_id,
      slot,
      user_slot,
      coupon_code: coupon.code,
      type: coupon.type,
      value: decimal(coupon.value),
      is_settled: false,
      redeemed_at,
    };
    signal.throwIfAborted();
    if (await insertUse(db, use)) return { use, isNew: true };
    const made = await usesOf(db).findOne({ order_id, coupon_id });
    if (made) return { use: made, isNew: false };
  }
}

/** False if one of the slots has been taken meanwhile, or the order uses the coupon already. */
async function insertUse(db: Db, use: CouponUseDocument): Promise<boolean> {
  try {
    await usesOf(db).insertOne(use);
    return true;
  } catch (error) {
    if (error instanceof MongoServerError && error.code === duplicateKey) return false;
    throw error;
  }
}

/** A slot that nobody has taken yet; different callers are likely to get different ones. */
async function freeSlot(
  db: Db,
  field: 'slot' | 'user_slot',
  among: Filter<CouponUseDocument>,
  limit: number,
): Promise<string | undefined> {
  if (limit > sampleSize) {
    const sample = randomSlots(limit, sampleSize);
    const found = await slotsOf(db, field, {
      ...among,
      $or: [{ [field]: { $in: sample } }, { [field]: { $gt: slotName(limit) } }],
    });
    const isAnyBeyond = found.some((slot) => slot > slotName(limit));
    const free = sample.filter((slot) => !found.includes(slot));
    if (!isAnyBeyond && free.length > 0) return anyOf(free);
    if ((await usesOf(db).countDocuments(among)) >= limit) return undefined;
  }
  return anyOf(freeSlots(limit, await slotsOf(db, field, among)));
}

async function slotsOf(db: Db, field: 'slot' | 'user_slot', among: Filter<CouponUseDocument>): Promise<string[]> {
  const found = await usesOf(db)
    .find(among, { projection: { _id: 0, [field]: 1 } })
    .toArray();
  return found.map((use) => use[field]);
}

function anyOf(slots: string[]): string | undefined {
  return slots[Math.floor(Math.random() * slots.length)];
}
