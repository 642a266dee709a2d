import { neon, neonConfig, type NeonQueryFunction } from '@neondatabase/serverless';
import { sql } from 'drizzle-orm';
import { drizzle, type NeonHttpDatabase } from 'drizzle-orm/neon-http';

import { DatabaseUnavailable } from '#shared/db/errors.ts';
import { requestContext } from '#shared/http/context.ts';

export type Database = NeonHttpDatabase;

export interface DatabaseBindings {
  DATABASE_URL: string;
  /** Set locally only: where a Neon-compatible endpoint listens. Neon's own is derived from the URL. */
  NEON_ENDPOINT?: string;
}

const timeoutMilliseconds = 5_000;
/** For work that goes through much at once and whose caller waits for it: all its statements together. */
const longWorkMilliseconds = 10 * 60_000;

/**
 * The service's database over Neon's HTTP protocol: one round trip a statement or batch, nothing to keep open.
 * Round trips are counted in the request's context.
 */
export function connect({ DATABASE_URL, NEON_ENDPOINT }: DatabaseBindings): Database {
  return configured(NEON_ENDPOINT, neon(DATABASE_URL));
}

/** The same for an import or an export: a statement may take as long as it needs to. */
export function connectForLongWork({ DATABASE_URL, NEON_ENDPOINT }: DatabaseBindings): Database {
  const signal = AbortSignal.timeout(longWorkMilliseconds);
  return configured(NEON_ENDPOINT, neon(DATABASE_URL, { fetchOptions: { signal } }));
}

function configured(endpoint: string | undefined, client: NeonQueryFunction<false, false>): Database {
  neonConfig.fetchFunction = countedFetch;
  if (endpoint) neonConfig.fetchEndpoint = endpoint;
  return drizzle(client);
}

async function countedFetch(url: string, init: RequestInit): Promise<Response> {
  requestContext().roundTrips++;
  try {
    return await fetch(url, { ...init, signal: init.signal ?? AbortSignal.timeout(timeoutMilliseconds) });
  } catch (error) {
    throw new DatabaseUnavailable(error);
  }
}

/** The least that shows that the database answers, for the readiness probe. */
export async function ping(db: Database): Promise<void> {
  await db.execute(sql`SELECT 1`);
}
