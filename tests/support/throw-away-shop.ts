import { randomUUID } from 'node:crypto';

import { type Db, MongoClient } from 'mongodb';
import { Client, escapeIdentifier } from 'pg';
import { inject } from 'vitest';

import type { ShopUrls } from '#tools/invariants/shop.ts';
import { migrateMongo } from '#tools/migrate-mongo.ts';
import { migrateDatabase, type ServiceName, serviceNames } from '#tools/migrate.ts';

/** All databases of a shop without its workers, on the stack's servers: to break what no shop would. */
export interface ThrowAwayShop {
  urls: ShopUrls;
  query(service: ServiceName, statement: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  mongo: Db;
  close(): Promise<void>;
}

export async function throwAwayShop(): Promise<ThrowAwayShop> {
  const name = `throw_away_${randomUUID().slice(0, 8)}`;
  const { urls } = inject('stack');
  const at = (service: string, database: string) => {
    const url = new URL(urls[service] ?? '');
    url.pathname = `/${database}`;
    return url.href;
  };
  const own = {
    users: at('users', `${name}_users`),
    products: at('products', `${name}_products`),
    orders: at('orders', `${name}_orders`),
    payments: at('payments', `${name}_payments`),
    mongo: at('mongo', name),
  };
  const onServer = async (statement: (database: string) => string) => {
    for (const service of serviceNames) {
      const client = new Client({ connectionString: at(service, 'postgres') });
      await client.connect();
      await client.query(statement(escapeIdentifier(`${name}_${service}`)));
      await client.end();
    }
  };
  await onServer((database) => `CREATE DATABASE ${database}`);
  await Promise.all([
    ...serviceNames.map((service) => migrateDatabase(own[service], service)),
    migrateMongo(own.mongo),
  ]);
  const clients = new Map(serviceNames.map((service) => [service, new Client({ connectionString: own[service] })]));
  await Promise.all([...clients.values()].map((client) => client.connect()));
  const mongo = new MongoClient(own.mongo);
  return {
    urls: own,
    query: async (service, statement, values) =>
      (await clients.get(service)?.query<Record<string, unknown>>(statement, values))?.rows ?? [],
    mongo: mongo.db(name),
    close: async () => {
      await Promise.all([mongo.close(), ...[...clients.values()].map((client) => client.end())]);
      await onServer((database) => `DROP DATABASE ${database} WITH (FORCE)`);
    },
  };
}
