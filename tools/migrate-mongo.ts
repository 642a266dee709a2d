/**
 * Brings the cart database up to date: the collection `carts` of the seed, the coupons and their uses, with their
 * validators and indexes.
 * As a command it migrates the database that MONGODB_URI names.
 */
import { isDeepStrictEqual } from 'node:util';

import { type Db, type Document, type IndexDescription, MongoClient, MongoServerError } from 'mongodb';

import { databaseName } from '../workers/cart/src/store/collection.ts';

const text = { bsonType: 'string' };
const amount = { bsonType: 'decimal' };
const instant = { bsonType: 'date' };

const optional = (bsonType: string) => ({ bsonType: [bsonType, 'null'] });

const item = fields({
  product_id: text,
  product_name: text,
  product_slug: text,
  quantity: { bsonType: 'int', minimum: 1, maximum: 999 },
  unit_price: amount,
  total_price: amount,
  image_url: { bsonType: ['string', 'null'] },
  added_at: instant,
});

const cart = fields(
  {
    _id: { bsonType: 'objectId' },
    user_id: text,
    items: { bsonType: 'array', items: item, maxItems: 100 },
    subtotal: amount,
    discount_amount: amount,
    tax_amount: amount,
    total_amount: amount,
    applied_coupons: { bsonType: 'array', items: fields({ coupon_code: text, discount_amount: amount }) },
    currency: text,
    version: { bsonType: 'int', minimum: 1 },
    applied_events: { bsonType: 'array', items: text },
    created_at: instant,
    updated_at: instant,
    expires_at: instant,
  },
  {
    tax_rate: text,
    merged_into: optional('string'),
    refreshed_at: instant,
  },
);

const couponType = { enum: ['percentage', 'fixed_amount', 'free_shipping'] };

const coupon = fields({
  _id: { bsonType: 'objectId' },
  code: text,
  type: couponType,
  value: optional('decimal'),
  min_subtotal: optional('decimal'),
  starts_at: optional('date'),
  ends_at: optional('date'),
  usage_limit: { bsonType: ['int', 'null'], minimum: 1 },
  per_user_limit: { bsonType: ['int', 'null'], minimum: 1 },
  is_active: { bsonType: 'bool' },
  version: { bsonType: 'int', minimum: 1 },
  created_at: instant,
  updated_at: instant,
  deleted_at: optional('date'),
  unsent_events: { bsonType: 'array', items: { bsonType: 'object' } },
});

const couponUse = fields({
  _id: { bsonType: 'objectId' },
  coupon_id: { bsonType: 'objectId' },
  order_id: text,
  user_id: text,
  slot: text,
  user_slot: text,
  coupon_code: text,
  type: couponType,
  value: optional('decimal'),
  is_settled: { bsonType: 'bool' },
  redeemed_at: instant,
});

interface CollectionPlan {
  name: string;
  schema: object;
  indexes: IndexDescription[];
}

const collections: CollectionPlan[] = [
  {
    name: 'carts',
    schema: cart,
    indexes: [
      { name: 'user_id_unique', key: { user_id: 1 }, unique: true },
      { name: 'expires_at_ttl', key: { expires_at: 1 }, expireAfterSeconds: 0 },
      { name: 'items_product_id', key: { 'items.product_id': 1 } },
      { name: 'merged_into_updated_at', key: { merged_into: 1, updated_at: 1 } },
    ],
  },
  { name: 'coupons', schema: coupon, indexes: [{ name: 'code_unique', key: { code: 1 }, unique: true }] },
  {
    name: 'coupon_uses',
    schema: couponUse,
    // One use an order; and its slots are counted by the limits, so that none can be passed.
    indexes: [
      { name: 'order_id_coupon_id_unique', key: { order_id: 1, coupon_id: 1 }, unique: true },
      { name: 'coupon_id_slot_unique', key: { coupon_id: 1, slot: 1 }, unique: true },
      { name: 'coupon_id_user_id_user_slot_unique', key: { coupon_id: 1, user_id: 1, user_slot: 1 }, unique: true },
      { name: 'is_settled_redeemed_at', key: { is_settled: 1, redeemed_at: 1 } },
    ],
  },
];

const namespaceExists = 48;
const unfilled = { tax_rate: { $exists: false } };

/**
 * Makes what is missing, replaces the validators and fills documents with what came with this release. Nothing that the
 * release before reads or writes is taken away or refused. Safe to run again and by several processes at once. The database is the one that the URI's path names, else `cart`.
 *
 * @throws when the server cannot be reached, or an index of the same name or key differs
 */
export async function migrateMongo(uri: string): Promise<void> {
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: 10_000 });
  try {
    const db = client.db(databaseName(uri));
    for (const plan of collections) await migrateCollection(db, plan);
  } finally {
    await client.close();
  }
}

async function migrateCollection(db: Db, { name, schema, indexes }: CollectionPlan): Promise<void> {
  const validator = { $jsonSchema: schema };
  try {
    await db.createCollection(name, { validator });
  } catch (error) {
    if (!(error instanceof MongoServerError && error.code === namespaceExists)) throw error;
    await db.command({ collMod: name, validator });
    if (name === 'carts') await fillCarts(db);
  }
  await db.collection(name).createIndexes(indexes);
}

/** Gives carts of the release before what they lack. Those that it writes later are filled by the next run. */
async function fillCarts(db: Db): Promise<void> {
  await db.collection('carts').updateMany(unfilled, { $set: { tax_rate: '0', merged_into: null } });
}

/** What `migrateMongo` would do, in words. Changes nothing. */
export async function mongoStatusOf(uri: string): Promise<string[]> {
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: 10_000 });
  try {
    const db = client.db(databaseName(uri));
    const existing = await db.listCollections().toArray();
    const pending = collections.map(async (plan) => {
      const found = existing.find(({ name }) => name === plan.name);
      return found ? pendingOf(db, plan, found) : [`${plan.name}: make the collection`];
    });
    return (await Promise.all(pending)).flat();
  } finally {
    await client.close();
  }
}

async function pendingOf(db: Db, { name, schema, indexes }: CollectionPlan, found: Document): Promise<string[]> {
  const present = new Set((await db.collection(name).indexes()).map((index) => index.name));
  const missing = indexes.filter((index) => !present.has(index.name)).map((index) => index.name);
  const isSame = isDeepStrictEqual(found['options']?.validator, { $jsonSchema: schema });
  const toFill = name === 'carts' ? await db.collection(name).countDocuments(unfilled) : 0;
  return [
    ...(isSame ? [] : [`${name}: replace the validator`]),
    ...(missing.length === 0 ? [] : [`${name}: make the indexes ${missing.join(', ')}`]),
    ...(toFill === 0 ? [] : [`${name}: fill ${toFill} documents`]),
  ];
}

/**
 * An object with exactly these fields. `changing`: those that come with this release or go after it. Workers of the release
 * before run on for a while and write without the one kind and with the other, so neither is required and both may be
 * there. The next release requires the ones and drops the others.
 */
function fields(properties: Record<string, object>, changing: Record<string, object> = {}) {
  return {
    bsonType: 'object',
    required: Object.keys(properties),
    additionalProperties: false,
    properties: { ...properties, ...changing },
  };
}

async function migrateFromEnvironment(): Promise<void> {
  const uri = process.env['MONGODB_URI'];
  if (!uri) {
    console.error('No database given. Set MONGODB_URI.');
    process.exitCode = 2;
    return;
  }
  try {
    await migrateMongo(uri);
    console.log('cart: up to date');
  } catch (error) {
    console.error(`cart: not migrated: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}

// import.meta.main is missing before Node 24.2.
if (process.argv[1] === import.meta.filename) await migrateFromEnvironment();
