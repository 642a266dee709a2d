import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';

import { Client, escapeIdentifier } from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';

import type { Content, DatabaseContent } from '#tools/backup/manifest.ts';
import { differences, measure } from '#tools/backup/measure.ts';
import { plainText, readingOf, type Table, tablesOf, writingOf } from '#tools/backup/tables.ts';
import type { ServiceName } from '#tools/migrate.ts';
import { migrationsOf } from '#tools/migrations/files.ts';
import { applyPending, pendingOf } from '#tools/migrations/runner.ts';

/** Tables of which migrations write the first rows. */
const filledByMigrations = new Set(['user_roles', 'payment_methods']);

/** Connects, works, and closes the connection. */
export async function connected<Result>(url: string, work: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client({ connectionString: url, application_name: 'backup' });
  // A lost connection is told by the query that waits on it.
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query(plainText);
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Writes every table of the client's snapshot to a file of its own in `folder`. */
export async function saveDatabase(client: Client, service: ServiceName, folder: string): Promise<DatabaseContent> {
  const migrations = migrationsOf(service);
  const pending = new Set((await pendingOf(client, migrations)).map(({ name }) => name));
  const tables: Record<string, Content> = {};
  for (const table of await tablesOf(client)) {
    const { through, content } = measure();
    const file = createWriteStream(fileOf(folder, table.name), { mode: 0o600, flags: 'wx' });
    await pipeline(client.query(copyTo(readingOf(table))), through, createGzip(), file);
    tables[table.name] = content();
  }
  return {
    migrations: migrations.map(({ name }) => name).filter((name) => !pending.has(name)),
    tables,
    // They know no snapshots: read last, they are at least as far as the rows.
    sequences: await sequencesOf(client),
  };
}

/**
 * Fills an empty database from `folder`, all or nothing: makes its tables as they were, copies the rows past all triggers,
 * and compares what is there then with what was saved. Events of the last hour are to be sent again: what was on its way
 * in the queues is in no backup, and who has had them knows their ids.
 */
export async function fillDatabase(
  client: Client,
  {
    service,
    folder,
    kept,
    resendFrom,
  }: { service: ServiceName; folder: string; kept: DatabaseContent; resendFrom: Date },
): Promise<void> {
  await makeTables(client, service, kept.migrations);
  const tables = (await tablesOf(client)).filter(({ name }) => kept.tables[name] !== undefined);
  await client.query('BEGIN');
  try {
    for (const { name } of tables) await refuseFilled(client, service, name);
    for (const table of tables) await fillTable(client, table, folder);
    for (const [name, value] of Object.entries(kept.sequences)) {
      if (value !== null) await client.query('SELECT setval($1::regclass, $2)', [escapeIdentifier(name), value]);
    }
    const wrong = differences(kept.tables, await contentOf(client, tables));
    if (wrong.length > 0) throw new Error(`${service} was not restored:\n${wrong.join('\n')}`);
    await client.query('UPDATE outbox SET sent_at = NULL WHERE created_at >= $1', [resendFrom]);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  }
  await client.query('ANALYZE');
}

async function makeTables(client: Client, service: ServiceName, names: string[]): Promise<void> {
  const migrations = migrationsOf(service);
  const wanted = migrations.filter(({ name }) => names.includes(name));
  const unknown = names.filter((name) => !wanted.some((migration) => migration.name === name));
  if (unknown.length > 0) {
    throw new Error(`${service}: the backup is of a later release, with ${unknown.join(', ')}. Restore it with that.`);
  }
  await applyPending(client, wanted);
  const present = migrations.length - (await pendingOf(client, migrations)).length;
  if (present > wanted.length) {
    throw new Error(`${service}: this database has later tables than the backup. Restore into one without tables.`);
  }
}

async function refuseFilled(client: Client, service: ServiceName, table: string): Promise<void> {
  const name = escapeIdentifier(table);
  if (filledByMigrations.has(table)) return void (await client.query(`DELETE FROM ${name}`));
  // Whoever uses the table now keeps this waiting, and nobody comes to it before the end.
  await client.query(`LOCK TABLE ${name} IN ACCESS EXCLUSIVE MODE`);
  const { rows } = await client.query(`SELECT FROM ${name} LIMIT 1`);
  if (rows.length > 0) throw new Error(`${service}: ${table} is not empty. Restore into an empty database.`);
}

async function fillTable(client: Client, table: Table, folder: string): Promise<void> {
  const name = escapeIdentifier(table.name);
  // What triggers wrote then is among the rows. Not `session_replication_role`, which a hosted database does not give out.
  await client.query(`ALTER TABLE ${name} DISABLE TRIGGER USER`);
  const source = createReadStream(fileOf(folder, table.name));
  await pipeline(source, createGunzip(), client.query(copyFrom(writingOf(table))));
  await client.query(`ALTER TABLE ${name} ENABLE TRIGGER USER`);
}

async function contentOf(client: Client, tables: Table[]): Promise<Record<string, Content>> {
  const found: Record<string, Content> = {};
  for (const table of tables) {
    const { through, content } = measure();
    const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
    await pipeline(client.query(copyTo(readingOf(table))), through, nowhere);
    found[table.name] = content();
  }
  return found;
}

async function sequencesOf(client: Client): Promise<Record<string, string | null>> {
  const { rows } = await client.query<{ name: string; value: string | null }>(
    `SELECT sequencename AS name, last_value::text AS value FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1`,
  );
  return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
}

function fileOf(folder: string, table: string): string {
  return join(folder, `${table}.copy.gz`);
}
