/**
 * Refresh tokens. A session is a family of tokens that replaced one another. Whatever reads and then changes a family,
 * or starts one for what it read of the user, locks the user's row first: a token that is being added can then not
 * escape a revocation, a deactivation or a new password that commits meanwhile. The rows of a family cannot serve as
 * that lock, as the one being added is not visible yet.
 */
import { and, eq, inArray, lte, sql } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';

import { refreshTokens, users } from '#drizzle/users/schema.ts';
import { sha256 } from '#shared/auth/secrets.ts';
import type { Database } from '#shared/db/postgres.ts';
import { deletedAtOnce, deleteInParts } from '#shared/db/retention.ts';

import { type Account, accountColumns } from './accounts.ts';
import { type Attempt, giveBack } from './login-failures.ts';

const life = sql`now() + interval '30 days'`;

/** How long the token just replaced still works, for a client that lost the answer. */
const grace = sql`interval '10 seconds'`;

/** What a session begins with. `userAgent`: what the client calls itself, at most 255 characters. */
export interface NewSession {
  token: string;
  userAgent: string | null;
}

/** The statement that begins a session for a user made in the same batch. */
export function insertFirstToken(db: Database, userId: string, { token, userAgent }: NewSession) {
  return db.insert(refreshTokens).values({
    id: uuidv7(),
    family_id: uuidv7(),
    user_id: userId,
    token_hash: sha256(token),
    user_agent: userAgent,
    expires_at: life,
  });
}

/**
 * Begins a session and gives the login attempt back. Answers false, and begins none, if the account was deactivated,
 * deleted or given another password since it was read.
 */
export async function beginSession(
  db: Database,
  user: { id: string; password: string },
  { token, userAgent }: NewSession,
  attempt: Attempt,
): Promise<boolean> {
  const [{ rowCount }] = await db.batch([
    db.execute(sql`
      INSERT INTO refresh_tokens (id, family_id, user_id, token_hash, user_agent, expires_at)
      SELECT ${uuidv7()}, ${uuidv7()}, users.id, ${sha256(token)}, ${userAgent}, ${life} FROM users
       WHERE users.id = ${user.id} AND password = ${user.password} AND is_active AND NOT is_deleted
         FOR SHARE`),
    giveBack(db, attempt),
  ]);
  return rowCount === 1;
}

/**
 * Replaces a token. Answers the account, or null for a token that is unknown, expired, revoked, used again after its
 * grace, or of an account that is deactivated or deleted. Using a revoked or long replaced one revokes the family: it
 * may have been stolen. One round trip; each statement sees what was committed before the lock was had.
 */
export async function rotateToken(db: Database, token: string, successor: string): Promise<Account | null> {
  const id = uuidv7();
  const [, , [account]] = await db.batch([
    lockUserOf(db, token),
    db.execute(sql`
      WITH presented AS (
        SELECT token.id, family_id, user_id, user_agent,
          CASE WHEN revoked_at IS NOT NULL OR replaced_at <= now() - ${grace} THEN 'reused'
               WHEN expires_at > now() AND is_active AND NOT is_deleted THEN 'valid'
               ELSE 'dead' END AS verdict
          FROM refresh_tokens AS token JOIN users ON users.id = user_id
         WHERE token_hash = ${sha256(token)}),
      replaced AS (
        UPDATE refresh_tokens AS token SET replaced_at = now() FROM presented
         WHERE token.id = presented.id AND verdict = 'valid' AND replaced_at IS NULL),
      revoked AS (
        UPDATE refresh_tokens AS token SET revoked_at = now() FROM presented
         WHERE token.family_id = presented.family_id AND verdict = 'reused' AND revoked_at IS NULL)
      INSERT INTO refresh_tokens (id, family_id, user_id, token_hash, user_agent, expires_at)
      SELECT ${id}, family_id, user_id, ${sha256(successor)}, user_agent, ${life} FROM presented WHERE verdict = 'valid'`),
    db
      .select(accountColumns)
      .from(users)
      .where(eq(users.id, sql`(SELECT user_id FROM refresh_tokens WHERE id = ${id})`)),
  ]);
  return account ?? null;
}

/** Ends the session that the token belongs to, whatever state the token is in. */
export async function revokeFamilyOf(db: Database, token: string): Promise<void> {
  await db.batch([
    lockUserOf(db, token),
    db
      .update(refreshTokens)
      .set({ revoked_at: sql`now()` })
      .where(
        and(
          sql`family_id = (SELECT family_id FROM refresh_tokens WHERE token_hash = ${sha256(token)})`,
          sql`revoked_at IS NULL`,
        ),
      ),
  ]);
}

function lockUserOf(db: Database, token: string) {
  return db
    .select({ id: users.id })
    .from(users)
    .where(eq(users.id, sql`(SELECT user_id FROM refresh_tokens WHERE token_hash = ${sha256(token)})`))
    .for('no key update');
}

/**
 * Deletes tokens that are past their life. `now`: the sweep's clock. Answers how many. It passes over rows that a
 * request holds, so the two can never wait for each other in a circle; the next sweep finds them.
 */
export async function deleteExpiredTokens(db: Database, now: Date): Promise<number> {
  return deleteInParts(async () => {
    const expired = db
      .select({ id: refreshTokens.id })
      .from(refreshTokens)
      .where(lte(refreshTokens.expires_at, now))
      .orderBy(refreshTokens.expires_at)
      .limit(deletedAtOnce)
      .for('update', { skipLocked: true });
    const { rowCount } = await db.delete(refreshTokens).where(inArray(refreshTokens.id, expired));
    return rowCount;
  });
}
