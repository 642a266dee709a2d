import { and, asc, desc, eq, not, or, sql } from 'drizzle-orm';

import { refreshTokens, userRoles, users } from '#drizzle/users/schema.ts';
import { violates } from '#shared/db/errors.ts';
import type { Database } from '#shared/db/postgres.ts';
import type { Position } from '#shared/http/pages.ts';

import { type Account, accountColumns } from './accounts.ts';
import { recorded, selectLiveActor } from './audit-log.ts';
import { isLastAdmin, lockAdmins } from './last-admin.ts';

export interface UserFilter {
  /** Beginning of the email address, the first or the last name. */
  q?: string | undefined;
  role?: string | undefined;
  is_active?: boolean | undefined;
  ascending: boolean;
}

export interface UserChange {
  is_active?: boolean | undefined;
  is_verified?: boolean | undefined;
  first_name?: string | undefined;
  last_name?: string | undefined;
  phone_number?: string | null | undefined;
}

/** Up to `limit` users after `position` by creation time, deactivated ones too; null if the actor is not live. */
export async function listUsers(
  db: Database,
  actorId: string,
  filter: UserFilter,
  { position, limit }: { position: Position | null; limit: number },
): Promise<Account[] | null> {
  const { q, role, is_active, ascending } = filter;
  const hasRole = role === undefined ? undefined : await holds(db, role);
  const direction = ascending ? asc : desc;
  const [[actor], found] = await db.batch([
    selectLiveActor(db, actorId),
    db
      .select(accountColumns)
      .from(users)
      .where(
        and(
          not(users.is_deleted),
          q === undefined ? undefined : beginsWith(q),
          hasRole,
          is_active === undefined ? undefined : eq(users.is_active, is_active),
          position ? after(position, ascending) : undefined,
        ),
      )
      .orderBy(direction(users.created_at), direction(users.id))
      .limit(limit),
  ]);
  return actor ? found : null;
}

/** Each of the three is served by an index of its own; Postgres combines them, or walks the order of the list. */
function beginsWith(prefix: string) {
  const pattern = `${prefix.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
  return or(
    sql`lower(${users.email}) LIKE lower(${pattern})`,
    sql`lower(${users.first_name}) LIKE lower(${pattern})`,
    sql`lower(${users.last_name}) LIKE lower(${pattern})`,
  );
}

/**
 * Asks for the role's id first: knowing it, Postgres knows whether few users hold it or most, and begins with its
 * holders or with the order of the list. Either alone takes half a second for 100,000 users in the other case.
 */
async function holds(db: Database, name: string) {
  const [role] = await db.select({ id: userRoles.id }).from(userRoles).where(eq(userRoles.name, name));
  if (!role) return sql`false`;
  return sql`EXISTS (SELECT FROM user_role_mapping AS held WHERE held.user_id = ${users.id} AND held.role_id = ${role.id})`;
}

function after({ key, id }: Position, ascending: boolean) {
  const seen = sql`(${key}::timestamptz, ${id}::uuid)`;
  return ascending
    ? sql`(${users.created_at}, ${users.id}) > ${seen}`
    : sql`(${users.created_at}, ${users.id}) < ${seen}`;
}

/** The user, deactivated or not; null if there is none. */
export async function findUser(db: Database, actorId: string, id: string): Promise<Account | null | 'actor_gone'> {
  const [[actor], [found]] = await db.batch([
    selectLiveActor(db, actorId),
    db.select(accountColumns).from(users).where(isNotDeleted(id)),
  ]);
  return actor ? (found ?? null) : 'actor_gone';
}

/**
 * Changes a user and records what differs, all or nothing. A deactivation ends all sessions; the last administrator
 * stays active. Null if there is no such user.
 */
export async function changeUser(
  db: Database,
  actorId: string,
  id: string,
  change: UserChange,
): Promise<Account | null | 'actor_gone' | 'last_admin' | 'phone_number_taken'> {
  const deactivates = change.is_active === false;
  const { record, isRecorded } = recorded(
    db,
    actorId,
    { type: 'user', id },
    deactivates ? sql`${differences(id, change)} AND NOT ${isLastAdmin(id)}` : differences(id, change),
  );
  try {
    const [, , [actor], , , , [found]] = await db.batch([
      lockAdmins(db),
      lockUser(db, id),
      selectLiveActor(db, actorId),
      record,
      db
        .update(users)
        .set({ ...change, updated_at: sql`now()` })
        .where(and(eq(users.id, id), isRecorded)),
      db
        .update(refreshTokens)
        .set({ revoked_at: sql`now()` })
        .where(and(eq(refreshTokens.user_id, id), sql`revoked_at IS NULL`, isRecorded, sql`${deactivates}`)),
      db
        .select({ account: accountColumns, is_last_admin: isLastAdmin(id) })
        .from(users)
        .where(isNotDeleted(id)),
    ]);
    if (!actor) return 'actor_gone';
    if (!found) return null;
    return deactivates && found.is_last_admin ? 'last_admin' : found.account;
  } catch (error) {
    if (violates(error, 'users_phone_number_key')) return 'phone_number_taken';
    throw error;
  }
}

/** The fields of the change that the user has otherwise, for `recorded`: no row if there are none. */
function differences(id: string, change: UserChange) {
  return sql`
    SELECT CASE after ->> 'is_active' WHEN 'false' THEN 'user.deactivated' WHEN 'true' THEN 'user.activated'
                ELSE 'user.updated' END AS action, before, after
      FROM (
        SELECT jsonb_object_agg(key, old.value) AS before, jsonb_object_agg(key, new.value) AS after
          FROM users CROSS JOIN jsonb_each(to_jsonb(users)) AS old
          JOIN jsonb_each(${JSON.stringify(change)}::jsonb) AS new USING (key)
         WHERE users.id = ${id} AND NOT users.is_deleted AND old.value <> new.value) AS differing
     WHERE after IS NOT NULL`;
}

/** Before anything that reads the user in order to change it. Waits for others that do. */
export function lockUser(db: Database, id: string) {
  return db.select({ id: users.id }).from(users).where(isNotDeleted(id)).for('no key update');
}

export function isNotDeleted(id: string) {
  return and(eq(users.id, id), not(users.is_deleted));
}
