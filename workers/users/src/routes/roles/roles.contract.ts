import { z } from '@hono/zod-openapi';

import { access } from '#shared/auth/access.ts';
import { contract, created, errors, IdPath, json, jsonBody } from '#shared/http/contract.ts';
import { text, Timestamp } from '#shared/http/values.ts';

import { User } from '../profile/user.ts';

/** Upper snake case, 2 to 50 characters. */
export const RoleName = z
  .string()
  .min(2)
  .max(50)
  .regex(/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/, { error: 'Send a name in upper snake case, such as WAREHOUSE_CLERK.' })
  .openapi({ example: 'MANAGER' });

/** Marks tokens of nobody in particular; somebody with an account cannot be one. */
const anonymous = 'GUEST';

const RoleInput = z
  .strictObject({
    name: RoleName.refine((name) => name !== anonymous, { error: 'This name is reserved.' }).openapi({
      example: 'WAREHOUSE_CLERK',
    }),
    description: text(1_000).nullable().default(null).openapi({ example: 'Packs and ships' }),
  })
  .openapi('RoleInput', { example: { name: 'WAREHOUSE_CLERK', description: 'Packs and ships' } });

const Role = z
  .object({
    id: z.int(),
    name: z.string(),
    description: z.string().nullable(),
    created_at: Timestamp,
  })
  .openapi('Role', {
    example: { id: 3, name: 'MANAGER', description: 'Manager', created_at: '2026-11-22T21:24:42.123Z' },
  });

const RoleList = z.object({ data: z.array(Role) }).openapi('RoleList');

export type Role = z.infer<typeof Role>;

const UserRolePath = IdPath.extend({
  name: RoleName.openapi({
    param: { name: 'name', in: 'path' },
    description: 'The name of the role.',
    example: 'MANAGER',
  }),
});

export const listRoles = contract({
  method: 'get',
  path: '/v1/admin/roles',
  operationId: 'listRoles',
  tags: ['User administration'],
  summary: 'List all roles',
  ...access.admin,
  responses: { 200: json(RoleList, 'All roles') },
});

export const createRole = contract({
  method: 'post',
  path: '/v1/admin/roles',
  operationId: 'createRole',
  tags: ['User administration'],
  summary: 'Make a role',
  description: 'It appears in the access tokens of those who hold it. This API itself asks for the built-in ones only.',
  ...access.admin,
  request: { body: jsonBody(RoleInput) },
  responses: { 201: created(Role, 'The new role'), ...errors('role_exists') },
});

export const assignRole = contract({
  method: 'put',
  path: '/v1/admin/users/{id}/roles/{name}',
  operationId: 'assignRole',
  tags: ['User administration'],
  summary: 'Give a user a role',
  description: 'It takes effect with the user’s next access token. Giving a role twice changes nothing.',
  ...access.admin,
  request: { params: UserRolePath },
  responses: { 200: json(User, 'The user with the role') },
});

export const removeRole = contract({
  method: 'delete',
  path: '/v1/admin/users/{id}/roles/{name}',
  operationId: 'removeRole',
  tags: ['User administration'],
  summary: 'Take a role from a user',
  description: 'It takes effect with the user’s next access token. A role that the user does not hold is a 404.',
  ...access.admin,
  request: { params: UserRolePath },
  responses: { 204: { description: 'The user no longer holds the role' }, ...errors('last_admin') },
});
