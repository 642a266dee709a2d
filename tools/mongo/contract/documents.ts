import { type Collection, Double, type Document, Int32, Long, ObjectId } from 'mongodb';
import { beforeEach, describe, expect, test } from 'vitest';

import { decimal, later, product, type Subject } from './subject.ts';

/** Types, filters, order and pages. */
export function describeDocuments(subject: Subject): void {
  describe('documents', () => {
    let carts: Collection;
    beforeEach(() => {
      carts = subject.collection();
    });

    test('come back with every type and field in place', async () => {
      const id = new ObjectId();
      const cart = {
        _id: id,
        text: 'naïve 🛒',
        int: new Int32(7),
        long: Long.fromString('9007199254740993'),
        double: new Double(3),
        price: decimal('19.90'),
        nothing: null,
        yes: true,
        when: new Date(1234),
        list: [new Int32(1), { deep: [decimal('0.00')] }, []],
        empty: {},
      };
      expect(await carts.insertOne(cart)).toEqual({ acknowledged: true, insertedId: id });
      const found = await carts.findOne({ _id: id }, { promoteValues: false });
      expect(found).toEqual(cart);
      expect(Object.keys(found ?? {})).toEqual(Object.keys(cart));
      expect(String(found?.['price'])).toBe('19.90');
    });

    test('are found by equality, ranges, lists and logic', async () => {
      await carts.insertMany([
        { _id: 1, user: 'a', price: decimal('9.99'), expires_at: later, items: [product('p', 1), product('q', 5)] },
        { _id: 2, user: 'b', price: decimal('10.00'), expires_at: new Date(0), items: [] },
        { _id: 3, user: null, price: Long.fromNumber(11), items: [product('q', 1)] },
      ] as Document[]);
      const ids = async (filter: Document) =>
        (await carts.find(filter).sort({ _id: 1 }).toArray()).map(({ _id }) => _id);
      expect(await ids({ user: 'a', expires_at: { $gt: new Date() } })).toEqual([1]);
      expect(await ids({ user: 'b', expires_at: { $gt: new Date() } })).toEqual([]);
      expect(await ids({ price: { $gte: decimal('10') } })).toEqual([2, 3]);
      expect(await ids({ price: { $lt: 10 } })).toEqual([1]);
      expect(await ids({ price: decimal('10') })).toEqual([2]);
      expect(await ids({ price: { $gt: 'a' } })).toEqual([]);
      expect(await ids({ user: null })).toEqual([3]);
      expect(await ids({ user: { $ne: 'a' } })).toEqual([2, 3]);
      expect(await ids({ user: { $in: ['a', 'b', 'c'] } })).toEqual([1, 2]);
      expect(await ids({ user: { $nin: ['a'] } })).toEqual([2, 3]);
      expect(await ids({ expires_at: { $exists: false } })).toEqual([3]);
      expect(await ids({ user: { $not: { $eq: 'a' } } })).toEqual([2, 3]);
      expect(await ids({ items: { $size: 1 } })).toEqual([3]);
      expect(await ids({ $or: [{ user: 'a' }, { $and: [{ user: 'b' }, { price: 10 }] }] })).toEqual([1, 2]);
      expect(await ids({ 'items.product_id': 'q' })).toEqual([1, 3]);
      expect(await ids({ items: { $elemMatch: { product_id: 'q', quantity: { $gt: 1 } } } })).toEqual([1]);
      expect(await ids({ 'items.1.product_id': 'q' })).toEqual([1]);
    });

    test('are sorted, skipped, limited, projected and counted', async () => {
      await carts.insertMany([
        { code: 'b', used: 2, price: decimal('10') },
        { code: 'a', used: 2, price: decimal('9.5') },
        { code: 'c', used: 1, price: decimal('100') },
      ]);
      const codes = async (sort: Document, skip: number, limit: number) =>
        (await carts.find().sort(sort).skip(skip).limit(limit).toArray()).map((coupon) => coupon['code']);
      expect(await codes({ used: -1, code: 1 }, 0, 0)).toEqual(['a', 'b', 'c']);
      expect(await codes({ price: -1 }, 0, 2)).toEqual(['c', 'b']);
      expect(await codes({ price: 1 }, 1, 1)).toEqual(['b']);
      expect(await carts.findOne({ code: 'a' }, { projection: { _id: 0, code: 1, used: 1 } })).toEqual({
        code: 'a',
        used: 2,
      });
      expect(await carts.findOne({ code: 'a' }, { projection: { _id: 0, price: 0 } })).toEqual({
        code: 'a',
        used: 2,
      });
      expect(await carts.countDocuments({ used: 2 })).toBe(2);
      expect(await carts.countDocuments({ used: 9 })).toBe(0);
      expect(await carts.countDocuments({}, { skip: 1, limit: 1 })).toBe(1);
      expect(await carts.estimatedDocumentCount()).toBe(3);
    });

    test('of a missing collection are none', async () => {
      expect(await carts.findOne({ user: 'a' })).toBeNull();
      expect(await carts.countDocuments({})).toBe(0);
      expect((await carts.deleteMany({})).deletedCount).toBe(0);
      expect((await carts.updateMany({}, { $set: { a: 1 } })).matchedCount).toBe(0);
    });

    test('keep amounts to the digit and times to the millisecond', async () => {
      const amounts = ['0.00', '-0.01', '19.90', '1E+3', '99999999.99', '0.100000000000000000000000000000001'];
      const times = ['1970-01-01T00:00:00.000Z', '1969-12-31T23:59:59.999Z', '2026-02-28T12:34:56.789Z'];
      await carts.insertOne({ amounts: amounts.map(decimal), times: times.map((time) => new Date(time)) });
      const found = await carts.findOne({});
      expect(found?.['amounts'].map(String)).toEqual(amounts);
      expect(found?.['times'].map((time: Date) => time.toISOString())).toEqual(times);
    });

    test('that lack a field are not those where it is null, but for a filter by null', async () => {
      await carts.insertMany([
        { _id: 1, deleted_at: null },
        { _id: 2 },
        { _id: 3, deleted_at: new Date(1000) },
      ] as Document[]);
      const ids = async (filter: Document) =>
        (await carts.find(filter).sort({ _id: 1 }).toArray()).map(({ _id }) => _id);
      expect(await ids({ deleted_at: null })).toEqual([1, 2]);
      expect(await ids({ deleted_at: { $ne: null } })).toEqual([3]);
      expect(await ids({ deleted_at: { $exists: false } })).toEqual([2]);
      expect(await ids({ deleted_at: { $exists: true } })).toEqual([1, 3]);
      expect(await ids({ deleted_at: { $lte: later } })).toEqual([3]);
      expect(await ids({ deleted_at: { $gt: new Date(0) } })).toEqual([3]);
      expect(await carts.findOne({ _id: 2 } as Document)).toEqual({ _id: 2 });
      expect(await carts.findOne({ _id: 1 } as Document)).toEqual({ _id: 1, deleted_at: null });
    });

    test('are paged from the newest on, by the last _id seen', async () => {
      const ids = Array.from({ length: 5 }, (_unused, place) => ObjectId.createFromTime(1_000 + place));
      await carts.insertMany(
        [3, 0, 4, 1, 2].map((place) => ({ _id: ids[place], code: `C${place}`, deleted_at: null })),
      );
      const page = async (before: ObjectId | undefined) => {
        const filter = { deleted_at: null, ...(before === undefined ? {} : { _id: { $lt: before } }) };
        const found = await carts
          .find(filter, { projection: { code: 1 } })
          .sort({ _id: -1 })
          .limit(2)
          .toArray();
        return found;
      };
      expect(await page(undefined)).toEqual([
        { _id: ids[4], code: 'C4' },
        { _id: ids[3], code: 'C3' },
      ]);
      expect((await page(ids[3])).map(({ code }) => code)).toEqual(['C2', 'C1']);
      expect((await page(ids[1])).map(({ code }) => code)).toEqual(['C0']);
      expect(await page(ids[0])).toEqual([]);
    });

    test('are found by how a text begins', async () => {
      await carts.insertMany(['SAVE', 'SAVE10', 'SAV', 'SAVF', 'SAVE-X', 'SAVE_Z', 'XSAVE'].map((code) => ({ code })));
      const found = await carts.find({ code: { $gte: 'SAVE', $lt: 'SAVE~' } }).toArray();
      expect(found).toHaveLength(4);
      expect(new Set(found.map(({ code }) => code))).toEqual(new Set(['SAVE', 'SAVE10', 'SAVE-X', 'SAVE_Z']));
    });
  });
}
