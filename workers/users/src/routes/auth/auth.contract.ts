import { z } from '@hono/zod-openapi';

import { access } from '#shared/auth/access.ts';
import { contract, created, errors, json, jsonBody } from '#shared/http/contract.ts';
import { text } from '#shared/http/values.ts';

import { User } from '../profile/user.ts';
import { Email, PhoneNumber } from '../values.ts';
import { NewPassword } from './new-password.ts';

const Registration = z
  .strictObject({
    email: Email,
    password: NewPassword,
    first_name: text(100).openapi({ example: 'Ada' }),
    last_name: text(100).openapi({ example: 'Lovelace' }),
    phone_number: PhoneNumber.nullable().optional(),
  })
  .openapi('Registration', {
    example: {
      email: 'ada@example.com',
      password: 'correct horse battery staple',
      first_name: 'Ada',
      last_name: 'Lovelace',
    },
  });

const Credentials = z
  .strictObject({
    email: Email,
    password: z.string().min(1).max(1_000).openapi({ example: 'correct horse battery staple' }),
    cart_token: z
      .string()
      .max(4_096)
      .optional()
      .openapi({
        description:
          "A guest's access token: the account takes the guest's cart over, as `mergeCart` does. One that is no longer " +
          'valid is ignored.',
        example: 'eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiIwMTkzIn0.c2ln',
      }),
  })
  .openapi('Credentials');

const RefreshToken = z
  .strictObject({
    refresh_token: z.string().min(1).max(500).openapi({ example: 'q1w2e3r4t5y6u7i8o9p0a1s2d3f4g5h6j7k8l9z0x1c' }),
  })
  .openapi('RefreshToken');

const accessToken = {
  access_token: z.string().openapi({ example: 'eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiIwMTkzIn0.c2ln' }),
  token_type: z.literal('Bearer'),
};

const Session = z
  .object({
    user: User,
    ...accessToken,
    expires_in: z.int().openapi({ example: 900, description: 'Life of the access token in seconds.' }),
    refresh_token: z.string().openapi({ example: 'q1w2e3r4t5y6u7i8o9p0a1s2d3f4g5h6j7k8l9z0x1c' }),
  })
  .openapi('Session');

const GuestSession = z
  .object({
    ...accessToken,
    expires_in: z.int().openapi({ example: 604_800, description: 'Life of the access token in seconds.' }),
  })
  .openapi('GuestSession');

export type Session = z.infer<typeof Session>;
export type GuestSession = z.infer<typeof GuestSession>;

export const register = contract({
  method: 'post',
  path: '/v1/auth/register',
  operationId: 'register',
  tags: ['Auth'],
  summary: 'Create an account and sign in',
  ...access.public,
  request: { body: jsonBody(Registration) },
  responses: {
    201: created(Session, 'The new account, signed in'),
    ...errors('email_taken', 'phone_number_taken'),
  },
});

export const login = contract({
  method: 'post',
  path: '/v1/auth/login',
  operationId: 'login',
  tags: ['Auth'],
  summary: 'Sign in with email and password',
  description:
    'After 10 wrong passwords for an email address within 15 minutes a client is refused until that time is over, ' +
    'with the right password too; after 100 within a day every client is. Setting a new password by mail ends both. ' +
    'With `cart_token` the account takes the cart of a guest over. Should the cart not answer just then, the login ' +
    'succeeds without: `mergeCart` does it later.',
  ...access.public,
  request: { body: jsonBody(Credentials) },
  responses: {
    200: json(Session, 'Signed in'),
    ...errors('invalid_credentials', 'account_inactive', 'too_many_attempts'),
  },
});

export const refreshSession = contract({
  method: 'post',
  path: '/v1/auth/refresh',
  operationId: 'refreshSession',
  tags: ['Auth'],
  summary: 'Exchange a refresh token for new tokens',
  description:
    'Refresh tokens live 30 days and are replaced on every use. The one just replaced still works for 10 seconds, ' +
    'in case the answer got lost. Any other use of an old one ends the session.',
  ...access.public,
  request: { body: jsonBody(RefreshToken) },
  responses: {
    200: json(Session, 'New tokens of the same session'),
    ...errors('invalid_refresh_token'),
  },
});

export const logout = contract({
  method: 'post',
  path: '/v1/auth/logout',
  operationId: 'logout',
  tags: ['Auth'],
  summary: 'End the session of a refresh token',
  description: 'Access tokens already handed out stay valid until they expire.',
  ...access.public,
  request: { body: jsonBody(RefreshToken) },
  responses: { 204: { description: 'The session has ended, now or earlier' } },
});

export const createGuest = contract({
  method: 'post',
  path: '/v1/auth/guest',
  operationId: 'createGuest',
  tags: ['Auth'],
  summary: 'Get an anonymous identity for a cart',
  ...access.public,
  responses: { 201: json(GuestSession, 'A new identity') },
});
