import type { OpenAPIHono } from '@hono/zod-openapi';

import { connect } from '#shared/db/postgres.ts';
import { page, readCursor, TimeKey } from '#shared/http/pages.ts';
import { notFound, Problem } from '#shared/http/problem.ts';

import type { UsersEnv } from '../../env.ts';
import * as store from '../../store/users.ts';
import { presentUser } from '../profile/user.ts';
import { lastAdmin } from '../roles/last-admin.ts';
import { accountGone } from '../values.ts';
import { getUser, listUsers, updateUser } from './admin-users.contract.ts';

export function addAdminUserRoutes(app: OpenAPIHono<UsersEnv>): void {
  app.openapi(listUsers, async (c) => {
    const { limit, cursor, sort, q, role, is_active } = c.req.valid('query');
    const list = { path: listUsers.path, sort, q, role, is_active };
    const position = readCursor(cursor, list, TimeKey);
    const filter = { q, role, is_active, ascending: sort === 'created_at' };
    const rows = await store.listUsers(connect(c.env), c.get('actor').id, filter, { position, limit: limit + 1 });
    if (!rows) throw accountGone();
    const users = rows.map(presentUser);
    const answer = page(c, users, { limit, list, position: ({ created_at, id }) => ({ key: created_at, id }) });
    return c.json(answer, 200);
  });

  app.openapi(getUser, async (c) => {
    const found = await store.findUser(connect(c.env), c.get('actor').id, c.req.valid('param').id);
    if (found === 'actor_gone') throw accountGone();
    if (!found) throw notFound('user');
    return c.json(presentUser(found), 200);
  });

  app.openapi(updateUser, async (c) => {
    const { id } = c.req.valid('param');
    const result = await store.changeUser(connect(c.env), c.get('actor').id, id, c.req.valid('json'));
    if (result === 'actor_gone') throw accountGone();
    if (result === 'last_admin') throw lastAdmin();
    if (result === 'phone_number_taken') throw new Problem('phone_number_taken', 'Send another phone number, or none.');
    if (!result) throw notFound('user');
    return c.json(presentUser(result), 200);
  });
}
