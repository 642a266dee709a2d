import { and, eq, not, sql } from 'drizzle-orm';

import { users } from '#drizzle/users/schema.ts';
import type { Database } from '#shared/db/postgres.ts';

/** What may be shown of a user, with the names of the roles. Never the password's hash. */
export const accountColumns = {
  id: users.id,
  email: users.email,
  first_name: users.first_name,
  last_name: users.last_name,
  phone_number: users.phone_number,
  is_active: users.is_active,
  is_verified: users.is_verified,
  created_at: users.created_at,
  updated_at: users.updated_at,
  roles: sql<string[]>`ARRAY(
    SELECT role.name FROM user_role_mapping AS held JOIN user_roles AS role ON role.id = held.role_id
     WHERE held.user_id = users.id ORDER BY role.name)::text[]`,
};

/** Neither deleted nor deactivated. */
export const isLive = and(users.is_active, not(users.is_deleted));

export type Account = Awaited<ReturnType<typeof findAccount>> & {};

/** The account of a token's subject; null if it is deleted or deactivated. */
export async function findAccount(db: Database, id: string) {
  const [account] = await db
    .select(accountColumns)
    .from(users)
    .where(and(eq(users.id, id), isLive));
  return account ?? null;
}
