import { z } from '@hono/zod-openapi';

import { access } from '#shared/auth/access.ts';
import { contract, errors, json, jsonBody } from '#shared/http/contract.ts';
import { text } from '#shared/http/values.ts';

import { NewPassword } from '../auth/new-password.ts';
import { PhoneNumber } from '../values.ts';
import { User } from './user.ts';

const ProfileChange = z
  .strictObject({
    first_name: text(100).optional(),
    last_name: text(100).optional(),
    phone_number: PhoneNumber.nullable().optional().openapi({ description: 'Null removes it.' }),
  })
  .refine((change) => Object.keys(change).length > 0, {
    error: 'Send at least one field to change.',
    when: ({ issues }) => issues.length === 0,
  })
  .openapi('ProfileChange', { minProperties: 1, example: { first_name: 'Augusta', phone_number: null } });

const PasswordChange = z
  .strictObject({
    current_password: z.string().min(1).max(1_000).openapi({ example: 'correct horse battery staple' }),
    new_password: NewPassword,
  })
  .openapi('PasswordChange');

export const getProfile = contract({
  method: 'get',
  path: '/v1/me',
  operationId: 'getProfile',
  tags: ['Account'],
  summary: 'Get the signed-in user',
  ...access.customer,
  responses: { 200: json(User, 'The signed-in user') },
});

export const updateProfile = contract({
  method: 'patch',
  path: '/v1/me',
  operationId: 'updateProfile',
  tags: ['Account'],
  summary: 'Change your name or phone number',
  ...access.customer,
  request: { body: jsonBody(ProfileChange) },
  responses: { 200: json(User, 'The user as changed'), ...errors('phone_number_taken') },
});

export const deleteAccount = contract({
  method: 'delete',
  path: '/v1/me',
  operationId: 'deleteAccount',
  tags: ['Account'],
  summary: 'Delete your account',
  description:
    'What the account says of you is erased, with addresses, roles, sessions and cart; orders are kept. The email ' +
    'address is free again.',
  ...access.customer,
  responses: { 204: { description: 'The account is deleted' }, ...errors('last_admin') },
});

export const changePassword = contract({
  method: 'post',
  path: '/v1/me/password',
  operationId: 'changePassword',
  tags: ['Account'],
  summary: 'Change your password',
  description:
    'Ends all sessions: log in again with the new password. Access tokens already handed out stay valid until they ' +
    'expire. A wrong current password is a 422 at `/current_password` with the code `wrong_password`, and ' +
    'counts as a failed login.',
  ...access.customer,
  request: { body: jsonBody(PasswordChange) },
  responses: { 204: { description: 'The password is the new one' }, ...errors('too_many_attempts') },
});
