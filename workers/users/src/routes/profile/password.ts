import { hashPassword, verifyPassword } from '#shared/auth/passwords.ts';
import type { Database } from '#shared/db/postgres.ts';
import { newEvent, type OutboxEvent } from '#shared/events/events.ts';
import { invalid, unavailable } from '#shared/http/problem.ts';

import { beginAttempt } from '../../store/credentials.ts';
import { attemptOf } from '../../store/login-failures.ts';
import { changePassword } from '../../store/passwords.ts';
import { tooManyAttempts } from '../auth/login.ts';
import { refuseWeakPassword } from '../auth/new-password.ts';
import { accountGone } from '../values.ts';

interface PasswordChange {
  current_password: string;
  new_password: string;
  /** The client's IP address. */
  address: string;
}

const maxTries = 3;

/**
 * Sets the new password if the current one is right, and answers the event. A wrong one counts like a failed login.
 * Starts over when the stored hash was changed meanwhile: by a login that hashed the password anew, or another change.
 */
export async function replacePassword(
  db: Database,
  { id, email }: { id: string; email: string },
  { current_password, new_password, address }: PasswordChange,
): Promise<OutboxEvent> {
  refuseWeakPassword(new_password, email, '/new_password');
  const attempt = attemptOf(email, address);
  const event = newEvent('user.password_changed', id, { user_id: id });
  for (let tries = 0; tries < maxTries; tries++) {
    const begun = await beginAttempt(db, email, attempt);
    if ('waitSeconds' in begun) throw tooManyAttempts(begun.waitSeconds);
    const { found } = begun;
    if (found?.account.id !== id || !found.account.is_active) throw accountGone();
    const isRight = await verifyPassword(current_password, found.password);
    if (!isRight) throw wrongPassword();
    const change = { from: found.password, to: await hashPassword(new_password), event, attempt };
    if (await changePassword(db, id, change)) return event;
  }
  throw unavailable('The password was being changed by other requests. Try again shortly.');
}

function wrongPassword() {
  return invalid([
    { pointer: '/current_password', code: 'wrong_password', message: 'This is not the current password.' },
  ]);
}
