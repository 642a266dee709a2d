import { z } from '@hono/zod-openapi';

import { access } from '#shared/auth/access.ts';
import { contract, errors, jsonBody } from '#shared/http/contract.ts';

import { NewPassword } from '../auth/new-password.ts';
import { EmailOnly, MailedToken } from '../values.ts';

const PasswordReset = z.strictObject({ token: MailedToken, password: NewPassword }).openapi('PasswordReset');

export const requestPasswordReset = contract({
  method: 'post',
  path: '/v1/auth/forgot-password',
  operationId: 'requestPasswordReset',
  tags: ['Auth'],
  summary: 'Ask for a mail to reset a forgotten password',
  description:
    'The answer is the same whether or not there is such an account. It is written to at most 5 times an hour.',
  ...access.public,
  request: { body: jsonBody(EmailOnly) },
  responses: { 202: { description: 'If there is such an account, the mail is on its way' } },
});

export const resetPassword = contract({
  method: 'post',
  path: '/v1/auth/reset-password',
  operationId: 'resetPassword',
  tags: ['Auth'],
  summary: 'Choose a new password with a mailed token',
  description:
    'The `token` of the link works once, for an hour, until a newer one is mailed; a refused password does not use it ' +
    'up. All sessions end, the email address counts as verified, and failed logins no longer do.',
  ...access.public,
  request: { body: jsonBody(PasswordReset) },
  responses: { 204: { description: 'The password is the new one' }, ...errors('invalid_token') },
});
