import { neon, neonConfig, type NeonQueryFunction } from '@neondatabase/serverless';
import { sql } from 'drizzle-orm';
import { drizzle, type NeonHttpDatabase } from 'drizzle-orm/neon-http';

import { DatabaseUnavailable } from '#shared/db/errors.ts';
import { requestContext } from '#shared/http/context.ts';
import { faultPoint } from '#shared/http/faults.ts';

export type Database = NeonHttpDatabase;

export interface DatabaseBindings {
  DATABASE_URL: string;
  /** Set locally only: where a Neon-compatible endpoint listens. Neon's own is derived from the URL. */
  NEON_ENDPOINT?: string;
  /** Tests only: see `shared/http/faults.ts`. */
  TEST_CHECKPOINTS?: string;
}

const timeoutMilliseconds = 5_000;
/** For work that goes through much at once and whose caller waits for it: all its statements together. */
const longWorkMilliseconds = 10 * 60_000;

/**
 * The service's database over Neon's HTTP protocol: one round trip a statement or batch, nothing to keep open.
 * Round trips are counted in the request's context.
 */
export function connect(bindings: DatabaseBindings): Database {
  return configured(bindings, neon(bindings.DATABASE_URL));
}

/** The same for an import or an export: a statement may take as long as it needs to. */
export function connectForLongWork(bindings: DatabaseBindings): Database {
  const signal = AbortSignal.timeout(longWorkMilliseconds);
  return configured(bindings, neon(bindings.DATABASE_URL, { fetchOptions: { signal } }));
}

function configured(
  { NEON_ENDPOINT, TEST_CHECKPOINTS }: DatabaseBindings,
  client: NeonQueryFunction<false, false>,
): Database {
  neonConfig.fetchFunction = TEST_CHECKPOINTS === 'on' ? disturbedFetch : countedFetch;
  if (NEON_ENDPOINT) neonConfig.fetchEndpoint = NEON_ENDPOINT;
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

/** The same where a test may disturb it. Its timer ends with the call: a worker that was killed has none left. */
async function disturbedFetch(url: string, init: RequestInit): Promise<Response> {
  const statements = typeof init.body === 'string' ? init.body : '';
  const limit = () => new DOMException('The operation was aborted due to timeout', 'TimeoutError');
  const send = async () => {
    if (init.signal) return countedFetch(url, init);
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(limit()), timeoutMilliseconds);
    return countedFetch(url, { ...init, signal: controller.signal }).finally(() => clearTimeout(timer));
  };
  try {
    return await faultPoint(`database ${statements}`, send, limit);
  } catch (error) {
    throw error instanceof DatabaseUnavailable ? error : new DatabaseUnavailable(error);
  }
}

/** The least that shows that the database answers, for the readiness probe. */
export async function ping(db: Database): Promise<void> {
  await db.execute(sql`SELECT 1`);
}
