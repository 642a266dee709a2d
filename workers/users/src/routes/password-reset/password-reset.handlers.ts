import type { OpenAPIHono } from '@hono/zod-openapi';

import { hashPassword } from '#shared/auth/passwords.ts';
import { connect } from '#shared/db/postgres.ts';
import { newEvent } from '#shared/events/events.ts';
import { dispatch } from '#shared/events/outbox.ts';

import { queuesOf, type UsersEnv } from '../../env.ts';
import { requestMail } from '../../store/mail-requests.ts';
import { findResetAccount } from '../../store/mail-tokens.ts';
import * as store from '../../store/passwords.ts';
import { refuseWeakPassword } from '../auth/new-password.ts';
import { invalidToken, personal } from '../values.ts';
import { requestPasswordReset, resetPassword } from './password-reset.contract.ts';

export function addPasswordResetRoutes(app: OpenAPIHono<UsersEnv>): void {
  app.openapi(requestPasswordReset, async (c) => {
    const db = connect(c.env);
    const event = await requestMail(db, 'user.password_reset_requested', c.req.valid('json').email);
    if (event) c.executionCtx.waitUntil(dispatch(db, queuesOf(c.env), [event]));
    return c.body(null, 202, personal);
  });

  app.openapi(resetPassword, async (c) => {
    const { token, password } = c.req.valid('json');
    const db = connect(c.env);
    const account = await findResetAccount(db, token);
    if (!account) throw invalidToken();
    refuseWeakPassword(password, account.email, '/password');
    const hash = await hashPassword(password);
    const event = newEvent('user.password_changed', account.id, { user_id: account.id });
    const isReset = await store.resetPassword(db, token, { account, hash, event });
    if (!isReset) throw invalidToken();
    c.executionCtx.waitUntil(dispatch(db, queuesOf(c.env), [event]));
    return c.body(null, 204, personal);
  });
}
