import type { OpenAPIHono } from '@hono/zod-openapi';

import { connect } from '#shared/db/postgres.ts';

import type { UsersEnv } from '../../env.ts';
import { findAccount } from '../../store/accounts.ts';
import { accountGone } from '../values.ts';
import { getProfile } from './profile.contract.ts';
import { presentUser } from './user.ts';

export function addProfileRoutes(app: OpenAPIHono<UsersEnv>): void {
  app.openapi(getProfile, async (c) => {
    const account = await findAccount(connect(c.env), c.get('actor').id);
    if (!account) throw accountGone();
    return c.json(presentUser(account), 200);
  });
}
