import { sql } from 'drizzle-orm';

import type { Database } from '#shared/db/postgres.ts';

/**
 * First statement of a batch: keeps everything else that decides about the payments of this order away until the commit.
 * What the batch looks at must be in a later statement, which sees what those before it have committed.
 */
export function lockOrder(db: Database, orderId: string) {
  return db.execute(sql`SELECT pg_advisory_xact_lock(hashtextextended(${orderId}::uuid::text, 0))`);
}
