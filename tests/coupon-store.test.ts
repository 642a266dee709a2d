import { randomUUID } from 'node:crypto';

import fc from 'fast-check';
import { type Db, MongoClient, ObjectId } from 'mongodb';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

import { migrateMongo } from '#tools/migrate-mongo.ts';

import { MAX_LIMIT } from '../workers/cart/src/domain/coupon-slots.ts';
import type { Coupon } from '../workers/cart/src/domain/coupon.ts';
import { databaseName } from '../workers/cart/src/store/collection.ts';
import { couponsOf, newDocument, ruleFields, usesOf } from '../workers/cart/src/store/coupon-documents.ts';
import { redeem } from '../workers/cart/src/store/coupon-redemption.ts';
import { deleteUses, isExhausted } from '../workers/cart/src/store/coupon-uses.ts';
import { findCouponsByCode } from '../workers/cart/src/store/coupons.ts';
import { newCode } from './support/coupons.ts';

const server = inject('stack').urls['mongo'] ?? '';
const database = `coupon_store_${randomUUID().slice(0, 8)}`;
const uri = server.replace(/^(mongodb(?:\+srv)?:\/\/[^/?]+)(?:\/[^?]*)?/, `$1/${database}`);
const running = new AbortController().signal;

// Two clients stand for two workers that do not know of each other.
const clients = [new MongoClient(uri), new MongoClient(uri)];
const dbs = clients.map((client) => client.db(databaseName(uri)));

beforeAll(() => migrateMongo(uri));
afterAll(async () => {
  await dbs[0]?.dropDatabase();
  await Promise.all(clients.map((client) => client.close()));
});

/** One of them, by turns. */
function db(i = 0): Db {
  const found = dbs[i % dbs.length];
  if (!found) throw new Error('No database.');
  return found;
}

async function newCoupon(limits: { usage_limit?: number | null; per_user_limit?: number | null }): Promise<Coupon> {
  const now = new Date();
  const coupon: Coupon = {
    id: new ObjectId().toHexString(),
    code: newCode(),
    type: 'percentage',
    value: '10.00',
    min_subtotal: null,
    starts_at: null,
    ends_at: null,
    usage_limit: null,
    per_user_limit: null,
    is_active: true,
    version: 1,
    created_at: now,
    updated_at: now,
    ...limits,
  };
  const event = { id: randomUUID(), type: 'audit.recorded', subject_id: coupon.id, payload: {} } as const;
  await couponsOf(db()).insertOne(newDocument(coupon, { ...event, request_id: '', traceparent: '' }));
  return coupon;
}

async function limit(coupon: Coupon, usage_limit: number | null): Promise<void> {
  await couponsOf(db()).updateOne({ code: coupon.code }, { $set: ruleFields({ ...coupon, usage_limit }) });
}

interface Attempt {
  order_id?: string;
  user_id?: string;
  client?: number;
}

/** `ok`, or the code of the refusal. */
async function use(codes: string[], { order_id = randomUUID(), user_id = randomUUID(), client = 0 }: Attempt = {}) {
  const request = { order_id, user_id, coupon_codes: codes, subtotal: '20.00' };
  const answer = await redeem(db(client), request, running);
  return answer.ok ? 'ok' : `${answer.code} ${answer.coupon_code === codes.at(-1) ? 'last' : 'earlier'}`;
}

const times = <Result>(count: number, work: (i: number) => Promise<Result>) =>
  Promise.all(Array.from({ length: count }, (_, i) => work(i)));
const usesIn = ({ code }: Coupon) => usesOf(db()).countDocuments({ coupon_code: code });
const count = (outcomes: string[], wanted: string) => outcomes.filter((outcome) => outcome === wanted).length;

describe('a coupon', () => {
  it('is used as often as its limit says by 60 orders at once', async () => {
    const coupon = await newCoupon({ usage_limit: 25 });
    const outcomes = await times(60, (client) => use([coupon.code], { client }));
    expect([count(outcomes, 'ok'), count(outcomes, 'coupon_exhausted last')]).toEqual([25, 35]);
    expect(await usesIn(coupon)).toBe(25);
    expect(await isExhausted(db(), coupon, randomUUID())).toBe(true);
  });

  it('is used once by one user’s 10 orders at once', async () => {
    const coupon = await newCoupon({ per_user_limit: 1, usage_limit: 1_000 });
    const user_id = randomUUID();
    const outcomes = await times(10, (client) => use([coupon.code], { client, user_id }));
    expect([count(outcomes, 'ok'), count(outcomes, 'coupon_exhausted last')]).toEqual([1, 9]);
    expect(await usesIn(coupon)).toBe(1);
    expect([await isExhausted(db(), coupon, user_id), await isExhausted(db(), coupon, randomUUID())]).toEqual([
      true,
      false,
    ]);
  });

  it('is used once by one order 20 times at once, on the same terms each time', async () => {
    const coupon = await newCoupon({ usage_limit: 3, per_user_limit: 3 });
    const request = { order_id: randomUUID(), user_id: randomUUID(), coupon_codes: [coupon.code], subtotal: '20.00' };
    const answers = await times(20, (client) => redeem(db(client), request, running));
    const terms = { coupon_code: coupon.code, type: 'percentage', value: '10.00' };
    expect(answers).toEqual(Array.from({ length: 20 }, () => ({ ok: true, coupons: [terms] })));
    expect(await usesIn(coupon)).toBe(1);
    await couponsOf(db()).updateOne({ code: coupon.code }, { $set: { is_active: false, deleted_at: new Date() } });
    expect(await redeem(db(), request, running)).toEqual(answers[0]);
  });

  it('can be used once more for each use given back, however often that is repeated', async () => {
    const coupon = await newCoupon({ usage_limit: 3 });
    const [first, second] = [randomUUID(), randomUUID()];
    for (const order_id of [first, second, randomUUID()]) expect(await use([coupon.code], { order_id })).toBe('ok');
    expect(await use([coupon.code])).toBe('coupon_exhausted last');
    await times(5, (client) => deleteUses(db(client), first));
    const outcomes = await times(5, (client) => use([coupon.code], { client }));
    expect([count(outcomes, 'ok'), await usesIn(coupon)]).toEqual([1, 3]);
  });

  it('keeps a limit that was lowered, however its uses come and go', async () => {
    const coupon = await newCoupon({ usage_limit: 100 });
    const orders = Array.from({ length: 8 }, () => randomUUID());
    for (const order_id of orders) expect(await use([coupon.code], { order_id })).toBe('ok');
    await limit(coupon, 5);
    for (const order_id of orders.slice(0, 3)) {
      expect(await use([coupon.code])).toBe('coupon_exhausted last');
      await deleteUses(db(), order_id);
    }
    expect(await use([coupon.code])).toBe('coupon_exhausted last');
    for (const order_id of orders.slice(3, 5)) await deleteUses(db(), order_id);
    const outcomes = await times(10, (client) => use([coupon.code], { client }));
    expect([count(outcomes, 'ok'), await usesIn(coupon)]).toEqual([2, 5]);
  });

  it('counts the uses that were made before it had a limit', async () => {
    const coupon = await newCoupon({});
    await times(70, (client) => use([coupon.code], { client }));
    await limit(coupon, 72);
    const outcomes = await times(6, (client) => use([coupon.code], { client }));
    expect([count(outcomes, 'ok'), await usesIn(coupon)]).toEqual([2, 72]);
  });

  it('of a large limit is used to the last', async () => {
    const coupon = await newCoupon({ usage_limit: 120 });
    const outcomes = await times(130, (client) => use([coupon.code], { client }));
    expect([count(outcomes, 'ok'), await usesIn(coupon)]).toEqual([120, 120]);
    const boundless = await newCoupon({ usage_limit: MAX_LIMIT, per_user_limit: MAX_LIMIT });
    expect(await use([boundless.code])).toBe('ok');
  });
});

describe('several coupons', () => {
  it('are used all or none', async () => {
    const [good, other, full] = [
      await newCoupon({ usage_limit: 9 }),
      await newCoupon({}),
      await newCoupon({ usage_limit: 1 }),
    ];
    expect(await use([full.code])).toBe('ok');
    const codes = [good.code, other.code, full.code];
    expect(await times(10, (client) => use(codes, { client }))).toEqual(
      Array.from({ length: 10 }, () => 'coupon_exhausted last'),
    );
    expect([await usesIn(good), await usesIn(other), await usesIn(full)]).toEqual([0, 0, 1]);
    expect(await use([good.code, newCode(), other.code])).toBe('coupon_invalid earlier');
    expect([await usesIn(good), await usesIn(other)]).toEqual([0, 0]);
  });

  it('come back in the order asked for', async () => {
    const coupons = [await newCoupon({}), await newCoupon({}), await newCoupon({})];
    const codes = coupons
      .map(({ code }) => code)
      .sort()
      .toReversed();
    const request = { order_id: randomUUID(), user_id: randomUUID(), coupon_codes: codes, subtotal: '20.00' };
    for (const coupon_codes of [codes, codes.toReversed()]) {
      const answer = await redeem(db(), { ...request, coupon_codes }, running);
      expect(answer).toMatchObject({ ok: true, coupons: coupon_codes.map((coupon_code) => ({ coupon_code })) });
    }
  });

  it('of an earlier attempt stay when a later one is refused, and go when it has others', async () => {
    const [first, second, full] = [await newCoupon({}), await newCoupon({}), await newCoupon({ usage_limit: 1 })];
    await use([full.code]);
    const order_id = randomUUID();
    expect(await use([first.code], { order_id })).toBe('ok');
    expect(await use([first.code, second.code, full.code], { order_id })).toBe('coupon_exhausted last');
    expect([await usesIn(first), await usesIn(second)]).toEqual([1, 0]);
    expect(await use([second.code], { order_id })).toBe('ok');
    expect([await usesIn(first), await usesIn(second)]).toEqual([0, 1]);
  });
});

it('a call that is out of time begins nothing', async () => {
  const coupon = await newCoupon({});
  const request = { order_id: randomUUID(), user_id: randomUUID(), coupon_codes: [coupon.code], subtotal: '20.00' };
  await expect(redeem(db(), request, AbortSignal.abort())).rejects.toThrow('aborted');
  expect(await usesIn(coupon)).toBe(0);
});

it('orders of any users at once use a coupon exactly as often as its limits allow', { timeout: 120_000 }, async () => {
  const limits = fc.option(fc.integer({ min: 1, max: 6 }), { nil: null });
  const round = fc.record({ users: fc.array(fc.nat({ max: 3 }), { maxLength: 10 }), released: fc.nat({ max: 4 }) });
  await fc.assert(
    fc.asyncProperty(limits, limits, fc.array(round, { maxLength: 3 }), async (usage_limit, per_user_limit, rounds) => {
      const coupon = await newCoupon({ usage_limit, per_user_limit });
      const people = Array.from({ length: 4 }, () => randomUUID());
      const held = new Map<string, number>();
      for (const { users, released } of rounds) {
        const attempts = users.map((user) => ({ user, order_id: randomUUID() }));
        await Promise.all(
          attempts.map(({ user, order_id }, client) =>
            use([coupon.code], { order_id, user_id: people[user] ?? '', client }),
          ),
        );
        const found = await usesOf(db()).find({ coupon_code: coupon.code }).toArray();
        const possible = people.map((_, user) => {
          const wanted = users.filter((each) => each === user).length;
          return Math.min((held.get(people[user] ?? '') ?? 0) + wanted, per_user_limit ?? Infinity);
        });
        expect(found).toHaveLength(
          Math.min(
            usage_limit ?? Infinity,
            possible.reduce((sum, each) => sum + each, 0),
          ),
        );
        for (const { order_id } of found.slice(0, released)) await deleteUses(db(), order_id);
        held.clear();
        for (const { user_id } of found.slice(released)) held.set(user_id, (held.get(user_id) ?? 0) + 1);
      }
      expect(await findCouponsByCode(db(), [coupon.code])).toEqual([coupon]);
    }),
    { numRuns: 40 },
  );
});
