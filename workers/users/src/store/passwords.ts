import { type SQL, sql } from 'drizzle-orm';

import { passwordResetTokens } from '#drizzle/users/schema.ts';
import type { Database } from '#shared/db/postgres.ts';
import type { OutboxEvent } from '#shared/events/events.ts';

import { type Attempt, clearFailures, giveBack } from './login-failures.ts';
import { spend } from './mail-tokens.ts';
import { insertUserEvent } from './outbox.ts';
import { lockUser } from './users.ts';

/**
 * Spends the token, sets the hash and ends all sessions; the email has proved to be theirs. False, and none of that, for
 * a token that is no longer good. Failed logins are forgiven to whoever has had one. `account`: of `findResetAccount`.
 */
export async function resetPassword(
  db: Database,
  token: string,
  { account, hash, event }: { account: { id: string; email: string }; hash: string; event: OutboxEvent },
): Promise<boolean> {
  const [, { rowCount }] = await db.batch([
    lockUser(db, account.id),
    db.execute(sql`
      WITH spent AS (${spend(passwordResetTokens, token)}),
      changed AS (
        UPDATE users SET password = ${hash}, is_verified = true FROM spent WHERE users.id = spent.id
        RETURNING users.id),
      ${aftermath(event)}
      SELECT id FROM changed`),
    clearFailures(db, account.email),
  ]);
  return rowCount === 1;
}

/**
 * Sets the hash and ends all sessions, unless the account is no longer live or its password is not `from` any more:
 * false. A reset mail under way loses its worth, and the attempt does not count, as the current password was right.
 */
export async function changePassword(
  db: Database,
  userId: string,
  { from, to, event, attempt }: { from: string; to: string; event: OutboxEvent; attempt: Attempt },
): Promise<boolean> {
  const [, { rowCount }] = await db.batch([
    lockUser(db, userId),
    db.execute(sql`
      WITH changed AS (
        UPDATE users SET password = ${to}
         WHERE id = ${userId} AND password = ${from} AND is_active AND NOT is_deleted RETURNING id),
      voided AS (DELETE FROM password_reset_tokens USING changed WHERE user_id = changed.id),
      ${aftermath(event)}
      SELECT id FROM changed`),
    giveBack(db, attempt),
  ]);
  return rowCount === 1;
}

/** What any change of password does, for the user in `changed`. */
function aftermath(event: OutboxEvent): SQL {
  return sql`
      revoked AS (
        UPDATE refresh_tokens SET revoked_at = now() FROM changed
         WHERE user_id = changed.id AND revoked_at IS NULL),
      told AS (${insertUserEvent(event, sql`changed`)})`;
}
