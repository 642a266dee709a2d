import type { Collection, Document, IndexDescription } from 'mongodb';
import { beforeEach, describe, expect, test } from 'vitest';

import { later, product, refusalOf, type Subject } from './subject.ts';

/** What indexes refuse, find and remove, and how they are made. */
export function describeIndexes(subject: Subject): void {
  describe('indexes', () => {
    let carts: Collection;
    beforeEach(() => {
      carts = subject.collection();
    });
    const { stored } = subject;

    test('that are unique refuse a second document, by insert, update and findAndModify', async () => {
      await carts.createIndex({ user_id: 1 }, { unique: true });
      await carts.insertMany([
        { _id: 1, user_id: 'a' },
        { _id: 2, user_id: 'b' },
      ] as Document[]);
      const code = async (work: Promise<unknown>) => (await refusalOf(work)).code;
      expect(await code(carts.insertOne({ user_id: 'a' }))).toBe(11000);
      expect(await code(carts.updateOne({ user_id: 'b' }, { $set: { user_id: 'a' } }))).toBe(11000);
      expect(await code(carts.replaceOne({ user_id: 'b' }, { user_id: 'a' }))).toBe(11000);
      expect(await code(carts.findOneAndUpdate({ user_id: 'b' }, { $set: { user_id: 'a' } }))).toBe(11000);
      expect((await refusalOf(carts.insertOne({ _id: 1, user_id: 'c' } as Document))).code).toBe(11000);
      expect(await stored()).toEqual([
        { _id: 1, user_id: 'a' },
        { _id: 2, user_id: 'b' },
      ]);
      await carts.deleteOne({ user_id: 'a' });
      await carts.insertOne({ _id: 3, user_id: 'a' } as Document);
      expect(await carts.countDocuments({ user_id: 'a' })).toBe(1);
    });

    test('that are unique tell which of them refused, and what was there', async () => {
      await carts.createIndex({ coupon_id: 1, slot: 1 }, { unique: true });
      await carts.createIndex({ order_id: 1, coupon_id: 1 }, { unique: true });
      await carts.insertOne({ coupon_id: 'c', order_id: 'o', slot: '1' });
      const slotTaken = { keyPattern: { coupon_id: 1, slot: 1 }, keyValue: { coupon_id: 'c', slot: '1' } };
      const sameOrder = { keyPattern: { order_id: 1, coupon_id: 1 }, keyValue: { order_id: 'o', coupon_id: 'c' } };
      const again = (order_id: string, slot: string) => refusalOf(carts.insertOne({ coupon_id: 'c', order_id, slot }));
      expect(await again('p', '1')).toEqual({ code: 11000, ...slotTaken });
      expect(await again('o', '2')).toEqual({ code: 11000, ...sameOrder });
      const change = { $set: { slot: '1' } };
      await carts.insertOne({ coupon_id: 'c', order_id: 'p', slot: '2' });
      expect(await refusalOf(carts.findOneAndUpdate({ slot: '2' }, change))).toEqual({ code: 11000, ...slotTaken });
      expect(await refusalOf(carts.updateOne({ slot: '2' }, change))).toEqual({ code: 11000, ...slotTaken });
    });

    test('that are unique stop an ordered batch at the refused document', async () => {
      await carts.createIndex({ code: 1, user_id: 1 }, { unique: true });
      const batch: Document[] = ['a', 'a', 'b'].map((user_id, place) => ({ _id: place, code: 'X', user_id }));
      expect((await refusalOf(carts.insertMany(batch))).code).toBe(11000);
      expect((await stored()).map(({ _id }) => _id)).toEqual([0]);
      expect((await refusalOf(carts.insertMany(batch, { ordered: false }))).code).toBe(11000);
      expect((await stored()).map(({ _id }) => _id)).toEqual([0, 2]);
    });

    test('are not made unique over duplicates', async () => {
      await carts.insertMany([{ user_id: 'a' }, { user_id: 'a' }]);
      expect((await refusalOf(carts.createIndex({ user_id: 1 }, { unique: true }))).code).toBe(11000);
      expect((await carts.indexes()).map(({ name }) => name)).toEqual(['_id_']);
    });

    test('are listed, kept when asked for again, and dropped', async () => {
      const names = async () => new Set((await carts.indexes()).map(({ name }) => name));
      const specs: IndexDescription[] = [
        { key: { user_id: 1 }, name: 'user', unique: true },
        { key: { expires_at: 1 }, name: 'expiry', expireAfterSeconds: 0 },
        { key: { 'items.product_id': 1 }, name: 'products' },
      ];
      await carts.createIndexes(specs);
      await carts.createIndexes(specs);
      const listed = (await carts.indexes()).map(({ v: _version, ...index }) => index);
      expect(listed).toHaveLength(4);
      expect(listed).toEqual(expect.arrayContaining([{ key: { _id: 1 }, name: '_id_' }, ...specs]));
      await carts.dropIndex('user');
      expect((await refusalOf(carts.dropIndex('user'))).code).toBe(27);
      expect(await names()).toEqual(new Set(['_id_', 'expiry', 'products']));
    });

    test('that differ from one of the same name or key are refused', async () => {
      await carts.createIndex({ expires_at: 1 }, { name: 'expiry', expireAfterSeconds: 0 });
      await carts.createIndex({ user_id: 1 }, { name: 'user', unique: true });
      const otherExpiry = { name: 'expiry', expireAfterSeconds: 60 };
      // IndexOptionsConflict or IndexKeySpecsConflict: servers draw the line between them differently.
      const conflicts = [85, 86];
      expect(conflicts).toContain((await refusalOf(carts.createIndex({ expires_at: 1 }, otherExpiry))).code);
      expect(conflicts).toContain((await refusalOf(carts.createIndex({ user_id: -1 }, { name: 'user' }))).code);
      expect(conflicts).toContain(
        (await refusalOf(carts.createIndex({ user_id: 1 }, { name: 'owner', unique: true }))).code,
      );
      const kept = (await carts.indexes()).map(({ v: _version, ...index }) => index);
      expect(kept).toEqual(
        expect.arrayContaining([
          { key: { expires_at: 1 }, name: 'expiry', expireAfterSeconds: 0 },
          { key: { user_id: 1 }, name: 'user', unique: true },
        ]),
      );
      expect(kept).toHaveLength(3);
      // One that is unique and one that is not may share their key.
      await carts.createIndex({ user_id: 1 }, { name: 'owner' });
      expect(await carts.indexes()).toHaveLength(4);
    });

    test('over arrays find what they found without an index', async () => {
      await carts.insertOne({ _id: 1, items: [product('p', 1), product('q', 1)] } as Document);
      await carts.createIndex({ 'items.product_id': 1 });
      await carts.insertOne({ _id: 2, items: [product('q', 1), product('q', 2)] } as Document);
      await carts.insertOne({ _id: 3, items: [] } as Document);
      const ids = async (id: string) =>
        (await carts.find({ 'items.product_id': id }).sort({ _id: 1 }).toArray()).map(({ _id }) => _id);
      expect(await ids('q')).toEqual([1, 2]);
      await carts.updateOne({ _id: 1 } as Document, { $pull: { items: { product_id: 'q' } } } as Document);
      expect([await ids('q'), await ids('p')]).toEqual([[2], [1]]);
    });

    test('with a time to live delete what is over, and nothing else', { timeout: 120_000 }, async () => {
      await carts.createIndex({ expires_at: 1 }, { expireAfterSeconds: 0 });
      await carts.insertMany([
        { _id: 1, expires_at: new Date(Date.now() - 1000) },
        { _id: 2, expires_at: later },
        { _id: 3 },
        { _id: 4, expires_at: 'never' },
      ] as Document[]);
      await expect.poll(() => carts.countDocuments({}), { timeout: 110_000 }).toBe(3);
      expect((await stored()).map(({ _id }) => _id)).toEqual([2, 3, 4]);
    });

    test('are gone with their collection and its documents', async () => {
      await carts.createIndex({ user_id: 1 }, { unique: true });
      await carts.insertOne({ user_id: 'a' });
      await carts.drop();
      expect((await subject.db().listCollections().toArray()).map(({ name }) => name)).not.toContain(
        carts.collectionName,
      );
      await carts.insertMany([{ user_id: 'a' }, { user_id: 'a' }]);
      expect(await carts.countDocuments({})).toBe(2);
    });
  });
}
