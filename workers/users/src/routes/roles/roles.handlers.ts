import type { OpenAPIHono } from '@hono/zod-openapi';

import { connect } from '#shared/db/postgres.ts';
import { notFound, Problem } from '#shared/http/problem.ts';

import type { UsersEnv } from '../../env.ts';
import * as store from '../../store/roles.ts';
import { presentUser } from '../profile/user.ts';
import { accountGone } from '../values.ts';
import { lastAdmin } from './last-admin.ts';
import { assignRole, createRole, listRoles, removeRole, type Role } from './roles.contract.ts';

export function addRoleRoutes(app: OpenAPIHono<UsersEnv>): void {
  app.openapi(listRoles, async (c) => {
    const roles = await store.listRoles(connect(c.env), c.get('actor').id);
    if (!roles) throw accountGone();
    return c.json({ data: roles.map(presentRole) }, 200);
  });

  app.openapi(createRole, async (c) => {
    const made = await store.createRole(connect(c.env), c.get('actor').id, c.req.valid('json'));
    if (made === 'actor_gone') throw accountGone();
    if (made === 'role_exists') throw new Problem('role_exists', 'Choose another name, or use that role.');
    return c.json(presentRole(made), 201, { Location: listRoles.path });
  });

  app.openapi(assignRole, async (c) => {
    const { id, name } = c.req.valid('param');
    const result = await store.assignRole(connect(c.env), c.get('actor').id, { userId: id, name });
    if (result === 'actor_gone') throw accountGone();
    if (result === 'no_user') throw notFound('user');
    if (result === 'no_role') throw notFound('role');
    return c.json(presentUser(result), 200);
  });

  app.openapi(removeRole, async (c) => {
    const { id, name } = c.req.valid('param');
    const result = await store.removeRole(connect(c.env), c.get('actor').id, { userId: id, name });
    if (result === 'actor_gone') throw accountGone();
    if (result === 'not_held') throw notFound('user with this role');
    if (result === 'last_admin') throw lastAdmin();
    return c.body(null, 204);
  });
}

function presentRole({ created_at, ...role }: store.RoleRow): Role {
  return { ...role, created_at: created_at.toISOString() };
}
