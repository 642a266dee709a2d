import { eq, sql } from 'drizzle-orm';

import { userRoleMapping, users } from '#drizzle/users/schema.ts';
import { violates } from '#shared/db/errors.ts';
import type { Database } from '#shared/db/postgres.ts';
import type { OutboxEvent } from '#shared/events/events.ts';
import { insertEvents } from '#shared/events/outbox.ts';

import { type Account, accountColumns } from './accounts.ts';
import { insertFirstToken, type NewSession } from './sessions.ts';

type NewUser = Pick<
  typeof users.$inferInsert,
  'id' | 'email' | 'password' | 'first_name' | 'last_name' | 'phone_number'
>;

/** Creates the user with role, session and event, all or nothing. Says which unique value was taken instead. */
export async function registerUser(
  db: Database,
  user: NewUser,
  session: NewSession,
  event: OutboxEvent,
): Promise<{ account: Account } | { taken: 'email' | 'phone_number' }> {
  try {
    const [, , , , [account]] = await db.batch([
      db.insert(users).values(user),
      db.insert(userRoleMapping).values({ user_id: user.id, role_id: customerRole }),
      insertFirstToken(db, user.id, session),
      insertEvents(db, [event]),
      db.select(accountColumns).from(users).where(eq(users.id, user.id)),
    ]);
    if (!account) throw new Error('The user just inserted is not there.');
    return { account };
  } catch (error) {
    if (violates(error, 'users_email_key')) return { taken: 'email' };
    if (violates(error, 'users_phone_number_key')) return { taken: 'phone_number' };
    throw error;
  }
}

const customerRole = sql`(SELECT id FROM user_roles WHERE name = 'CUSTOMER')`;
