import type { OpenAPIHono } from '@hono/zod-openapi';
import { uuidv7 } from 'uuidv7';

import { hashPassword } from '#shared/auth/passwords.ts';
import { newSecret } from '#shared/auth/secrets.ts';
import { connect } from '#shared/db/postgres.ts';
import { newEvent } from '#shared/events/events.ts';
import { dispatch } from '#shared/events/outbox.ts';
import { Problem } from '#shared/http/problem.ts';

import { queuesOf, type UsersEnv } from '../../env.ts';
import { registerUser } from '../../store/registration.ts';
import { revokeFamilyOf, rotateToken } from '../../store/sessions.ts';
import { createGuest, login, logout, refreshSession, register } from './auth.contract.ts';
import { mergeGuestCart } from './cart-merge.ts';
import { addressOf, userAgentOf } from './client.ts';
import { logIn, upgradeHash } from './login.ts';
import { refuseWeakPassword } from './new-password.ts';
import { guestSession, sessionOf } from './session.ts';

const personal = { 'cache-control': 'no-store' };

export function addAuthRoutes(app: OpenAPIHono<UsersEnv>): void {
  app.openapi(register, async (c) => {
    const { password, ...profile } = c.req.valid('json');
    refuseWeakPassword(password, profile.email, '/password');
    const db = connect(c.env);
    const user = { ...profile, id: uuidv7(), password: await hashPassword(password) };
    const token = newSecret();
    const event = newEvent('user.registered', user.id, { user_id: user.id });
    const result = await registerUser(db, user, { token, userAgent: userAgentOf(c) }, event);
    if ('taken' in result) throw takenProblem(result.taken);
    c.executionCtx.waitUntil(dispatch(db, queuesOf(c.env), [event]));
    const session = await sessionOf(c.env, result.account, token);
    return c.json(session, 201, { ...personal, Location: '/v1/me' });
  });

  app.openapi(login, async (c) => {
    const { email, password, cart_token } = c.req.valid('json');
    const db = connect(c.env);
    const token = newSecret();
    const session = { token, userAgent: userAgentOf(c) };
    const found = await logIn(db, { email, password, address: addressOf(c) }, session);
    c.executionCtx.waitUntil(upgradeHash(db, found, password));
    const answer = await sessionOf(c.env, found.account, token);
    await mergeGuestCart(c, { user_id: found.account.id, cart_token });
    return c.json(answer, 200, personal);
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
