import { type Collection, type Db, type Document, Long } from 'mongodb';
import { beforeEach, describe, expect, test } from 'vitest';

import { decimal, later, product, refusalOf, type Subject } from './subject.ts';

const CART_SCHEMA = {
  bsonType: 'object',
  required: ['_id', 'user_id', 'items', 'subtotal'],
  additionalProperties: false,
  properties: {
    _id: { bsonType: 'objectId' },
    user_id: { bsonType: 'string', pattern: '^[a-z0-9-]+$' },
    items: {
      bsonType: 'array',
      maxItems: 2,
      items: {
        bsonType: 'object',
        required: ['product_id', 'quantity'],
        properties: {
          product_id: { bsonType: 'string' },
          quantity: { bsonType: ['int', 'long'], minimum: 1, maximum: 999 },
          image_url: { bsonType: ['string', 'null'] },
        },
      },
    },
    subtotal: { bsonType: 'decimal' },
    usage_limit: { bsonType: ['int', 'null'], minimum: 1 },
    is_active: { bsonType: 'bool' },
    state: { enum: ['open', 'closed'] },
    expires_at: { bsonType: 'date' },
  },
};

/** What a collection's `$jsonSchema` refuses and accepts. */
export function describeValidators(subject: Subject): void {
  describe('validators', () => {
    let carts: Collection;
    let db: Db;
    beforeEach(() => {
      carts = subject.collection();
      db = subject.db();
    });
    const { stored } = subject;

    const valid = () => ({ user_id: 'u-1', items: [product('p', 1)], subtotal: decimal('1.00') });

    test('are listed as they were given and replaced by collMod', async () => {
      const name = carts.collectionName;
      await db.createCollection(name, { validator: { $jsonSchema: CART_SCHEMA } });
      const validator = async () =>
        (await db.listCollections({ name }).toArray()).map((info) => 'options' in info && info.options?.validator);
      expect(await validator()).toEqual([{ $jsonSchema: CART_SCHEMA }]);
      expect((await refusalOf(db.createCollection(name, { validator: {} }))).code).toBe(48);
      await db.command({ collMod: name, validator: { $jsonSchema: { required: ['user_id'] } } });
      expect(await validator()).toEqual([{ $jsonSchema: { required: ['user_id'] } }]);
      await carts.insertOne({ user_id: 'x' });
      expect((await refusalOf(carts.insertOne({ other: 'x' }))).code).toBe(121);
      const missing = { collMod: 'no_such_collection', validator: {} };
      expect((await refusalOf(db.command(missing))).code).toBe(26);
    });

    test.each<[string, Document]>([
      ['a missing field', { items: undefined }],
      ['a field too many', { colour: 'red' }],
      ['a double where a decimal belongs', { subtotal: 1.5 }],
      ['a number below its minimum', { usage_limit: 0 }],
      ['a number of another type', { usage_limit: 1.5 }],
      ['a number where yes or no belongs', { is_active: 1 }],
      ['null where nothing may be', { subtotal: null }],
      ['a text that does not match', { user_id: 'Ü' }],
      ['a value that is not enumerated', { state: 'lost' }],
      ['a text where a date belongs', { expires_at: '2999-01-01' }],
      ['too many items', { items: [product('p', 1), product('q', 1), product('r', 1)] }],
      ['an item below its minimum', { items: [product('p', 0)] }],
      ['an item with a double', { items: [product('p', 1.5)] }],
      ['an item above its maximum', { items: [product('p', 1000)] }],
      ['an item with a wrong type', { items: [{ ...product('p', 1), image_url: 5 }] }],
      ['items that are no array', { items: {} }],
    ])('refuse %s on insert and on change', async (_case, wrong) => {
      await db.createCollection(carts.collectionName, { validator: { $jsonSchema: CART_SCHEMA } });
      const bad = { ...valid(), ...wrong };
      const options = { ignoreUndefined: true };
      expect((await refusalOf(carts.insertOne({ ...bad }, options))).code).toBe(121);
      expect(await stored()).toEqual([]);
      const { insertedId } = await carts.insertOne({ ...valid() });
      expect((await refusalOf(carts.replaceOne({ _id: insertedId }, bad, options))).code).toBe(121);
      expect((await refusalOf(carts.findOneAndReplace({ _id: insertedId }, bad, options))).code).toBe(121);
      expect(await stored()).toEqual([{ _id: insertedId, ...valid() }]);
    });

    test('accept what satisfies them', async () => {
      await db.createCollection(carts.collectionName, { validator: { $jsonSchema: CART_SCHEMA } });
      const items = [
        { ...product('p', 1), image_url: null },
        { product_id: 'q', quantity: Long.fromNumber(999) },
      ];
      await carts.insertOne({ ...valid(), items, state: 'open', expires_at: later, usage_limit: null });
      await carts.insertOne({ ...valid(), usage_limit: 1, is_active: false });
      expect(await carts.countDocuments({ state: 'open' })).toBe(1);
    });
  });
}
