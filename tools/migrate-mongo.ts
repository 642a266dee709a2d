/**
 * Brings the cart database up to date: the collection `carts` of the seed, its validator and its indexes.
 * As a command it migrates the database that MONGODB_URI names.
 */
import { MongoClient, MongoServerError } from 'mongodb';

import { databaseName } from '../workers/cart/src/store/collection.ts';

const text = { bsonType: 'string' };
const amount = { bsonType: 'decimal' };
const instant = { bsonType: 'date' };

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

const cart = fields({
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
});

const indexes = [
  { name: 'user_id_unique', key: { user_id: 1 }, unique: true },
  { name: 'expires_at_ttl', key: { expires_at: 1 }, expireAfterSeconds: 0 },
  { name: 'items_product_id', key: { 'items.product_id': 1 } },
] as const;

const namespaceExists = 48;

/**
 * Makes what is missing, replaces the validator and takes out of the documents what it no longer knows. Safe to run
 * again and by several processes at once. The database is the one that the URI's path names, else `cart`.
 *
 * @throws when the server cannot be reached, or an index of the same name or key differs
 */
export async function migrateMongo(uri: string): Promise<void> {
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: 10_000 });
  try {
    const db = client.db(databaseName(uri));
    const carts = db.collection('carts');
    const validator = { $jsonSchema: cart };
    try {
      await db.createCollection('carts', { validator });
    } catch (error) {
      if (!(error instanceof MongoServerError && error.code === namespaceExists)) throw error;
      await db.command({ collMod: 'carts', validator });
      // Required by an earlier validator, so that it can go only now.
      await carts.updateMany({ refreshed_at: { $exists: true } }, { $unset: { refreshed_at: '' } });
    }
    await carts.createIndexes([...indexes]);
  } finally {
    await client.close();
  }
}

/** An object with exactly these fields. */
function fields(properties: Record<string, object>) {
  return { bsonType: 'object', required: Object.keys(properties), additionalProperties: false, properties };
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
