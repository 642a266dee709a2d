import { and, desc, eq, inArray, lt, sql } from 'drizzle-orm';

import { refreshTokens, users } from '#drizzle/users/schema.ts';
import type { Database } from '#shared/db/postgres.ts';
import type { Position } from '#shared/http/pages.ts';

import { isLive } from './accounts.ts';
import { lockUser } from './users.ts';

/** Has not been replaced, revoked or outlived: what a session goes on with. */
const isCurrent = sql`(replaced_at IS NULL AND revoked_at IS NULL AND expires_at > now())`;

/** The agent is that of the oldest token that is still there: all of a family have the same. */
const sessionColumns = {
  id: refreshTokens.family_id,
  user_agent: sql<string | null>`(array_agg(user_agent ORDER BY id))[1]`,
  last_used_at: sql<Date>`max(created_at)`.mapWith(refreshTokens.created_at),
  expires_at: sql<Date>`max(expires_at) FILTER (WHERE ${isCurrent})`.mapWith(refreshTokens.expires_at),
};

export type SessionRow = Awaited<ReturnType<typeof selectSessions>>[number];

/**
 * Up to `limit` sessions of the user after `position`, newest first; null if the account is not live. The ids are in
 * the order in which the sessions began (UUIDv7).
 */
export async function listSessions(
  db: Database,
  userId: string,
  page: { position: Position | null; limit: number },
): Promise<SessionRow[] | null> {
  const [[user], sessions] = await db.batch([
    db
      .select({ id: users.id })
      .from(users)
      .where(and(eq(users.id, userId), isLive)),
    selectSessions(db, userId, page),
  ]);
  return user ? sessions : null;
}

function selectSessions(
  db: Database,
  userId: string,
  { position, limit }: { position: Position | null; limit: number },
) {
  return db
    .select(sessionColumns)
    .from(refreshTokens)
    .where(and(eq(refreshTokens.user_id, userId), position ? lt(refreshTokens.family_id, position.id) : undefined))
    .groupBy(refreshTokens.family_id)
    .having(sql`bool_or(${isCurrent})`)
    .orderBy(desc(refreshTokens.family_id))
    .limit(limit);
}

/** Ends a session of the user. `not_found` if it is not theirs, or has ended. */
export async function endSession(
  db: Database,
  userId: string,
  sessionId: string,
): Promise<'ended' | 'not_found' | 'account_gone'> {
  const family = and(eq(refreshTokens.family_id, sessionId), eq(refreshTokens.user_id, userId));
  const liveUser = and(eq(users.id, userId), isLive);
  const [, [user], ended] = await db.batch([
    lockUser(db, userId),
    db.select({ id: users.id }).from(users).where(liveUser),
    db
      .update(refreshTokens)
      .set({ revoked_at: sql`now()` })
      .where(
        and(
          family,
          sql`revoked_at IS NULL`,
          sql`EXISTS (SELECT FROM refresh_tokens WHERE ${family} AND ${isCurrent})`,
          inArray(refreshTokens.user_id, db.select({ id: users.id }).from(users).where(liveUser)),
        ),
      )
      .returning({ id: refreshTokens.id }),
  ]);
  if (!user) return 'account_gone';
  return ended.length > 0 ? 'ended' : 'not_found';
}
