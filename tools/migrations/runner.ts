import { setTimeout as sleep } from 'node:timers/promises';

import { type Client, DatabaseError } from 'pg';

import type { Migration } from '#tools/migrations/files.ts';

/** Any number that nothing else locks on in these databases; every migrating process must use the same. */
const migrationLock = 7_245_013;
const lockPollMilliseconds = 200;

/**
 * A statement that waits for a table's lock lets nobody else at the table meanwhile. So it gives up soon, and the
 * migration is tried again when the others have had their turn.
 */
const lockTimeoutMilliseconds = 3_000;
const lockTries = 10;
const lockNotAvailable = '55P03';

/**
 * Applies what the database lacks, each migration in a transaction of its own, and answers their names. The bookkeeping is
 * that of drizzle's migrator: a migration is applied if its time is not after that of the last one applied.
 */
export async function applyPending(client: Client, migrations: Migration[]): Promise<string[]> {
  await takeLock(client);
  await client.query('CREATE SCHEMA IF NOT EXISTS drizzle');
  await client.query(
    `CREATE TABLE IF NOT EXISTS drizzle.__drizzle_migrations (
       id serial PRIMARY KEY, hash text NOT NULL, created_at bigint)`,
  );
  const pending = await pendingOf(client, migrations);
  for (const migration of pending) {
    await (migration.inTransaction ? applyInTransaction(client, migration) : applyOutside(client, migration));
  }
  return pending.map(({ name }) => name);
}

/** What `applyPending` would apply. Changes nothing. */
export async function pendingOf(client: Client, migrations: Migration[]): Promise<Migration[]> {
  const table = await client.query<{ present: boolean }>(
    `SELECT to_regclass('drizzle.__drizzle_migrations') IS NOT NULL AS present`,
  );
  if (!table.rows[0]?.present) return migrations;
  const { rows } = await client.query<{ last: string | null }>(
    'SELECT max(created_at) AS last FROM drizzle.__drizzle_migrations',
  );
  const last = rows[0]?.last ?? null;
  return last === null ? migrations : migrations.filter(({ when }) => when > Number(last));
}

/**
 * Released when the session ends, also if this process is killed. Asked for again and again instead of waited for: CREATE
 * INDEX CONCURRENTLY waits until all statements of others have ended, so that it and a waiting one would block each other.
 */
async function takeLock(client: Client): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1) AS taken', [
      migrationLock,
    ]);
    if (rows[0]?.taken) return;
    await sleep(lockPollMilliseconds);
  }
}

async function applyInTransaction(client: Client, migration: Migration): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await client.query('BEGIN');
      await client.query(`SET LOCAL lock_timeout = ${lockTimeoutMilliseconds}`);
      for (const statement of migration.statements) await client.query(statement);
      await record(client, migration);
      await client.query('COMMIT');
      return;
    } catch (error) {
      await client.query('ROLLBACK').catch(() => {});
      const isBusy = error instanceof DatabaseError && error.code === lockNotAvailable;
      if (!isBusy || tries === lockTries) throw failed(migration, error);
      await sleep(tries * 500);
    }
  }
}

/** Statement by statement. If one fails, all of them run again next time: they must bear that. */
async function applyOutside(client: Client, migration: Migration): Promise<void> {
  try {
    for (const statement of migration.statements) await client.query(statement);
    await record(client, migration);
  } catch (error) {
    throw failed(migration, error);
  }
}

async function record(client: Client, { hash, when }: Migration): Promise<void> {
  await client.query('INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ($1, $2)', [hash, when]);
}

function failed({ name }: Migration, error: unknown): Error {
  const reason = error instanceof Error ? error.message : String(error);
  return new Error(`${name}: ${reason}`, { cause: error });
}
