/**
 * Tokens that are mailed: at most one a user and kind, of which the database has the SHA-256. Whatever makes or spends
 * one locks the user's row first.
 */
import { and, eq, inArray, lte, not, type SQL, sql } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';

import { emailVerificationTokens, passwordResetTokens, users } from '#drizzle/users/schema.ts';
import { newSecret, sha256 } from '#shared/auth/secrets.ts';
import type { Contact, TokenMail } from '#shared/contracts/users.ts';
import type { Database } from '#shared/db/postgres.ts';
import { deletedAtOnce, deleteInParts } from '#shared/db/retention.ts';

import { isLive } from './accounts.ts';
import { lockUser } from './users.ts';

const kinds = {
  verification: {
    table: emailVerificationTokens,
    life: sql`interval '24 hours'`,
    recipients: and(isLive, not(users.is_verified)),
  },
  password_reset: { table: passwordResetTokens, life: sql`interval '1 hour'`, recipients: isLive },
};

/** Where to write to a user, deactivated or not; null if the account is deleted or unknown. */
export async function findContact(db: Database, userId: string): Promise<Contact | null> {
  const [contact] = await db
    .select({ email: users.email, first_name: users.first_name })
    .from(users)
    .where(and(eq(users.id, userId), not(users.is_deleted)));
  return contact ?? null;
}

/** First name and initial of a live account, `Sam S.`; null if it is gone. */
export async function findAuthorName(db: Database, userId: string): Promise<string | null> {
  const [author] = await db
    .select({ name: sql<string>`${users.first_name} || ' ' || left(${users.last_name}, 1) || '.'` })
    .from(users)
    .where(and(eq(users.id, userId), isLive));
  return author?.name ?? null;
}

/** A new token for a mail in place of the one before. Null, and nothing done, if the user is not to have such a mail. */
export async function newMailToken(db: Database, kind: keyof typeof kinds, userId: string): Promise<TokenMail | null> {
  const { table, life, recipients } = kinds[kind];
  const recipient = and(eq(users.id, userId), recipients);
  const token = newSecret();
  const [, , , [mail]] = await db.batch([
    lockUser(db, userId),
    db.delete(table).where(sql`user_id IN (SELECT id FROM users WHERE ${recipient})`),
    db.execute(sql`
      INSERT INTO ${table} (id, user_id, token, expires_at)
      SELECT ${uuidv7()}, users.id, ${sha256(token)}, now() + ${life} FROM users WHERE ${recipient}`),
    db
      .select({ email: users.email, first_name: users.first_name, expires_at: table.expires_at })
      .from(table)
      .innerJoin(users, eq(users.id, table.user_id))
      .where(eq(table.token, sha256(token))),
  ]);
  return mail ? { ...mail, token } : null;
}

/** Spends the token and marks its user's email as verified. False for one that is unknown, used or expired. */
export async function verifyEmail(db: Database, token: string): Promise<boolean> {
  const [, { rowCount }] = await db.batch([
    db
      .select({ id: users.id })
      .from(users)
      .where(eq(users.id, sql`(SELECT user_id FROM email_verification_tokens WHERE token = ${sha256(token)})`))
      .for('no key update'),
    db.execute(sql`
      WITH spent AS (${spend(kinds.verification.table, token)})
      UPDATE users SET is_verified = true FROM spent WHERE users.id = spent.id`),
  ]);
  return rowCount === 1;
}

/** Whose password the token would reset; null for a token that is unknown, used or expired. */
export async function findResetAccount(db: Database, token: string): Promise<{ id: string; email: string } | null> {
  const [account] = await db
    .select({ id: users.id, email: users.email })
    .from(passwordResetTokens)
    .innerJoin(users, eq(users.id, passwordResetTokens.user_id))
    .where(and(eq(passwordResetTokens.token, sha256(token)), isSpendable));
  return account ?? null;
}

/** Uses up a token, once. Returns its user as `id`. */
export function spend(table: typeof emailVerificationTokens | typeof passwordResetTokens, token: string): SQL {
  return sql`
    UPDATE ${table} SET is_used = true FROM users
     WHERE token = ${sha256(token)} AND users.id = user_id AND ${isSpendable} RETURNING users.id`;
}

const isSpendable = and(sql`NOT is_used AND expires_at > now()`, isLive);

/** Deletes tokens past their life, used or not. `now`: the sweep's clock. Passes over those that a request holds. */
export async function deleteExpiredMailTokens(db: Database, now: Date): Promise<number> {
  let deleted = 0;
  for (const { table } of Object.values(kinds)) {
    deleted += await deleteInParts(async () => {
      const expired = db
        .select({ id: table.id })
        .from(table)
        .where(lte(table.expires_at, now))
        .orderBy(table.expires_at)
        .limit(deletedAtOnce)
        .for('update', { skipLocked: true });
      const { rowCount } = await db.delete(table).where(inArray(table.id, expired));
      return rowCount;
    });
  }
  return deleted;
}
