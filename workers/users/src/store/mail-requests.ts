import { and, eq, not, type SQL, sql } from 'drizzle-orm';
import { UUID, uuidv7 } from 'uuidv7';

import { users } from '#drizzle/users/schema.ts';
import type { Database } from '#shared/db/postgres.ts';
import type { OutboxEvent } from '#shared/events/events.ts';
import { requestContext } from '#shared/http/context.ts';

import { isLive } from './accounts.ts';
import { insertUserEvent } from './outbox.ts';

/** How many mails of a kind an account can be sent on request in an hour. */
const mailsAnHour = 5;
const hourMilliseconds = 60 * 60 * 1_000;

/** Who is written to. */
const recipients = {
  'user.verification_requested': and(isLive, not(users.is_verified)),
  'user.password_reset_requested': isLive,
};

/**
 * Puts the request for a mail into the outbox if there is somebody to write to who has not had too many. Answers the
 * event, or null. The work is the same whether there is an account or not. Requests for one account wait for each other
 * at the user's row, so that their count is exact. `email` in lower case.
 */
export async function requestMail(
  db: Database,
  type: keyof typeof recipients,
  email: string,
): Promise<OutboxEvent | null> {
  const { requestId: request_id, traceparent } = requestContext();
  const event = { id: uuidv7(), type, request_id, traceparent };
  const recipient = and(eq(sql`lower(${users.email})`, email), recipients[type]);
  const subjects = sql`(SELECT id FROM users WHERE ${recipient} AND ${requestsInHour(type)} < ${mailsAnHour})`;
  const [, { rows }] = await db.batch([
    db.select({ id: users.id }).from(users).where(recipient).for('no key update'),
    db.execute<{ user_id: string }>(sql`${insertUserEvent(event, subjects)} RETURNING subject_id AS user_id`),
  ]);
  return rows[0] ? { ...event, subject_id: rows[0].user_id, payload: { user_id: rows[0].user_id } } : null;
}

/** Ids of events begin with their time (UUIDv7), so that the primary key leads to those of the hour. */
function requestsInHour(type: OutboxEvent['type']): SQL {
  const anHourAgo = UUID.fromFieldsV7(Date.now() - hourMilliseconds, 0, 0, 0).toString();
  return sql`(SELECT count(*) FROM outbox WHERE outbox.id >= ${anHourAgo} AND type = ${type} AND subject_id = users.id)`;
}
