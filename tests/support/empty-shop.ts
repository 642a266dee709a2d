import { randomUUID } from 'node:crypto';

import { Client, escapeIdentifier } from 'pg';
import { uuidv7 } from 'uuidv7';

import { connectForLongWork, type Database } from '#shared/db/postgres.ts';
import { migrateDatabase } from '#tools/migrate.ts';

import { openImport } from '../../workers/products/src/domain/import/groups.ts';
import type { Report } from '../../workers/products/src/domain/import/report.ts';
import { catalogueCsv } from '../../workers/products/src/routes/exports/catalogue-csv.ts';
import { runImport } from '../../workers/products/src/routes/imports/run-import.ts';
import { bindingsOf } from './databases.ts';

/** A products database of its own, on the stack's server: the worker's own functions fill and read it. */
export interface Shop {
  import(file: string, options?: { updateStock?: boolean; dryRun?: boolean }): Promise<Report>;
  export(): Promise<string>;
  /** Past all services. */
  query(statement: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

/** A shop without a product. */
export async function emptyShop(): Promise<Shop> {
  const name = `shop_${randomUUID().slice(0, 8)}`;
  const at = (database: string) => {
    const url = new URL(bindingsOf('products').DATABASE_URL);
    url.pathname = `/${database}`;
    return url.href;
  };
  await onServer(at('postgres'), `CREATE DATABASE ${escapeIdentifier(name)}`);
  await migrateDatabase(at(name), 'products');
  const db: Database = connectForLongWork({ ...bindingsOf('products'), DATABASE_URL: at(name) });
  const client = new Client({ connectionString: at(name) });
  await client.connect();
  return {
    import: (file, { updateStock = false, dryRun = false } = {}) =>
      runImport(openImport(Buffer.from(file)), { db, actorId: uuidv7(), dryRun, updateStock, onWritten: () => {} }),
    export: async () => {
      let text = '';
      for await (const part of catalogueCsv(db)) text += part;
      return text;
    },
    query: async (statement, values) => (await client.query<Record<string, unknown>>(statement, values)).rows,
    close: async () => {
      await client.end();
      await onServer(at('postgres'), `DROP DATABASE ${escapeIdentifier(name)} WITH (FORCE)`);
    },
  };
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
