import { sql } from 'drizzle-orm';

import type { Database } from '#shared/db/postgres.ts';

/**
 * Keeps all else that decides about this user's saved methods away until the commit. What the batch looks at must be in a
 * later statement. A batch that locks an order or a payment too does so before.
 */
export function lockSavedMethods(db: Database, userId: string) {
  return db.execute(sql`SELECT pg_advisory_xact_lock(hashtextextended(${userId}::uuid::text, 1))`);
}
