/**
 * Counts failed logins, by account and client and by account alone. An attempt is counted before its password is looked
 * at and given back when it was right, so attempts sent at once cannot outrun the count. Every statement here locks the
 * row of the account alone first (its `client` is ''), so none waits for another in a circle.
 */
import { and, eq, inArray, lte, sql } from 'drizzle-orm';

import { loginFailures } from '#drizzle/users/schema.ts';
import { sha256 } from '#shared/auth/secrets.ts';
import type { Database } from '#shared/db/postgres.ts';
import { deletedAtOnce, deleteInParts } from '#shared/db/retention.ts';

const ofClient = { limit: 10, window: sql`interval '15 minutes'` };
const ofAccount = { limit: 100, window: sql`interval '24 hours'` };

/** Whose attempt: hashes, so that the table names neither people nor addresses. */
export interface Attempt {
  account: string;
  client: string;
}

/** `email` in lower case, whether or not somebody has it. `address`: the client's IP address. */
export function attemptOf(email: string, address: string): Attempt {
  return { account: sha256(email), client: sha256(address) };
}

/**
 * The statements that count an attempt, for one batch. The first opens the windows, or new ones where they are over, and
 * locks them; the second counts, unless either is full: then it counts neither and answers the `seconds` until it ends.
 */
export function countAttempt(db: Database, { account, client }: Attempt) {
  return [
    db.execute(sql`
      INSERT INTO login_failures AS kept (account, client, failures, window_ends_at)
      VALUES (${account}, '', 0, now() + ${ofAccount.window}), (${account}, ${client}, 0, now() + ${ofClient.window})
      ON CONFLICT (account, client) DO UPDATE
         SET failures = CASE WHEN kept.window_ends_at > now() THEN kept.failures ELSE 0 END,
             window_ends_at = CASE WHEN kept.window_ends_at > now() THEN kept.window_ends_at
                                   ELSE excluded.window_ends_at END`),
    db.execute<{ seconds: number | null }>(sql`
      WITH exhausted AS (
        SELECT window_ends_at FROM login_failures
         WHERE account = ${account}
           AND (client = '' AND failures >= ${ofAccount.limit} OR client = ${client} AND failures >= ${ofClient.limit})),
      counted AS (
        UPDATE login_failures SET failures = failures + 1
         WHERE account = ${account} AND client IN ('', ${client}) AND NOT EXISTS (SELECT FROM exhausted))
      SELECT ceil(extract(epoch FROM max(window_ends_at) - now()))::int AS seconds FROM exhausted`),
  ] as const;
}

/** The statement that takes an attempt back off the count, because its password was right. */
export function giveBack(db: Database, { account, client }: Attempt) {
  const counted = and(eq(loginFailures.account, account), inArray(loginFailures.client, ['', client]));
  return db.execute(sql`
    UPDATE login_failures AS kept SET failures = kept.failures - 1
      FROM (SELECT account, client FROM login_failures WHERE ${counted} ORDER BY client FOR UPDATE) AS locked
     WHERE (kept.account, kept.client) = (locked.account, locked.client) AND kept.failures > 0`);
}

/** The statement that lets everybody try again, for the batch of a password reset. `email` in lower case. */
export function clearFailures(db: Database, email: string) {
  const locked = sql`(SELECT account, client FROM login_failures WHERE account = ${sha256(email)} ORDER BY client FOR UPDATE)`;
  return db.delete(loginFailures).where(sql`(account, client) IN ${locked}`);
}

/** Deletes the counts of windows that are over. `now`: the sweep's clock. Passes over those that a login holds. */
export async function deleteExpiredFailures(db: Database, now: Date): Promise<number> {
  return deleteInParts(async () => {
    const expired = db
      .select({ account: loginFailures.account, client: loginFailures.client })
      .from(loginFailures)
      .where(lte(loginFailures.window_ends_at, now))
      .orderBy(loginFailures.window_ends_at)
      .limit(deletedAtOnce)
      .for('update', { skipLocked: true });
    const { rowCount } = await db.delete(loginFailures).where(sql`(account, client) IN ${expired}`);
    return rowCount;
  });
}
