import { type SQL, sql } from 'drizzle-orm';

import { sqlError } from '#shared/db/errors.ts';
import type { Database } from '#shared/db/postgres.ts';

/**
 * First statement of a batch: makes all of it fail (`isGuardRefusal`) unless the query finds a row, and keeps others off
 * that row until the commit (rows that refer to it may still come). What was decided on a row read before is then decided on the row that is changed.
 */
export function requireRow(db: Database, query: SQL) {
  return db.execute(sql`SELECT 1 / (SELECT count(*) FROM (${query} FOR NO KEY UPDATE) AS held)`);
}

const divisionByZero = '22012';

/** Whether a batch failed because a `requireRow` found nothing. */
export function isGuardRefusal(error: unknown): boolean {
  return sqlError(error)?.code === divisionByZero;
}
