import { z } from '@hono/zod-openapi';

import { access } from '#shared/auth/access.ts';
import { contract, errors, jsonBody } from '#shared/http/contract.ts';

import { EmailOnly, MailedToken } from '../values.ts';

const EmailVerification = z.strictObject({ token: MailedToken }).openapi('EmailVerification');

export const verifyEmail = contract({
  method: 'post',
  path: '/v1/auth/verify-email',
  operationId: 'verifyEmail',
  tags: ['Auth'],
  summary: 'Verify an email address',
  description:
    'With the `token` of the link that was mailed. It works once, for 24 hours, until a newer one is mailed.',
  ...access.public,
  request: { body: jsonBody(EmailVerification) },
  responses: { 204: { description: 'The email address is verified' }, ...errors('invalid_token') },
});

export const resendVerification = contract({
  method: 'post',
  path: '/v1/auth/resend-verification',
  operationId: 'resendVerification',
  tags: ['Auth'],
  summary: 'Ask for another verification mail',
  description:
    'The answer is the same whether or not there is an account to be verified. It is written to at most 5 times an hour.',
  ...access.public,
  request: { body: jsonBody(EmailOnly) },
  responses: { 202: { description: 'If there is such an account, the mail is on its way' } },
});
