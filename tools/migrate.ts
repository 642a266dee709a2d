/**
 * Brings the Postgres databases up to date with `drizzle/<service>/migrations`.
 * As a command it migrates those named by DATABASE_URL_USERS, _PRODUCTS, _ORDERS and _PAYMENTS.
 */
import { join } from 'node:path';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import { Client } from 'pg';

export type ServiceName = 'users' | 'products' | 'orders' | 'payments';

/** The services that own a Postgres database. */
export const serviceNames: readonly ServiceName[] = ['users', 'products', 'orders', 'payments'];

/** Any number that nothing else locks on in these databases; every migrating process must use the same. */
const migrationLock = 7_245_013;

/**
 * Applies the migrations that the database at `url` lacks, all or none of them.
 * Safe to run again and by several processes at once: the later ones wait, then find nothing to do.
 * `url` must reach Postgres directly, not through a transaction pooler, as the lock belongs to the session.
 */
export async function migrateDatabase(url: string, service: ServiceName): Promise<void> {
  await applyPending(url, service);
}

/** Does the work of `migrateDatabase` and answers how many migrations it applied. */
async function applyPending(url: string, service: ServiceName): Promise<number> {
  const client = new Client({ connectionString: url, application_name: 'migrate' });
  await client.connect();
  try {
    // Released when the session ends, also if this process is killed.
    await client.query('SELECT pg_advisory_lock($1)', [migrationLock]);
    const before = await countApplied(client);
    await migrate(drizzle(client), { migrationsFolder: migrationsFolder(service) });
    return (await countApplied(client)) - before;
  } finally {
    await client.end();
  }
}

function migrationsFolder(service: ServiceName): string {
  return join(import.meta.dirname, '..', 'drizzle', service, 'migrations');
}

async function countApplied(client: Client): Promise<number> {
  const table = await client.query<{ present: boolean }>(
    `SELECT to_regclass('drizzle.__drizzle_migrations') IS NOT NULL AS present`,
  );
  if (!table.rows[0]?.present) return 0;
  const applied = await client.query<{ total: number }>(
    'SELECT count(*)::int AS total FROM drizzle.__drizzle_migrations',
  );
  return applied.rows[0]?.total ?? 0;
}

function variableName(service: ServiceName): string {
  return `DATABASE_URL_${service.toUpperCase()}`;
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
      const applied = await applyPending(url, service);
      console.log(`${service}: ${applied === 0 ? 'up to date' : `${applied} migrations applied`}`);
    } catch (error) {
      console.error(`${service}: not migrated: ${reason(error)}`);
      process.exitCode = 1;
    }
  }
}

/** What Postgres said: drizzle's own message is the failed statement, its cause is why. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return `${error.message}: ${error.cause.message}`;
  return error.message;
}

// import.meta.main is missing before Node 24.2.
if (process.argv[1] === import.meta.filename) await migrateFromEnvironment();
