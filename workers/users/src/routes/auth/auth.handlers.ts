import type { OpenAPIHono } from '@hono/zod-openapi';
import { uuidv7 } from 'uuidv7';

import { hashPassword, verifyPassword } from '#shared/auth/passwords.ts';
import { newSecret } from '#shared/auth/secrets.ts';
import { connect } from '#shared/db/postgres.ts';
import { newEvent } from '#shared/events/events.ts';
import { dispatch } from '#shared/events/outbox.ts';
import { invalid, Problem } from '#shared/http/problem.ts';

import { weaknessOf } from '../../domain/passwords.ts';
import { queuesOf, type UsersEnv } from '../../env.ts';
import { findCredentials } from '../../store/accounts.ts';
import { registerUser } from '../../store/registration.ts';
import { beginSession, revokeFamilyOf, rotateToken } from '../../store/sessions.ts';
import { createGuest, login, logout, refreshSession, register } from './auth.contract.ts';
import { guestSession, sessionOf } from './session.ts';

const personal = { 'cache-control': 'no-store' };

export function addAuthRoutes(app: OpenAPIHono<UsersEnv>): void {
  app.openapi(register, async (c) => {
    const { password, ...profile } = c.req.valid('json');
    const weakness = weaknessOf(password, profile.email);
    if (weakness) throw invalid([{ pointer: '/password', ...weakness }]);
    const db = connect(c.env);
    const user = { ...profile, id: uuidv7(), password: await hashPassword(password) };
    const refreshToken = newSecret();
    const event = newEvent('user.registered', user.id, { user_id: user.id });
    const result = await registerUser(db, user, refreshToken, event);
    if ('taken' in result) throw takenProblem(result.taken);
    c.executionCtx.waitUntil(dispatch(db, queuesOf(c.env), [event]));
    const session = await sessionOf(c.env, result.account, refreshToken);
    return c.json(session, 201, { ...personal, Location: '/v1/me' });
  });

  app.openapi(login, async (c) => {
    const { email, password } = c.req.valid('json');
    const db = connect(c.env);
    const found = await findCredentials(db, email);
    const isRight = await verifyPassword(password, found?.password ?? null);
    if (!found || !isRight) throw wrongCredentials();
    if (!found.account.is_active) throw new Problem('account_inactive', 'Ask our support to activate your account.');
    const refreshToken = newSecret();
    const { account, password: hash } = found;
    const hasBegun = await beginSession(db, { id: account.id, password: hash }, refreshToken);
    if (!hasBegun) throw wrongCredentials();
    return c.json(await sessionOf(c.env, account, refreshToken), 200, personal);
  });

  app.openapi(refreshSession, async (c) => {
    const successor = newSecret();
    const account = await rotateToken(connect(c.env), c.req.valid('json').refresh_token, successor);
    if (!account) throw new Problem('invalid_refresh_token', 'Log in again.');
    return c.json(await sessionOf(c.env, account, successor), 200, personal);
  });

  app.openapi(logout, async (c) => {
    await revokeFamilyOf(connect(c.env), c.req.valid('json').refresh_token);
    return c.body(null, 204, personal);
  });

  app.openapi(createGuest, async (c) => c.json(await guestSession(c.env), 201, personal));
}

function takenProblem(field: 'email' | 'phone_number'): Problem {
  return field === 'email'
    ? new Problem('email_taken', 'Log in with this email address, or register another.')
    : new Problem('phone_number_taken', 'Send another phone number, or none.');
}

/** The same for an unknown email and a wrong password, so that nobody learns which emails have an account. */
function wrongCredentials(): Problem {
  return new Problem('invalid_credentials', 'Check the email address and the password.');
}
