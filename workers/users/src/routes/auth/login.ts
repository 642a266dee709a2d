import { hashPassword, needsUpgrade, verifyPassword } from '#shared/auth/passwords.ts';
import type { Database } from '#shared/db/postgres.ts';
import { describeError, log } from '#shared/http/log.ts';
import { Problem } from '#shared/http/problem.ts';

import { beginAttempt, type Credentials, replaceHash } from '../../store/credentials.ts';
import { attemptOf, giveBack } from '../../store/login-failures.ts';
import { beginSession, type NewSession } from '../../store/sessions.ts';

interface Login {
  email: string;
  password: string;
  /** The client's IP address. */
  address: string;
}

/**
 * Checks email and password and begins a session, in two round trips; a refusal takes one. Known and unknown emails cost
 * the same: one count, one hash. After too many failures nothing is hashed for either, and the right password is refused
 * like any other. So is the eleventh of more than ten logins that one client sends for one email at the same moment.
 */
export async function logIn(db: Database, login: Login, session: NewSession): Promise<Credentials> {
  // The second time for an account that changed meanwhile: another login may have hashed the same password anew.
  const found = (await tryToLogIn(db, login, session)) ?? (await tryToLogIn(db, login, session));
  if (!found) throw wrongCredentials();
  return found;
}

/** Null if the account changed between the check and the beginning of the session. */
async function tryToLogIn(
  db: Database,
  { email, password, address }: Login,
  session: NewSession,
): Promise<Credentials | null> {
  const attempt = attemptOf(email, address);
  const begun = await beginAttempt(db, email, attempt);
  if ('waitSeconds' in begun) throw tooManyAttempts(begun.waitSeconds);
  const { found } = begun;
  const isRight = await verifyPassword(password, found?.password ?? null);
  if (!found || !isRight) throw wrongCredentials();
  if (!found.account.is_active) {
    await giveBack(db, attempt);
    throw new Problem('account_inactive', 'Ask our support to activate your account.');
  }
  const user = { id: found.account.id, password: found.password };
  return (await beginSession(db, user, session, attempt)) ? found : null;
}

/** Hashes a password that has just proved right with today's parameters, where the stored hash has others. */
export async function upgradeHash(
  db: Database,
  { account, password: old }: Credentials,
  password: string,
): Promise<void> {
  if (!needsUpgrade(old)) return;
  try {
    await replaceHash(db, account.id, old, await hashPassword(password));
  } catch (error) {
    log('warn', 'a password keeps its old hash until the next login', describeError(error));
  }
}

/** The same for an unknown email and a wrong password, so that nobody learns which emails have an account. */
function wrongCredentials(): Problem {
  return new Problem('invalid_credentials', 'Check the email address and the password.');
}

/** 429 until the window of the failures ends. `seconds`: how long that is. */
export function tooManyAttempts(seconds: number): Problem {
  return new Problem('too_many_attempts', 'Wait as long as Retry-After says, or set a new password by mail.', {
    headers: { 'retry-after': String(seconds) },
  });
}
