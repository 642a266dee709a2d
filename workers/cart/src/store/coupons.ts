import { type Db, type Filter, MongoServerError, ObjectId } from 'mongodb';

import type { OutboxEvent } from '#shared/events/events.ts';

import type { Coupon, CouponRules } from '../domain/coupon.ts';
import { type CouponDocument, couponOf, couponsOf, newDocument, ruleFields, usesOf } from './coupon-documents.ts';

/** A coupon, and how many orders use it. */
export interface CountedCoupon extends Coupon {
  used_count: number;
}

/** `code`: how the codes begin. `before`: the id of the last one seen. */
export interface CouponFilter {
  is_active: boolean | undefined;
  code: string | undefined;
  before: string | null;
}

/** A change by staff to a coupon as they read it. `rules`: null deletes it. */
export interface CouponChange {
  coupon: Coupon;
  rules: CouponRules | null;
  event: OutboxEvent;
}

export const duplicateKey = 11_000;
/** Sorts after every character of a code. */
const afterCodes = '~';

/** Those of these codes (in upper case) that exist, in no particular order. */
export async function findCouponsByCode(db: Db, codes: string[]): Promise<Coupon[]> {
  const found = await couponsOf(db)
    .find({ code: { $in: codes }, deleted_at: null })
    .toArray();
  return found.map(couponOf);
}

export async function findCounted(db: Db, code: string): Promise<CountedCoupon | null> {
  const [coupon] = await findCouponsByCode(db, [code]);
  return coupon ? counted(db, coupon) : null;
}

/** The newest first. */
export async function listCoupons(db: Db, filter: CouponFilter, limit: number): Promise<CountedCoupon[]> {
  const { is_active, code, before } = filter;
  const conditions: Filter<CouponDocument> = {
    deleted_at: null,
    ...(is_active === undefined ? {} : { is_active }),
    ...(code === undefined ? {} : { code: { $gte: code, $lt: code + afterCodes } }),
    ...(before === null ? {} : { _id: { $lt: new ObjectId(before) } }),
  };
  const found = await couponsOf(db).find(conditions).sort({ _id: -1 }).limit(limit).toArray();
  return Promise.all(found.map((document) => counted(db, couponOf(document))));
}

/** False if there is a coupon of this code. */
export async function insertCoupon(db: Db, coupon: Coupon, event: OutboxEvent): Promise<boolean> {
  try {
    await couponsOf(db).insertOne(newDocument(coupon, event));
    return true;
  } catch (error) {
    if (error instanceof MongoServerError && error.code === duplicateKey) return false;
    throw error;
  }
}

/** The coupon as it is then; null if it has another version meanwhile, or is gone. */
export async function changeCoupon(
  db: Db,
  { coupon: { id, code, version }, rules, event }: CouponChange,
  now: Date,
): Promise<CountedCoupon | null> {
  const fields = rules ? ruleFields(rules) : { deleted_at: now, code: `${code}#${id}` };
  const changed = await couponsOf(db).findOneAndUpdate(
    { _id: new ObjectId(id), version, deleted_at: null },
    { $set: { ...fields, updated_at: now }, $inc: { version: 1 }, $push: { unsent_events: event } },
    { returnDocument: 'after' },
  );
  return changed && counted(db, couponOf(changed));
}

/** Events that were not sent yet, of up to so many coupons. */
export async function findUnsent(db: Db, limit: number): Promise<OutboxEvent[]> {
  const found = await couponsOf(db)
    .find({ 'unsent_events.id': { $exists: true } })
    .limit(limit)
    .toArray();
  return found.flatMap(({ unsent_events }) => unsent_events);
}

/** Takes events out that were sent. */
export async function forgetSent(db: Db, event_ids: string[]): Promise<void> {
  await couponsOf(db).updateMany(
    { 'unsent_events.id': { $in: event_ids } },
    { $pull: { unsent_events: { id: { $in: event_ids } } } },
  );
}

async function counted(db: Db, coupon: Coupon): Promise<CountedCoupon> {
  return { ...coupon, used_count: await usesOf(db).countDocuments({ coupon_id: new ObjectId(coupon.id) }) };
}
