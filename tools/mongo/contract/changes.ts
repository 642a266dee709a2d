import { type Collection, type Document, Int32, Long, ObjectId } from 'mongodb';
import { beforeEach, describe, expect, test } from 'vitest';

import { decimal, later, product, refusalOf, type Subject } from './subject.ts';

/** What updates, replacements and deletions do, and say that they did. */
export function describeChanges(subject: Subject): void {
  describe('changes', () => {
    let carts: Collection;
    beforeEach(() => {
      carts = subject.collection();
    });
    const { stored } = subject;

    test('by version happen once', async () => {
      const id = new ObjectId();
      await carts.insertOne({ _id: id, version: 1, total: decimal('1.00') });
      const change = { $set: { version: 2, total: decimal('2.00') } };
      const attempt = () => carts.findOneAndUpdate({ _id: id, version: 1 }, change, { returnDocument: 'after' });
      const answers = await Promise.all([attempt(), attempt(), attempt()]);
      const after = { _id: id, version: 2, total: decimal('2.00') };
      expect(answers.filter((answer) => answer !== null)).toEqual([after]);
      expect(await stored()).toEqual([after]);
    });

    test('replace a whole document, but for its _id', async () => {
      const id = new ObjectId();
      await carts.insertOne({ _id: id, version: 1, old: true });
      expect(await carts.findOneAndReplace({ _id: id, version: 9 }, { version: 10 })).toBeNull();
      expect(await carts.findOneAndReplace({ _id: id, version: 1 }, { version: 2 })).toEqual({
        _id: id,
        version: 1,
        old: true,
      });
      expect((await carts.replaceOne({ _id: id }, { version: 3 })).modifiedCount).toBe(1);
      expect((await carts.replaceOne({ _id: id }, { version: 3 })).modifiedCount).toBe(0);
      expect((await refusalOf(carts.updateOne({ _id: id }, { $set: { _id: 5 } }))).code).toBe(66);
      expect(await stored()).toEqual([{ _id: id, version: 3 }]);
    });

    test('add numbers without losing a digit or a type', async () => {
      const start = { int: new Int32(2147483647), long: Long.fromString('9007199254740993'), price: decimal('0.10') };
      await carts.insertOne({ ...start });
      await carts.updateOne({}, { $inc: { int: 1, long: 1, price: decimal('0.20'), fresh: 4 } });
      const found = await carts.findOne({}, { promoteValues: false, projection: { _id: 0 } });
      expect(found).toEqual({
        int: Long.fromString('2147483648'),
        long: Long.fromString('9007199254740994'),
        price: decimal('0.30'),
        fresh: new Int32(4),
      });
      await carts.updateOne({}, { $set: { text: 'x' } });
      expect((await refusalOf(carts.updateOne({}, { $inc: { text: 1, fresh: 1 } }))).code).toBe(14);
      expect((await carts.findOne({}))?.['fresh']).toBe(4);
    });

    test('edit arrays and nested fields', async () => {
      const id = new ObjectId();
      await carts.insertOne({ _id: id, items: [product('p', 1)], codes: ['A'] });
      await carts.updateOne({ _id: id }, {
        $push: { items: product('q', 2) },
        $set: { 'ship.city': 'Pune' },
      } as Document);
      await carts.updateOne(
        { _id: id },
        {
          $addToSet: { codes: { $each: ['A', 'B'] } },
          $set: { 'items.0.quantity': 7 },
        },
      );
      expect(await stored()).toEqual([
        { _id: id, items: [product('p', 7), product('q', 2)], codes: ['A', 'B'], ship: { city: 'Pune' } },
      ]);
      await carts.updateOne({ _id: id }, {
        $pull: { items: { product_id: 'p' }, codes: 'A' },
        $unset: { ship: '' },
      } as Document);
      await carts.updateOne({ _id: id }, { $push: { log: { $each: [1, 2, 3], $slice: -2 } } } as Document);
      expect(await stored()).toEqual([{ _id: id, items: [product('q', 2)], codes: ['B'], log: [2, 3] }]);
      await carts.updateOne({ _id: id }, { $pull: { log: { $gte: 3 } } } as Document);
      expect((await carts.findOne({ _id: id }))?.['log']).toEqual([2]);
    });

    test('reach many documents, or one', async () => {
      await carts.insertMany([{ kind: 'a' }, { kind: 'a' }, { kind: 'b' }]);
      const many = await carts.updateMany({ kind: 'a' }, { $set: { seen: true } });
      expect([many.matchedCount, many.modifiedCount]).toEqual([2, 2]);
      expect((await carts.updateMany({ kind: 'a' }, { $set: { seen: true } })).modifiedCount).toBe(0);
      expect((await carts.deleteOne({ kind: 'a' })).deletedCount).toBe(1);
      expect((await carts.deleteMany({ kind: { $in: ['a', 'b'] } })).deletedCount).toBe(2);
      expect(await stored()).toEqual([]);
    });

    test('insert when nothing matches and upsert says so', async () => {
      const options = { upsert: true, returnDocument: 'after', projection: { _id: 0 } } as const;
      const change = { $inc: { uses: 1 }, $setOnInsert: { since: later } };
      expect(await carts.findOneAndUpdate({ code: 'X' }, change, options)).toEqual({
        code: 'X',
        since: later,
        uses: 1,
      });
      expect(await carts.findOneAndUpdate({ code: 'X' }, change, options)).toEqual({
        code: 'X',
        since: later,
        uses: 2,
      });
      const replaced = await carts.replaceOne({ _id: new ObjectId() }, { code: 'Y' }, { upsert: true });
      expect([replaced.matchedCount, replaced.upsertedCount]).toEqual([0, 1]);
      expect(await carts.countDocuments({})).toBe(2);
      expect(await carts.findOneAndDelete({ code: 'Y' })).toEqual({ _id: replaced.upsertedId, code: 'Y' });
    });

    test('pick the first by sort order', async () => {
      await carts.insertMany([{ rank: 2 }, { rank: 1 }, { rank: 3 }]);
      const found = await carts.findOneAndUpdate({}, { $set: { taken: true } }, { sort: { rank: 1 } });
      expect(found?.['rank']).toBe(1);
      expect(await carts.countDocuments({ taken: true })).toBe(1);
    });

    test('carry their event along, until it was sent', async () => {
      const filter = { code: 'TEN', version: 1 };
      const event = (id: string) => ({
        id,
        type: 'audit.recorded',
        payload: { before: null, after: { value: '10.00' } },
      });
      await carts.insertMany([
        { code: 'TEN', version: 1, unsent_events: [event('e1')] },
        { code: 'TWO', version: 7, unsent_events: [] },
      ]);
      const change = (id: string) =>
        carts.findOneAndUpdate(
          filter,
          { $set: { is_active: false }, $inc: { version: 1 }, $push: { unsent_events: event(id) } } as Document,
          { returnDocument: 'after', projection: { _id: 0 } },
        );
      const changed = { code: 'TEN', version: 2, unsent_events: [event('e1'), event('e2')], is_active: false };
      expect(await change('e2')).toEqual(changed);
      expect(await change('e3')).toBeNull();
      const codes = async (condition: Document) => (await carts.find(condition).toArray()).map(({ code }) => code);
      expect(await codes({ 'unsent_events.id': { $exists: true } })).toEqual(['TEN']);
      expect(await codes({ 'unsent_events.id': { $in: ['e0', 'e2'] } })).toEqual(['TEN']);

      const forget = (ids: string[]) =>
        carts.updateMany({ 'unsent_events.id': { $in: ids } }, {
          $pull: { unsent_events: { id: { $in: ids } } },
        } as Document);
      expect((await forget(['e1', 'e0'])).modifiedCount).toBe(1);
      expect((await carts.findOne({ code: 'TEN' }))?.['unsent_events']).toEqual([event('e2')]);
      expect((await forget(['e1'])).matchedCount).toBe(0);
      await carts.updateOne({ code: 'TEN' }, { $pull: { unsent_events: { id: 'e2' } } } as Document);
      expect((await carts.findOne({ code: 'TEN' }))?.['unsent_events']).toEqual([]);
      expect(await codes({ 'unsent_events.id': { $exists: true } })).toEqual([]);
    });

    test('take out what has expired or was released, and say how many', async () => {
      const order = (order_id: string) => ({ order_id, expires_at: new Date(1000), is_settled: false });
      await carts.insertMany([order('a'), order('b'), order('a'), { order_id: 'c', expires_at: later }]);
      expect((await carts.deleteMany({ order_id: 'a' })).deletedCount).toBe(2);
      expect((await carts.deleteMany({ order_id: 'a' })).deletedCount).toBe(0);
      expect((await carts.deleteOne({ order_id: 'c', expires_at: { $lte: new Date() } })).deletedCount).toBe(0);
      expect(await carts.countDocuments({ is_settled: false, expires_at: { $lt: new Date() } })).toBe(1);
      expect((await carts.deleteMany({ expires_at: { $lte: new Date() } })).deletedCount).toBe(1);
      expect((await stored()).map((use) => use['order_id'])).toEqual(['c']);
    });
  });
}
