import {
  Decimal128,
  Double,
  Int32,
  Long,
  MongoClient,
  ObjectId,
  type Collection,
  type Db,
  type Document,
  type IndexDescription,
} from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

/** What the server said no with; fails when it said yes. */
async function refusalOf(work: Promise<unknown>): Promise<{ code: unknown; keyPattern: unknown; keyValue: unknown }> {
  const outcome: unknown = await work.then(
    () => null,
    (error: unknown) => error,
  );
  if (!(outcome instanceof Error)) throw new Error('expected a refusal');
  const { code, keyPattern, keyValue } = Object.assign({ code: null, keyPattern: null, keyValue: null }, outcome);
  return { code, keyPattern, keyValue };
}

const product = (id: string, quantity: number) => ({ product_id: id, quantity });
const decimal = (text: string) => Decimal128.fromString(text);
const later = new Date('2999-01-01T00:00:00.000Z');

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
    subtotal: { bsonType: 'decimal', minimum: 0 },
    state: { enum: ['open', 'closed'] },
    expires_at: { bsonType: 'date' },
  },
};

/** What the cart expects of a server that speaks MongoDB's protocol; `connection` is asked for when the tests run. */
export function describeMongoContract(connection: () => string): void {
  describe('MongoDB contract', () => {
    let client: MongoClient;
    let db: Db;
    let carts: Collection;

    beforeAll(async () => {
      client = await new MongoClient(connection(), { serverSelectionTimeoutMS: 5000 }).connect();
      db = client.db(`contract_${new ObjectId().toHexString()}`);
    });
    beforeEach(() => {
      carts = db.collection(`carts_${new ObjectId().toHexString()}`);
    });
    afterAll(async () => {
      await db.dropDatabase();
      await client.close();
    });

    const stored = () => carts.find({}, { sort: { _id: 1 } }).toArray();

    describe('documents', () => {
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
        expect((await refusalOf(carts.indexes())).code).toBe(26);
      });
    });

    describe('changes', () => {
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

      test('count up to a limit, whoever asks at the same time', async () => {
        await carts.insertOne({ coupon_code: 'TEN', used_count: 0 });
        const redeem = () =>
          carts.findOneAndUpdate({ coupon_code: 'TEN', used_count: { $lt: 3 } }, { $inc: { used_count: 1 } });
        const answers = await Promise.all(Array.from({ length: 10 }, redeem));
        expect(answers.filter((answer) => answer !== null)).toHaveLength(3);
        expect((await carts.findOne({ coupon_code: 'TEN' }))?.['used_count']).toBe(3);
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
    });

    describe('indexes', () => {
      test('that are unique refuse a second document, by insert, update and findAndModify', async () => {
        await carts.createIndex({ user_id: 1 }, { unique: true });
        await carts.insertMany([
          { _id: 1, user_id: 'a' },
          { _id: 2, user_id: 'b' },
        ] as Document[]);
        const refusal = { code: 11000, keyPattern: { user_id: 1 }, keyValue: { user_id: 'a' } };
        expect(await refusalOf(carts.insertOne({ user_id: 'a' }))).toEqual(refusal);
        expect(await refusalOf(carts.updateOne({ user_id: 'b' }, { $set: { user_id: 'a' } }))).toEqual(refusal);
        expect(await refusalOf(carts.findOneAndUpdate({ user_id: 'b' }, { $set: { user_id: 'a' } }))).toEqual(refusal);
        expect((await refusalOf(carts.insertOne({ _id: 1, user_id: 'c' } as Document))).code).toBe(11000);
        expect(await stored()).toEqual([
          { _id: 1, user_id: 'a' },
          { _id: 2, user_id: 'b' },
        ]);
        await carts.deleteOne({ user_id: 'a' });
        await carts.insertOne({ _id: 3, user_id: 'a' } as Document);
        expect(await carts.countDocuments({ user_id: 'a' })).toBe(1);
      });

      test('that are unique let one of many concurrent inserts through', async () => {
        await carts.createIndex({ user_id: 1 }, { unique: true });
        const attempts = Array.from({ length: 8 }, () => carts.insertOne({ user_id: 'a' }));
        const outcomes = await Promise.allSettled(attempts);
        expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        expect(await carts.countDocuments({})).toBe(1);
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
        const specs: IndexDescription[] = [
          { key: { user_id: 1 }, name: 'user', unique: true },
          { key: { expires_at: 1 }, name: 'expiry', expireAfterSeconds: 0 },
          { key: { 'items.product_id': 1 }, name: 'products' },
        ];
        await carts.createIndexes(specs);
        await carts.createIndexes(specs);
        const listed = (await carts.indexes()).map(({ v: _version, ...index }) => index);
        expect(listed).toEqual([{ key: { _id: 1 }, name: '_id_' }, ...specs]);
        const otherExpiry = { name: 'expiry', expireAfterSeconds: 60 };
        expect((await refusalOf(carts.createIndex({ expires_at: 1 }, otherExpiry))).code).toBe(85);
        expect((await refusalOf(carts.createIndex({ user_id: -1 }, { name: 'user' }))).code).toBe(86);
        await carts.dropIndex('user');
        expect((await refusalOf(carts.dropIndex('user'))).code).toBe(27);
        expect((await carts.indexes()).map(({ name }) => name)).toEqual(['_id_', 'expiry', 'products']);
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
    });

    describe('validators', () => {
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
        ['a number below its minimum', { subtotal: decimal('-0.01') }],
        ['a text that does not match', { user_id: 'Ü' }],
        ['a value that is not enumerated', { state: 'lost' }],
        ['a text where a date belongs', { expires_at: '2999-01-01' }],
        ['too many items', { items: [product('p', 1), product('q', 1), product('r', 1)] }],
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
        await carts.insertOne({ ...valid(), items, state: 'open', expires_at: later });
        expect(await carts.countDocuments({ state: 'open' })).toBe(1);
      });
    });

    test('a dropped collection is gone, with its documents and indexes', async () => {
      await carts.createIndex({ user_id: 1 }, { unique: true });
      await carts.insertOne({ user_id: 'a' });
      await carts.drop();
      expect(await db.listCollections({ name: carts.collectionName }).toArray()).toEqual([]);
      await carts.insertMany([{ user_id: 'a' }, { user_id: 'a' }]);
      expect(await carts.countDocuments({})).toBe(2);
    });
  });
}
