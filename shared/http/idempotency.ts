import { z } from '@hono/zod-openapi';
import { createMiddleware } from 'hono/factory';

import type { KeptAnswer } from '#shared/db/idempotency.ts';
import { Problem } from '#shared/http/problem.ts';

/** The header as the document shows it. Its presence and form are checked by `requireIdempotencyKey`. */
export const IdempotencyHeader = z.object({
  'idempotency-key': z
    .string()
    .min(1)
    .max(255)
    .regex(/^[\x21-\x7e]+$/)
    .openapi({
      example: 'checkout-7f3k9q',
      description: '1 to 255 visible ASCII characters. The same key and body give the first answer again for 24 hours.',
    }),
});

/** 400 without a well-formed key, before the body is looked at. */
export const requireIdempotencyKey = createMiddleware<{ Variables: { idempotencyKey: string } }>(async (c, next) => {
  const key = c.req.header('idempotency-key');
  if (key === undefined || key === '') {
    throw new Problem('idempotency_key_required', 'Send an Idempotency-Key header that is new for this operation.');
  }
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw new Problem('idempotency_key_invalid', 'Send 1 to 255 visible ASCII characters as Idempotency-Key.');
  }
  c.set('idempotencyKey', key);
  await next();
});

/** Headers of a kept answer: `c.json(Schema.parse(kept.body), 201, replayHeaders(kept))`. */
export function replayHeaders({ headers }: KeptAnswer): Record<string, string> {
  return { ...headers, 'idempotency-replayed': 'true' };
}
