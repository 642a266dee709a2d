import { z } from '@hono/zod-openapi';

import { access } from '#shared/auth/access.ts';
import { contract, errors, IdPath, json, jsonBody } from '#shared/http/contract.ts';
import { PageQuery, pageOf, TimeSort } from '#shared/http/pages.ts';
import { text } from '#shared/http/values.ts';

import { User } from '../profile/user.ts';
import { RoleName } from '../roles/roles.contract.ts';
import { PhoneNumber } from '../values.ts';

const UserListQuery = PageQuery.extend({
  sort: TimeSort,
  q: text(255)
    .optional()
    .openapi({ description: 'Beginning of the email address, the first or the last name.', example: 'ada' }),
  role: RoleName.optional().openapi({ description: 'Only those who hold this role.' }),
  is_active: z
    .enum(['true', 'false'])
    .transform((value) => value === 'true')
    .optional()
    .openapi({ description: '`false`: only the deactivated ones; `true`: only the others.' }),
});

const UserPatch = z
  .strictObject({
    is_active: z.boolean().openapi({ description: '`false` deactivates the account and ends all its sessions.' }),
    is_verified: z.boolean().openapi({ description: 'Whether the email address is known to be theirs.' }),
    first_name: text(100).openapi({ example: 'Ada' }),
    last_name: text(100).openapi({ example: 'Lovelace' }),
    phone_number: PhoneNumber.nullable(),
  })
  .partial()
  .openapi('UserPatch', { example: { is_active: false } });

export const listUsers = contract({
  method: 'get',
  path: '/v1/admin/users',
  operationId: 'listUsers',
  tags: ['User administration'],
  summary: 'List and search users',
  description: 'Deactivated ones too, deleted ones not.',
  ...access.admin,
  request: { query: UserListQuery },
  responses: { 200: json(pageOf(User).openapi('UserPage'), 'A page of users'), ...errors('invalid_cursor') },
});

export const getUser = contract({
  method: 'get',
  path: '/v1/admin/users/{id}',
  operationId: 'getUser',
  tags: ['User administration'],
  summary: 'Get a user',
  ...access.admin,
  request: { params: IdPath },
  responses: { 200: json(User, 'The user') },
});

export const updateUser = contract({
  method: 'patch',
  path: '/v1/admin/users/{id}',
  operationId: 'updateUser',
  tags: ['User administration'],
  summary: 'Change, deactivate or activate a user',
  description:
    'A deactivated user is refused by this service at once, and elsewhere when the access token ends. The last ' +
    'administrator cannot be deactivated.',
  ...access.admin,
  request: { params: IdPath, body: jsonBody(UserPatch) },
  responses: { 200: json(User, 'The user as it is now'), ...errors('last_admin', 'phone_number_taken') },
});
