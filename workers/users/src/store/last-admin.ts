/**
 * There is always an administrator: an active, live user with the role ADMIN. Whatever takes one away (the role, a
 * deactivation, a deletion) begins its batch with `lockAdmins` and changes rows only where `isLastAdmin` is false. The
 * lock makes two of them wait for each other, so that the later one sees what the earlier one left. It comes before
 * the lock of any user's row, so that they cannot wait in a circle.
 */
import { eq, type SQL, sql } from 'drizzle-orm';

import { userRoles } from '#drizzle/users/schema.ts';
import type { Database } from '#shared/db/postgres.ts';

/** The first statement of the batch. Giving somebody the role, or registering, does not wait for it. */
export function lockAdmins(db: Database) {
  return db.select({ id: userRoles.id }).from(userRoles).where(eq(userRoles.name, 'ADMIN')).for('no key update');
}

/** Whether the user is an administrator and no other is left: `WHERE … AND NOT ${isLastAdmin(id)}`. */
export function isLastAdmin(userId: string): SQL<boolean> {
  return sql<boolean>`(SELECT coalesce(bool_or(admin.id = ${userId}) AND count(*) = 1, false)
    FROM users AS admin
    JOIN user_role_mapping AS held ON held.user_id = admin.id
    JOIN user_roles AS role ON role.id = held.role_id AND role.name = 'ADMIN'
   WHERE admin.is_active AND NOT admin.is_deleted)`;
}
