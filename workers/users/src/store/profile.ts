import { and, eq, sql } from 'drizzle-orm';
import { z } from 'zod';

import { users } from '#drizzle/users/schema.ts';
import { sha256 } from '#shared/auth/secrets.ts';
import { violates } from '#shared/db/errors.ts';
import type { Database } from '#shared/db/postgres.ts';
import type { OutboxEvent } from '#shared/events/events.ts';

import { type Account, accountColumns, isLive } from './accounts.ts';
import { isLastAdmin, lockAdmins } from './last-admin.ts';
import { insertUserEvent } from './outbox.ts';
import { lockUser } from './users.ts';

export interface ProfileChange {
  first_name?: string | undefined;
  last_name?: string | undefined;
  phone_number?: string | null | undefined;
}

/** Changes at least one of the fields. Null if the account is not live. */
export async function updateProfile(
  db: Database,
  userId: string,
  change: ProfileChange,
): Promise<Account | null | 'phone_number_taken'> {
  const liveUser = and(eq(users.id, userId), isLive);
  try {
    const [, [account]] = await db.batch([
      db.update(users).set(change).where(liveUser),
      db.select(accountColumns).from(users).where(liveUser),
    ]);
    return account ?? null;
  } catch (error) {
    if (violates(error, 'users_phone_number_key')) return 'phone_number_taken';
    throw error;
  }
}

/** What the audit log may say of a user that is theirs to have erased. */
const personalFields = '{email,first_name,last_name,phone_number}';

const Outcome = z.enum(['deleted', 'last_admin', 'account_gone']);

/**
 * Deletes an account: the row stays, as orders name its id, but what it says of the person is gone, with everything
 * that hangs on it. All or nothing; not for the last administrator. `email`: the account's, whose failed logins go too.
 */
export async function deleteAccount(
  db: Database,
  { id, email }: { id: string; email: string },
  event: OutboxEvent,
): Promise<z.infer<typeof Outcome>> {
  const [, , { rows }] = await db.batch([
    lockAdmins(db),
    lockUser(db, id),
    db.execute(sql`
      WITH deleted AS (
        UPDATE users SET email = 'deleted-' || id || '@deleted.invalid', password = '!', first_name = '',
               last_name = '', phone_number = NULL, is_active = false, is_deleted = true, deleted_at = now()
         WHERE id = ${id} AND is_active AND NOT is_deleted AND NOT ${isLastAdmin(id)} RETURNING id),
      addresses AS (DELETE FROM user_addresses USING deleted WHERE user_id = deleted.id),
      sessions AS (DELETE FROM refresh_tokens USING deleted WHERE user_id = deleted.id),
      resets AS (DELETE FROM password_reset_tokens USING deleted WHERE user_id = deleted.id),
      verifications AS (DELETE FROM email_verification_tokens USING deleted WHERE user_id = deleted.id),
      roles AS (DELETE FROM user_role_mapping USING deleted WHERE user_id = deleted.id),
      changes AS (
        UPDATE audit_log SET before = before - ${personalFields}::text[], after = after - ${personalFields}::text[]
          FROM deleted WHERE resource_type = 'user' AND resource_id = deleted.id::text),
      failures AS (
        DELETE FROM login_failures WHERE (account, client) IN (
          SELECT account, client FROM login_failures
           WHERE account = ${sha256(email)} AND EXISTS (SELECT FROM deleted) ORDER BY client FOR UPDATE)),
      told AS (${insertUserEvent(event, sql`deleted`)})
      SELECT CASE WHEN EXISTS (SELECT FROM deleted) THEN 'deleted'
                  WHEN EXISTS (SELECT FROM users WHERE id = ${id} AND is_active AND NOT is_deleted) THEN 'last_admin'
                  ELSE 'account_gone' END AS outcome`),
  ]);
  return Outcome.parse(rows[0]?.['outcome']);
}
