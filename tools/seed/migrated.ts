import { join } from 'node:path';

import { readMigrationFiles } from 'drizzle-orm/migrator';
import { Client } from 'pg';

const migrationsFolder = join(import.meta.dirname, '..', '..', 'drizzle', 'products', 'migrations');

/** Whether the products database at `url` has exactly the migrations of this checkout. */
export async function isMigrated(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows: tables } = await client.query(`SELECT WHERE to_regclass('drizzle.__drizzle_migrations') IS NOT NULL`);
    if (tables.length === 0) return false;
    const { rows } = await client.query<{ hash: string }>(
      'SELECT hash FROM drizzle.__drizzle_migrations ORDER BY created_at',
    );
    const expected = readMigrationFiles({ migrationsFolder }).map(({ hash }) => hash);
    return JSON.stringify(rows.map(({ hash }) => hash)) === JSON.stringify(expected);
  } finally {
    await client.end();
  }
}
