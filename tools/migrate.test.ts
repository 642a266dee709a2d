import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import { migrateDatabase, serviceNames, statusOf } from '#tools/migrate.ts';
import { type Migration, migrationsOf, outsideTransaction, readMigration } from '#tools/migrations/files.ts';
import { applyPending } from '#tools/migrations/runner.ts';
import { type RunningPostgres, startPostgres } from '#tools/postgres/launcher.ts';

const directory = mkdtempSync(join(tmpdir(), 'migrate-'));
let server: RunningPostgres;
let admin: Client;

beforeAll(async () => {
  server = await startPostgres({ directory, port: 25_740, databases: ['things'], durable: false, log: () => {} });
  admin = await connected();
});

beforeEach(async () => {
  await admin.query('DROP SCHEMA IF EXISTS drizzle CASCADE; DROP TABLE IF EXISTS things');
});

afterAll(async () => {
  await admin.end();
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
});

async function connected(): Promise<Client> {
  const client = new Client({ connectionString: server.url('things') });
  await client.connect();
  return client;
}

/** Runs the migrations in a session of its own. */
async function apply(migrations: Migration[]): Promise<string[]> {
  const client = await connected();
  try {
    return await applyPending(client, migrations);
  } finally {
    await client.end();
  }
}

const migration = (when: number, sql: string): Migration => ({ name: `000${when}_test`, when, ...readMigration(sql) });
const make = migration(1, 'CREATE TABLE things (id int);--> statement-breakpoint\nINSERT INTO things VALUES (1)');
const wrong = migration(2, 'INSERT INTO things VALUES (2);--> statement-breakpoint\nINSERT INTO nothing VALUES (1)');

async function things(): Promise<number[]> {
  return (await admin.query<{ id: number }>('SELECT id FROM things ORDER BY id')).rows.map(({ id }) => id);
}

test('applies what is missing, once, also when several begin together', async () => {
  const applied = await Promise.all([apply([make]), apply([make]), apply([make])]);
  expect(applied.flat()).toEqual(['0001_test']);
  expect(await things()).toEqual([1]);
  expect(await apply([make])).toEqual([]);
});

test('a migration that fails leaves nothing of itself, and what came before it stays', async () => {
  await expect(apply([make, wrong])).rejects.toThrow('0002_test: relation "nothing" does not exist');
  expect(await things()).toEqual([1]);
  expect(await apply([make, migration(2, 'INSERT INTO things VALUES (3)')])).toEqual(['0002_test']);
  expect(await things()).toEqual([1, 3]);
});

test('makes an index without locking the table, while another migrating process waits', async () => {
  const index = migration(2, `${outsideTransaction}\nCREATE INDEX CONCURRENTLY things_id ON things (id)`);
  const applied = await Promise.all([apply([make, index]), apply([make, index])]);
  expect(applied.flat()).toEqual(['0001_test', '0002_test']);
  const { rows } = await admin.query(`SELECT indisvalid FROM pg_index WHERE indexrelid = 'things_id'::regclass`);
  expect(rows).toEqual([{ indisvalid: true }]);
});

test('does not hold up others at a table that a long transaction uses, and gets through after it', async () => {
  await apply([make]);
  const busy = await connected();
  await busy.query('BEGIN; SELECT FROM things');
  const altering = apply([make, migration(2, 'ALTER TABLE things ADD COLUMN label text')]);
  const refused = async () =>
    (await admin.query(`SELECT FROM pg_stat_activity WHERE application_name = '' AND wait_event_type = 'Lock'`))
      .rowCount;
  await expect.poll(refused, { timeout: 5_000 }).toBe(1);
  // It has given up waiting: a reader behind it would otherwise wait for the long transaction too.
  await expect.poll(refused, { timeout: 8_000 }).toBe(0);
  expect(await things()).toEqual([1]);
  await busy.query('COMMIT');
  expect(await altering).toEqual(['0002_test']);
  await busy.end();
});

test('brings an empty database up to date, and knows what one lacks that has some of it', async () => {
  const url = server.url('things');
  for (const service of serviceNames) {
    await admin.query('DROP SCHEMA IF EXISTS drizzle CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    const names = migrationsOf(service).map(({ name }) => name);
    expect(await statusOf(url, service)).toEqual({ applied: 0, pending: names });
    expect(await migrateDatabase(url, service)).toEqual(names);
    expect(await statusOf(url, service)).toEqual({ applied: names.length, pending: [] });
    await admin.query('DELETE FROM drizzle.__drizzle_migrations WHERE id > 1');
    expect((await statusOf(url, service)).pending).toEqual(names.slice(1));
  }
});
