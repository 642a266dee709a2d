import { type Collection, ObjectId } from 'mongodb';
import { beforeEach, describe, expect, test } from 'vitest';

import { decimal, passed, type Subject } from './subject.ts';

const DUPLICATE_KEY = 11_000;

/** What holds however many ask at the same time. */
export function describeRaces(subject: Subject): void {
  describe('at once', () => {
    let carts: Collection;
    beforeEach(() => {
      carts = subject.collection();
    });
    const { stored } = subject;

    const fifty = <Result>(attempt: (place: number) => Promise<Result>) =>
      Array.from({ length: 50 }, (_unused, place) => attempt(place));

    test('one of fifty carts for a user is made', async () => {
      await carts.createIndex({ user_id: 1 }, { unique: true });
      const attempts = fifty((place) => carts.insertOne({ user_id: 'a', place }));
      expect(await passed(attempts, DUPLICATE_KEY)).toBe(1);
      expect(await carts.countDocuments({})).toBe(1);
    });

    test('one of fifty uses takes a slot, by a compound index among several', async () => {
      await carts.createIndexes([
        { key: { order_id: 1, coupon_id: 1 }, name: 'order', unique: true },
        { key: { coupon_id: 1, slot: 1 }, name: 'slot', unique: true },
        { key: { coupon_id: 1, user_id: 1, user_slot: 1 }, name: 'user', unique: true },
      ]);
      const use = (place: number) => ({
        coupon_id: 'c',
        order_id: `o${place}`,
        user_id: `u${place}`,
        slot: '1',
        user_slot: '1',
      });
      expect(
        await passed(
          fifty((place) => carts.insertOne(use(place))),
          DUPLICATE_KEY,
        ),
      ).toBe(1);
      expect(await carts.countDocuments({ coupon_id: 'c' })).toBe(1);
      const sameUser = fifty((place) =>
        carts.insertOne({ ...use(place), order_id: `p${place}`, user_id: 'u', slot: `${place + 2}` }),
      );
      expect(await passed(sameUser, DUPLICATE_KEY)).toBe(1);
      const sameOrder = fifty((place) =>
        carts.insertOne({ ...use(place), order_id: 'o', user_slot: '2', slot: `${place + 60}` }),
      );
      expect(await passed(sameOrder, DUPLICATE_KEY)).toBe(1);
      expect(await carts.countDocuments({ coupon_id: 'c' })).toBe(3);
    });

    test('forty buyers get the ten slots of a coupon, each slot once', async () => {
      await carts.createIndex({ coupon_id: 1, slot: 1 }, { unique: true });
      const slots = Array.from({ length: 10 }, (_unused, place) => String(place + 1));
      const buy = async (order_id: string) => {
        for (;;) {
          const taken = new Set((await carts.find({ coupon_id: 'c' }).toArray()).map(({ slot }) => slot));
          const free = slots.filter((slot) => !taken.has(slot));
          if (free.length === 0) return false;
          const slot = free[Math.floor(Math.random() * free.length)];
          if ((await passed([carts.insertOne({ coupon_id: 'c', order_id, slot })], DUPLICATE_KEY)) === 1) return true;
        }
      };
      const bought = await Promise.all(Array.from({ length: 40 }, (_unused, place) => buy(`o${place}`)));
      expect(bought.filter(Boolean)).toHaveLength(10);
      expect((await stored()).map(({ slot }) => Number(slot)).sort((a, b) => a - b)).toEqual(slots.map(Number));
    });

    test('one of fifty replacements of a version takes effect', async () => {
      const id = new ObjectId();
      await carts.insertOne({ _id: id, version: 1, total: decimal('0.00') });
      const replacement = (place: number) => ({ version: 2, place, total: decimal(`${place}.10`) });
      const answers = await Promise.all(
        fifty((place) => carts.replaceOne({ _id: id, version: 1 }, replacement(place))),
      );
      const winners = answers.flatMap(({ matchedCount }, place) => (matchedCount === 1 ? [place] : []));
      expect(winners).toHaveLength(1);
      expect(await stored()).toEqual([{ _id: id, ...replacement(winners[0] ?? -1) }]);
    });

    test('one of fifty changes to a version takes effect', async () => {
      await carts.createIndex({ code: 1 }, { unique: true });
      await carts.insertOne({ code: 'TEN', version: 1, by: -1 });
      const attempt = (by: number) =>
        carts.findOneAndUpdate({ code: 'TEN', version: 1 }, { $set: { by }, $inc: { version: 1 } });
      const answers = await Promise.all(fifty(attempt));
      const winners = answers.flatMap((before, by) => (before === null ? [] : [by]));
      expect(winners).toHaveLength(1);
      expect(await carts.findOne({}, { projection: { _id: 0 } })).toEqual({ code: 'TEN', version: 2, by: winners[0] });
    });

    test('fifty additions that try again until theirs is in lose none', async () => {
      const id = new ObjectId();
      await carts.insertOne({ _id: id, version: 0, items: [] });
      const add = async (place: number) => {
        for (;;) {
          const cart = await carts.findOne({ _id: id });
          const next = { version: cart?.['version'] + 1, items: [...(cart?.['items'] ?? []), place] };
          const { matchedCount } = await carts.replaceOne({ _id: id, version: cart?.['version'] }, next);
          if (matchedCount === 1) return;
        }
      };
      await Promise.all(fifty(add));
      const cart = await carts.findOne({ _id: id });
      expect(cart?.['version']).toBe(50);
      expect(cart?.['items'].sort((a: number, b: number) => a - b)).toEqual([...Array(50).keys()]);
    });

    test('fifty increments count up to a limit and no further', async () => {
      await carts.insertOne({ coupon_code: 'TEN', used_count: 0 });
      const redeem = () =>
        carts.findOneAndUpdate({ coupon_code: 'TEN', used_count: { $lt: 10 } }, { $inc: { used_count: 1 } });
      const answers = await Promise.all(fifty(redeem));
      expect(answers.filter((answer) => answer !== null)).toHaveLength(10);
      expect((await carts.findOne({ coupon_code: 'TEN' }))?.['used_count']).toBe(10);
    });

    test('fifty deletions of one document remove it once', async () => {
      await carts.insertOne({ user_id: 'a' });
      const answers = await Promise.all(fifty(() => carts.deleteMany({ user_id: 'a' })));
      expect(answers.reduce((sum, { deletedCount }) => sum + deletedCount, 0)).toBe(1);
    });
  });
}
