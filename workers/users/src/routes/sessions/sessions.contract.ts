import { z } from '@hono/zod-openapi';

import { access } from '#shared/auth/access.ts';
import { contract, IdPath, json } from '#shared/http/contract.ts';
import { PageQuery, pageOf } from '#shared/http/pages.ts';
import { Id, Timestamp } from '#shared/http/values.ts';

const OpenSession = z
  .object({
    id: Id,
    user_agent: z.string().nullable().openapi({ description: 'What the client called itself when it signed in.' }),
    created_at: Timestamp,
    last_used_at: Timestamp,
    expires_at: Timestamp,
  })
  .openapi('OpenSession', {
    description: 'A place where you are signed in: a refresh token and those that replace it.',
    example: {
      id: '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f',
      user_agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
      created_at: '2026-11-22T21:24:42.123Z',
      last_used_at: '2026-11-23T08:15:00.000Z',
      expires_at: '2026-12-23T08:15:00.000Z',
    },
  });

const OpenSessionPage = pageOf(OpenSession).openapi('OpenSessionPage');

export type OpenSession = z.infer<typeof OpenSession>;

export const listSessions = contract({
  method: 'get',
  path: '/v1/me/sessions',
  operationId: 'listSessions',
  tags: ['Account'],
  summary: 'List where you are signed in, newest first',
  description: 'A session begins with a login and lasts as long as its refresh token is exchanged in time.',
  ...access.customer,
  request: { query: PageQuery },
  responses: { 200: json(OpenSessionPage, 'A page of sessions') },
});

export const endSession = contract({
  method: 'delete',
  path: '/v1/me/sessions/{id}',
  operationId: 'endSession',
  tags: ['Account'],
  summary: 'Sign out somewhere',
  description: 'Its refresh token is dead at once; an access token already handed out stays valid until it expires.',
  ...access.customer,
  request: { params: IdPath },
  responses: { 204: { description: 'The session has ended' } },
});
