import { type Db, MongoClient } from 'mongodb';
import { Client } from 'pg';

import { type ServiceName, serviceNames } from '#tools/migrate.ts';

import { databaseName } from '../../workers/cart/src/store/collection.ts';

/** Rows of a query in one of the Postgres databases, with `$1`… for the values. */
export type Query = <Row extends object>(statement: string, values?: unknown[]) => Promise<Row[]>;

/** A moment of the shop: what each Postgres database held when it was opened, and the cart database as it is. */
export interface Moment extends Record<ServiceName, Query> {
  mongo: Db;
  /** By whose clock things are late. */
  now: Date;
}

export type ShopUrls = Record<ServiceName | 'mongo', string>;

/**
 * Opens all databases, lets `work` look, and closes them. The Postgres ones are in read-only transactions, each of one
 * snapshot: nothing can be changed, and what a check reads fits together.
 */
export async function look<Result>(
  urls: ShopUrls,
  now: Date,
  work: (moment: Moment) => Promise<Result>,
): Promise<Result> {
  const clients = new Map<ServiceName, Client>();
  const mongo = new MongoClient(urls.mongo, { serverSelectionTimeoutMS: 10_000 });
  try {
    for (const service of serviceNames) {
      const client = new Client({ connectionString: urls[service], application_name: 'check-invariants' });
      clients.set(service, client);
      // A lost connection is told by the query that waits on it.
      client.on('error', () => {});
      await client.connect();
      await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    }
    // The snapshots are taken by the first statements, all at once.
    await Promise.all([...clients.values()].map((client) => client.query('SELECT 1')));
    const query =
      (service: ServiceName): Query =>
      async <Row extends object>(statement: string, values: unknown[] = []) => {
        const result = await clients.get(service)?.query<Row>(statement, values);
        return result?.rows ?? [];
      };
    return await work({
      users: query('users'),
      products: query('products'),
      orders: query('orders'),
      payments: query('payments'),
      mongo: mongo.db(databaseName(urls.mongo)),
      now,
    });
  } finally {
    await Promise.allSettled([mongo.close(), ...[...clients.values()].map((client) => client.end())]);
  }
}
