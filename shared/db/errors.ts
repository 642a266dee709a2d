import { z } from 'zod';

const SqlError = z.object({ code: z.string(), constraint: z.string().nullish() });

/** Thrown when the database could not be reached or did not answer in time. */
export class DatabaseUnavailable extends Error {
  constructor(cause: unknown) {
    super('The database does not answer.', { cause });
    this.name = 'DatabaseUnavailable';
  }
}

/** SQLSTATE and constraint of an error, whether drizzle wrapped it (single queries) or not (batches). */
export function sqlError(error: unknown): { code: string; constraint: string | null } | null {
  for (let at = error; at instanceof Error; at = at.cause) {
    const parsed = SqlError.safeParse(at);
    if (parsed.success) return { code: parsed.data.code, constraint: parsed.data.constraint ?? null };
  }
  return null;
}

/** Whether the database refused because of this constraint or unique index. */
export function violates(error: unknown, constraint: string): boolean {
  return sqlError(error)?.constraint === constraint;
}

/**
 * Connection failures, and the SQLSTATE classes in which the server is not able to serve (08, 53, 57P) or gave up one of
 * several transactions that waited for each other (40). Nothing was done; the request can be repeated.
 */
export function isDatabaseUnavailable(error: unknown): boolean {
  const sqlState = sqlError(error)?.code;
  if (sqlState) return /^(08|40|53|57P)/.test(sqlState);
  for (let at = error; at instanceof Error; at = at.cause) {
    // A TimeoutError is our own limit, met while the answer was being read.
    if (at instanceof DatabaseUnavailable || at.name === 'NeonDbError' || at.name === 'TimeoutError') return true;
  }
  return false;
}
