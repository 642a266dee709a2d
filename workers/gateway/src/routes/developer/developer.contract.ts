import { z } from '@hono/zod-openapi';

import { access } from '#shared/auth/access.ts';
import { contract, json } from '#shared/http/contract.ts';
import { Timestamp } from '#shared/http/values.ts';

const CapturedEmail = z.object({
  to: z.string(),
  subject: z.string(),
  text: z.string(),
  html: z.string(),
  created_at: Timestamp,
});

/** Tools of the local environment are no part of the published document. */
const common = { tags: ['System'], hide: true, ...access.public };

export const sweepShop = contract({
  ...common,
  method: 'post',
  path: '/dev/sweep',
  operationId: 'sweepShop',
  summary: 'Run every sweep now, as if the clock stood that much later',
  request: {
    query: z.strictObject({ advance_seconds: z.coerce.number().int().min(0).max(31_536_000).default(0) }),
  },
  responses: { 200: json(z.record(z.string(), z.record(z.string(), z.number())), 'What each service did') },
});

export const listCapturedEmails = contract({
  ...common,
  method: 'get',
  path: '/dev/mailbox',
  operationId: 'listCapturedEmails',
  summary: 'The emails that were captured instead of sent, newest first',
  request: { query: z.strictObject({ to: z.string().max(320).optional() }) },
  responses: { 200: json(z.object({ data: z.array(CapturedEmail) }), 'The emails') },
});
