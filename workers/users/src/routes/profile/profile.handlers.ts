import type { OpenAPIHono } from '@hono/zod-openapi';

import { connect } from '#shared/db/postgres.ts';
import { newEvent } from '#shared/events/events.ts';
import { dispatch } from '#shared/events/outbox.ts';
import { Problem } from '#shared/http/problem.ts';

import { queuesOf, type UsersEnv } from '../../env.ts';
import { findAccount } from '../../store/accounts.ts';
import * as store from '../../store/profile.ts';
import { addressOf } from '../auth/client.ts';
import { accountGone } from '../values.ts';
import { changePassword, deleteAccount, getProfile, updateProfile } from './profile.contract.ts';
import { replacePassword } from './password.ts';
import { presentUser } from './user.ts';

export function addProfileRoutes(app: OpenAPIHono<UsersEnv>): void {
  app.openapi(getProfile, async (c) => {
    const account = await findAccount(connect(c.env), c.get('actor').id);
    if (!account) throw accountGone();
    return c.json(presentUser(account), 200);
  });

  app.openapi(updateProfile, async (c) => {
    const account = await store.updateProfile(connect(c.env), c.get('actor').id, c.req.valid('json'));
    if (account === 'phone_number_taken') throw new Problem(account, 'Send another phone number, or null for none.');
    if (!account) throw accountGone();
    return c.json(presentUser(account), 200);
  });

  app.openapi(deleteAccount, async (c) => {
    const db = connect(c.env);
    const { id } = c.get('actor');
    const account = await findAccount(db, id);
    if (!account) throw accountGone();
    const event = newEvent('user.deleted', id, { user_id: id });
    const outcome = await store.deleteAccount(db, account, event);
    if (outcome === 'account_gone') throw accountGone();
    if (outcome === 'last_admin') throw new Problem(outcome, 'Make somebody else an administrator first.');
    c.executionCtx.waitUntil(dispatch(db, queuesOf(c.env), [event]));
    return c.body(null, 204);
  });

  app.openapi(changePassword, async (c) => {
    const db = connect(c.env);
    const account = await findAccount(db, c.get('actor').id);
    if (!account) throw accountGone();
    const event = await replacePassword(db, account, { ...c.req.valid('json'), address: addressOf(c) });
    c.executionCtx.waitUntil(dispatch(db, queuesOf(c.env), [event]));
    return c.body(null, 204);
  });
}
