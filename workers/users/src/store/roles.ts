import { and, asc, eq, sql } from 'drizzle-orm';

import { userRoleMapping, userRoles, users } from '#drizzle/users/schema.ts';
import { violates } from '#shared/db/errors.ts';
import type { Database } from '#shared/db/postgres.ts';

import { type Account, accountColumns } from './accounts.ts';
import { recorded, selectLiveActor } from './audit-log.ts';
import { isLastAdmin, lockAdmins } from './last-admin.ts';
import { isNotDeleted, lockUser } from './users.ts';

export type RoleRow = typeof userRoles.$inferSelect;

/** All roles in the order they were made; null if the actor is not live. */
export async function listRoles(db: Database, actorId: string): Promise<RoleRow[] | null> {
  const [[actor], roles] = await db.batch([
    selectLiveActor(db, actorId),
    db.select().from(userRoles).orderBy(asc(userRoles.id)),
  ]);
  return actor ? roles : null;
}

/** Makes a role and records it. */
export async function createRole(
  db: Database,
  actorId: string,
  role: { name: string; description: string | null },
): Promise<RoleRow | 'actor_gone' | 'role_exists'> {
  const { record, isRecorded } = recorded(
    db,
    actorId,
    { type: 'role', id: role.name },
    sql`SELECT 'role.created' AS action, NULL::jsonb AS before, ${JSON.stringify(role)}::jsonb AS after`,
  );
  try {
    const [, , [made]] = await db.batch([
      record,
      db.execute(
        sql`INSERT INTO user_roles (name, description) SELECT ${role.name}, ${role.description} WHERE ${isRecorded}`,
      ),
      db
        .select()
        .from(userRoles)
        .where(and(eq(userRoles.name, role.name), isRecorded)),
    ]);
    return made ?? 'actor_gone';
  } catch (error) {
    if (violates(error, 'user_roles_name_key')) return 'role_exists';
    throw error;
  }
}

/** Gives the user the role and records it; whoever has it keeps it, unrecorded. */
export async function assignRole(
  db: Database,
  actorId: string,
  { userId, name }: { userId: string; name: string },
): Promise<Account | 'actor_gone' | 'no_user' | 'no_role'> {
  const { record, isRecorded } = recorded(
    db,
    actorId,
    { type: 'user', id: userId },
    sql`SELECT 'role.assigned' AS action, jsonb_build_object('roles', held.names) AS before,
               jsonb_build_object('roles', ARRAY(SELECT unnest(held.names || ARRAY[role.name::text]) ORDER BY 1)) AS after
          FROM ${rolesHeldBy(userId)} JOIN user_roles AS role ON role.name = ${name}
         WHERE NOT role.name = ANY (held.names)`,
  );
  const [, [actor], , , [role], [account]] = await db.batch([
    lockUser(db, userId),
    selectLiveActor(db, actorId),
    record,
    db.execute(sql`INSERT INTO user_role_mapping (user_id, role_id)
                   SELECT ${userId}, id FROM user_roles WHERE name = ${name} AND ${isRecorded}`),
    db.select({ id: userRoles.id }).from(userRoles).where(eq(userRoles.name, name)),
    db.select(accountColumns).from(users).where(isNotDeleted(userId)),
  ]);
  if (!actor) return 'actor_gone';
  if (!account) return 'no_user';
  return role ? account : 'no_role';
}

/** Takes the role from the user and records it. The last administrator stays one. */
export async function removeRole(
  db: Database,
  actorId: string,
  { userId, name }: { userId: string; name: string },
): Promise<'removed' | 'actor_gone' | 'not_held' | 'last_admin'> {
  const { record, isRecorded } = recorded(
    db,
    actorId,
    { type: 'user', id: userId },
    sql`SELECT 'role.removed' AS action, jsonb_build_object('roles', held.names) AS before,
               jsonb_build_object('roles', array_remove(held.names, ${name})) AS after
          FROM ${rolesHeldBy(userId)}
         WHERE ${name} = ANY (held.names) AND NOT (${name} = 'ADMIN' AND ${isLastAdmin(userId)})`,
  );
  const roleId = sql`(SELECT id FROM user_roles WHERE name = ${name})`;
  const heldHere = and(eq(userRoleMapping.user_id, userId), eq(userRoleMapping.role_id, roleId));
  const [, , [actor], , removed, [kept]] = await db.batch([
    lockAdmins(db),
    lockUser(db, userId),
    selectLiveActor(db, actorId),
    record,
    db.delete(userRoleMapping).where(and(heldHere, isRecorded)).returning({ id: userRoleMapping.id }),
    db
      .select({ id: users.id })
      .from(users)
      .innerJoin(userRoleMapping, and(eq(userRoleMapping.user_id, users.id), heldHere))
      .where(isNotDeleted(userId)),
  ]);
  if (!actor) return 'actor_gone';
  if (removed.length > 0) return 'removed';
  return kept ? 'last_admin' : 'not_held';
}

/** `held.names`: the user's roles; no row if there is no such user. */
function rolesHeldBy(userId: string) {
  return sql`(SELECT ${accountColumns.roles} AS names FROM users WHERE users.id = ${userId} AND NOT is_deleted) AS held`;
}
