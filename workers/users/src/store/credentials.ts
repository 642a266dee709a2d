import { and, eq, not, sql } from 'drizzle-orm';

import { users } from '#drizzle/users/schema.ts';
import type { Database } from '#shared/db/postgres.ts';

import { type Account, accountColumns } from './accounts.ts';
import { type Attempt, countAttempt } from './login-failures.ts';

export interface Credentials {
  account: Account;
  /** The password's hash. */
  password: string;
}

/**
 * Counts a login attempt and reads whom it is for, deactivated or not: null for nobody. `email` in lower case. After too
 * many failures nothing is counted, and the answer is when to come back.
 */
export async function beginAttempt(
  db: Database,
  email: string,
  attempt: Attempt,
): Promise<{ waitSeconds: number } | { found: Credentials | null }> {
  const [, refusal, [found]] = await db.batch([...countAttempt(db, attempt), selectCredentials(db, email)]);
  const seconds = refusal.rows[0]?.seconds ?? null;
  return seconds === null ? { found: found ?? null } : { waitSeconds: Math.max(seconds, 1) };
}

function selectCredentials(db: Database, email: string) {
  return db
    .select({ account: accountColumns, password: users.password })
    .from(users)
    .where(and(eq(sql`lower(${users.email})`, email), not(users.is_deleted)));
}

/** Puts another hash of the same password in the place of `old`, unless the password was changed meanwhile. */
export async function replaceHash(db: Database, userId: string, old: string, hash: string): Promise<void> {
  await db
    .update(users)
    .set({ password: hash })
    .where(and(eq(users.id, userId), eq(users.password, old)));
}
