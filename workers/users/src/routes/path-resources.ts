import type { OpenAPIHono } from '@hono/zod-openapi';

import { connect } from '#shared/db/postgres.ts';
import { IdPath } from '#shared/http/contract.ts';
import { pathBeforeForm } from '#shared/http/path-resource.ts';

import type { UsersEnv } from '../env.ts';
import { findAddress } from '../store/addresses.ts';
import { findUser } from '../store/users.ts';

/** What the ids in paths name. */
export function addPathResources(app: OpenAPIHono<UsersEnv>): void {
  pathBeforeForm(app, '/v1/me/addresses/:id', IdPath, (c, { id }) => findAddress(connect(c.env), c.var.actor.id, id));
  pathBeforeForm(app, '/v1/admin/users/:id/*', IdPath, (c, { id }) => findUser(connect(c.env), c.var.actor.id, id));
}
