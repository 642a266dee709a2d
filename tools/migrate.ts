/**
 * Brings the Postgres databases up to date with `drizzle/<service>/migrations`.
 * As a command it migrates those named by DATABASE_URL_USERS, _PRODUCTS, _ORDERS and _PAYMENTS.
 */
import { Client } from 'pg';

import { migrationsOf } from '#tools/migrations/files.ts';
import { applyPending, pendingOf } from '#tools/migrations/runner.ts';

export type ServiceName = 'users' | 'products' | 'orders' | 'payments';

/** The services that own a Postgres database. */
export const serviceNames: readonly ServiceName[] = ['users', 'products', 'orders', 'payments'];

/**
 * Applies the migrations that the database at `url` lacks, one after the other, and answers their names. What is applied
 * stays so when a later one fails. Safe to run again and by several processes at once: the later ones wait, then find
 * nothing to do. `url` must reach Postgres directly, not through a transaction pooler, as the lock belongs to the session.
 */
export function migrateDatabase(url: string, service: ServiceName): Promise<string[]> {
  return withClient(url, (client) => applyPending(client, migrationsOf(service)));
}

/** How many migrations the database at `url` has, and the names of those that it lacks. Changes nothing. */
export function statusOf(url: string, service: ServiceName): Promise<{ applied: number; pending: string[] }> {
  return withClient(url, async (client) => {
    const migrations = migrationsOf(service);
    const pending = await pendingOf(client, migrations);
    return { applied: migrations.length - pending.length, pending: pending.map(({ name }) => name) };
  });
}

/** The variable that names a service's database to the tools. */
export function variableName(service: ServiceName): string {
  return `DATABASE_URL_${service.toUpperCase()}`;
}

async function withClient<Result>(url: string, work: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client({ connectionString: url, application_name: 'migrate' });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function migrateFromEnvironment(): Promise<void> {
  const named = serviceNames.flatMap((service) => {
    const url = process.env[variableName(service)];
    return url ? [{ service, url }] : [];
  });
  if (named.length === 0) {
    console.error(`No database given. Set at least one of ${serviceNames.map(variableName).join(', ')}.`);
    process.exitCode = 2;
    return;
  }
  for (const { service, url } of named) {
    try {
      const applied = await migrateDatabase(url, service);
      console.log(`${service}: ${applied.length === 0 ? 'up to date' : `applied ${applied.join(', ')}`}`);
    } catch (error) {
      console.error(`${service}: not migrated: ${error instanceof Error ? error.message : String(error)}`);
      process.exitCode = 1;
    }
  }
}

// import.meta.main is missing before Node 24.2.
if (process.argv[1] === import.meta.filename) await migrateFromEnvironment();
