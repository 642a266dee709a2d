import { DurableObject } from 'cloudflare:workers';
import { type Db, MongoClient } from 'mongodb';

import type { RedeemResult } from '#shared/contracts/cart.ts';
import type { OutboxEvent } from '#shared/events/events.ts';
import { type Trace, withTrace } from '#shared/http/context.ts';
import { describeError, log } from '#shared/http/log.ts';

import type { Change } from '../domain/change.ts';
import type { Coupon } from '../domain/coupon.ts';
import type { Findings } from '../domain/refresh.ts';
import type { Bindings } from '../env.ts';
import type { Owner } from '../owner.ts';
import {
  type Carts,
  cartsIn,
  cartsOf,
  type Changed,
  changeStored,
  deleteCart,
  deleteExpired,
  findPriced,
} from './collection.ts';
import { type Redemption, redeem } from './coupon-redemption.ts';
import { type Check, checkUses, deleteUses, findUnsettled, settleUses } from './coupon-uses.ts';
import {
  changeCoupon,
  type CountedCoupon,
  type CouponChange,
  type CouponFilter,
  findCounted,
  findUnsent,
  forgetSent,
  insertCoupon,
  listCoupons,
} from './coupons.ts';
import type { Cart } from './documents.ts';
import { findBoth, findUnfinished, type TakenOver, takeOverStored, type UnfinishedMerge } from './merges.ts';
import { turnTaking } from './turns.ts';

/** The database did not answer in time. What was sent to it last may have been done nevertheless. */
export interface Unavailable {
  ok: false;
  code: 'unavailable';
}

export type Found = { ok: true; cart: Cart | null } | Unavailable;
export type Deleted = { ok: true; deleted: number } | Unavailable;
export type Answer<Value> = { ok: true; value: Value } | Unavailable;

/** Longer than the driver's own limits, so that its reason gets into the log. */
const callMilliseconds = 3_000;

const clientOptions = {
  appName: 'cart',
  maxPoolSize: 10,
  minPoolSize: 0,
  maxIdleTimeMS: 20_000,
  serverSelectionTimeoutMS: 2_500,
  connectTimeoutMS: 2_500,
  waitQueueTimeoutMS: 2_500,
  socketTimeoutMS: 2_900,
};

/**
 * Keeps connections to MongoDB warm for one share of the users, which a Worker cannot do between requests. Errors of the
 * driver do not leave it: the answer says `unavailable`, soon enough for the request to be answered within four seconds.
 */
export class CartConnection extends DurableObject<Bindings> {
  #client: MongoClient | undefined;
  readonly #inTurn = turnTaking();

  find(trace: Trace, user_id: string): Promise<Found> {
    return this.#ask(trace, async (carts) => ({ ok: true, cart: await findPriced(carts, user_id) }));
  }

  /** Changes of one user's cart take turns here, so that they hardly ever have to be tried again. */
  change(trace: Trace, owner: Owner, change: Change): Promise<Changed | Unavailable> {
    return this.#ask(trace, (carts, signal) =>
      this.#inTurn(owner.user_id, () => changeStored(carts, owner, change, signal)),
    );
  }

  delete(trace: Trace, user_id: string): Promise<Deleted> {
    return this.#ask(trace, (carts) =>
      this.#inTurn(user_id, async () => ({ ok: true, deleted: await deleteCart(carts, user_id) })),
    );
  }

  deleteExpired(trace: Trace, now: Date): Promise<Deleted> {
    return this.#ask(trace, async (carts) => ({ ok: true, deleted: await deleteExpired(carts, now) }));
  }

  findBoth(
    trace: Trace,
    owner: Owner,
    guest: { guest_id: string; isHeld: boolean },
  ): Promise<Answer<{ guest: Cart | null; cart: Cart | null }>> {
    return this.#value(trace, (db) => findBoth(cartsIn(db), owner, guest));
  }

  takeOver(
    trace: Trace,
    owner: Owner,
    guest: { id: string; version: number; findings: Findings },
  ): Promise<Answer<TakenOver>> {
    return this.#value(trace, (db, signal) =>
      this.#inTurn(owner.user_id, () => takeOverStored(cartsIn(db), owner, guest, signal)),
    );
  }

  unfinishedMerges(trace: Trace, before: Date): Promise<Answer<UnfinishedMerge[]>> {
    return this.#value(trace, (db) => findUnfinished(cartsIn(db), before));
  }

  ping(trace: Trace): Promise<{ ok: true } | Unavailable> {
    return this.#ask(trace, async (carts) => {
      await carts.db.command({ ping: 1 });
      return { ok: true };
    });
  }

  /** Calls about one order take turns here: what is released does not come back by a call that began before. */
  redeem(trace: Trace, request: Redemption): Promise<Answer<RedeemResult>> {
    return this.#value(trace, (db, signal) => this.#inTurn(request.order_id, () => redeem(db, request, signal)));
  }

  checkUses(trace: Trace, check: Check): Promise<Answer<RedeemResult>> {
    return this.#value(trace, (db) => checkUses(db, check));
  }

  releaseUses(trace: Trace, order_id: string): Promise<Answer<void>> {
    return this.#value(trace, (db) => this.#inTurn(order_id, () => deleteUses(db, order_id)));
  }

  settleUses(trace: Trace, order_ids: string[]): Promise<Answer<void>> {
    return this.#value(trace, (db) => settleUses(db, order_ids));
  }

  findUnsettled(trace: Trace, cutoff: Date, limit: number): Promise<Answer<string[]>> {
    return this.#value(trace, (db) => findUnsettled(db, cutoff, limit));
  }

  findCoupon(trace: Trace, code: string): Promise<Answer<CountedCoupon | null>> {
    return this.#value(trace, (db) => findCounted(db, code));
  }

  listCoupons(trace: Trace, filter: CouponFilter, limit: number): Promise<Answer<CountedCoupon[]>> {
    return this.#value(trace, (db) => listCoupons(db, filter, limit));
  }

  insertCoupon(trace: Trace, coupon: Coupon, event: OutboxEvent): Promise<Answer<boolean>> {
    return this.#value(trace, (db) => insertCoupon(db, coupon, event));
  }

  changeCoupon(trace: Trace, change: CouponChange): Promise<Answer<CountedCoupon | null>> {
    return this.#value(trace, (db) => changeCoupon(db, change, new Date()));
  }

  findUnsent(trace: Trace, limit: number): Promise<Answer<OutboxEvent[]>> {
    return this.#value(trace, (db) => findUnsent(db, limit));
  }

  forgetSent(trace: Trace, event_ids: string[]): Promise<Answer<void>> {
    return this.#value(trace, (db) => forgetSent(db, event_ids));
  }

  #value<Value>(trace: Trace, question: (db: Db, signal: AbortSignal) => Promise<Value>): Promise<Answer<Value>> {
    return this.#ask(trace, async (carts, signal) => ({ ok: true, value: await question(carts.db, signal) }));
  }

  #ask<Answered>(
    trace: Trace,
    question: (carts: Carts, signal: AbortSignal) => Promise<Answered>,
  ): Promise<Answered | Unavailable> {
    return withTrace('cart', trace, async () => {
      const signal = AbortSignal.timeout(callMilliseconds);
      try {
        return await Promise.race([question(this.#carts(), signal), rejectedBy(signal)]);
      } catch (error) {
        log('error', 'cart database unavailable', describeError(error));
        return { ok: false, code: 'unavailable' };
      }
    });
  }

  /** The client connects by itself when it is first used, and again after its connections broke. */
  #carts(): Carts {
    this.#client ??= new MongoClient(this.env.MONGODB_URI, clientOptions);
    return cartsOf(this.#client, this.env.MONGODB_URI);
  }
}

function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('The call took too long.')));
  });
}
