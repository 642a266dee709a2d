import { neon, neonConfig } from '@neondatabase/serverless';
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

/**
 * The service's database over Neon's HTTP protocol: one round trip a statement or batch, nothing to keep open.
 * Round trips are counted in the request's context.
 */
export function connect({ DATABASE_URL, NEON_ENDPOINT }: DatabaseBindings): Database {
  neonConfig.fetchFunction = countedFetch;
  if (NEON_ENDPOINT) neonConfig.fetchEndpoint = NEON_ENDPOINT;
  return drizzle(neon(DATABASE_URL));
}

async function countedFetch(url: string, init: RequestInit): Promise<Response> {
  requestContext().roundTrips++;
  try {
    return await fetch(url, { ...init, signal: AbortSignal.timeout(timeoutMilliseconds) });
  } catch (error) {
    throw new DatabaseUnavailable(error);
  }
}

/** The least that shows that the database answers, for the readiness probe. */
export async function ping(db: Database): Promise<void> {
  await db.execute(sql`SELECT 1`);
}
