import { MongoClient } from 'mongodb';
import { Client } from 'pg';
import { z } from 'zod';

import type { ShopUrls } from '#tools/invariants/shop.ts';
import { type ServiceName, serviceNames } from '#tools/migrate.ts';
import { type Migration, migrationsOf, outsideTransaction, readMigration } from '#tools/migrations/files.ts';
import { applyPending } from '#tools/migrations/runner.ts';

import { databaseName } from '../../../workers/cart/src/store/collection.ts';

/** The table of each service that is in use most. */
const tables: Record<ServiceName, string> = {
  users: 'users',
  products: 'products',
  orders: 'orders',
  payments: 'transactions',
};

const breakpoint = ';--> statement-breakpoint\n';

/** What the next release could bring, by the rules of docs/migrations.md: columns, a table and an index. */
export function expansionOf(service: ServiceName): Migration[] {
  const table = tables[service];
  const last = migrationsOf(service).at(-1)?.when ?? 0;
  const sqlOf = {
    expand: [
      `ALTER TABLE "${table}" ADD COLUMN "rehearsed_at" timestamptz`,
      `ALTER TABLE "${table}" ADD COLUMN "rehearsals" integer DEFAULT 0 NOT NULL`,
      `CREATE TABLE "rehearsals" ("id" uuid PRIMARY KEY, "of" uuid NOT NULL REFERENCES "${table}" ("id"))`,
    ].join(breakpoint),
    index: [
      `${outsideTransaction}\nDROP INDEX CONCURRENTLY IF EXISTS "${table}_rehearsed_at"`,
      `CREATE INDEX CONCURRENTLY "${table}_rehearsed_at" ON "${table}" ("rehearsed_at")`,
    ].join(breakpoint),
  };
  return Object.entries(sqlOf).map(([name, sql], index) => ({ name, when: last + 1 + index, ...readMigration(sql) }));
}

/** Brings it into all databases at once, as a deployment would; answers the names of what was applied. */
export async function expand(urls: ShopUrls): Promise<Record<string, string[]>> {
  const applied = serviceNames.map(async (service): Promise<[string, string[]]> => {
    const client = new Client({ connectionString: urls[service] });
    await client.connect();
    const migrations = [...migrationsOf(service), ...expansionOf(service)];
    return [service, await applyPending(client, migrations).finally(() => client.end())];
  });
  const [entries] = await Promise.all([Promise.all(applied), expandCarts(urls.mongo)]);
  return Object.fromEntries(entries);
}

const Validated = z.object({
  options: z.object({ validator: z.object({ $jsonSchema: z.looseObject({ properties: z.looseObject({}) }) }) }),
});

/** A field that carts may have, and an index on it. */
async function expandCarts(uri: string): Promise<void> {
  const client = new MongoClient(uri);
  try {
    const db = client.db(databaseName(uri));
    const collections = await db.listCollections().toArray();
    const { options } = Validated.parse(collections.find(({ name }) => name === 'carts'));
    const { $jsonSchema: schema } = options.validator;
    const properties = { ...schema.properties, rehearsed_at: { bsonType: ['date', 'null'] } };
    await db.command({ collMod: 'carts', validator: { $jsonSchema: { ...schema, properties } } });
    await db.collection('carts').createIndex({ rehearsed_at: 1 }, { name: 'rehearsed_at' });
  } finally {
    await client.close();
  }
}
