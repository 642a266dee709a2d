import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';

import { requestContext } from '#shared/http/context.ts';
import { type ProblemCode, problems } from '#shared/http/problems.ts';

/** What is wrong with one value: `pointer` into the body (RFC 6901), or `parameter` for a path or query value. */
export interface InvalidValue {
  pointer?: string;
  parameter?: string;
  code: string;
  message: string;
}

interface ProblemOptions {
  headers?: Record<string, string>;
  /** Further members of the problem document, such as `items` or `allowed`. */
  members?: Record<string, unknown>;
}

/** A refusal on its way to the client. `detail` tells the client what to do; it never carries internals. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly headers: Record<string, string>;
  readonly members: Record<string, unknown>;

  constructor(code: ProblemCode, detail: string, options: ProblemOptions = {}) {
    super(detail);
    this.name = 'Problem';
    this.code = code;
    this.headers = options.headers ?? {};
    this.members = options.members ?? {};
  }
}

/** 404 for what is not there or not the caller's: both look the same from outside. */
export function notFound(what: string): Problem {
  return new Problem('not_found', `There is no such ${what}.`);
}

/** 422 with one entry a wrong value. */
export function invalid(errors: InvalidValue[]): Problem {
  const detail = errors.map((entry) => `${entry.pointer ?? entry.parameter ?? 'body'}: ${entry.message}`).join(' ');
  return new Problem('validation_failed', detail, { members: { errors } });
}

/** 422 for an id in the body that names nothing of the caller's. */
export function invalidReference(pointer: string, what: string): Problem {
  return invalid([{ pointer, code: 'invalid_reference', message: `This is not the id of ${what} of yours.` }]);
}

/** 503: a dependency is down. Nothing was done by halves; the client may repeat the request. */
export function unavailable(detail = 'A service we depend on does not answer. Try again shortly.'): Problem {
  return new Problem('service_unavailable', detail, { headers: { 'retry-after': '1' } });
}

/** What is wrong with one value, for the document. */
const InvalidValueSchema = z
  .object({
    pointer: z.string().optional().openapi({ description: 'Into the body (RFC 6901).', example: '/quantity' }),
    parameter: z.string().optional().openapi({ description: 'For a value of the query or the path.' }),
    code: z.string().openapi({ example: 'too_small' }),
    message: z.string().openapi({ example: 'Too small: expected number to be >=1' }),
  })
  .openapi('InvalidValue');

/** A product that an order or a cart cannot have as asked. */
const AffectedItem = z
  .object({
    product_id: z.string(),
    requested: z.int().optional().openapi({ description: '`insufficient_stock`: what was asked for.' }),
    available: z.int().optional().openapi({ description: '`insufficient_stock`: what there is.' }),
    old_price: z.string().optional().openapi({ description: '`price_changed`: what the cart showed.' }),
    new_price: z
      .string()
      .optional()
      .openapi({ description: '`price_changed`: the price now, which the cart takes over.' }),
  })
  .openapi('AffectedItem');

/** RFC 9457 problem document. Clients ignore members that they do not know; ours are all named. */
export const ProblemSchema = z
  .looseObject({
    type: z.url().openapi({ description: 'The page that explains the code.' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().openapi({ description: 'What to do about it, for people.' }),
    instance: z.string().openapi({ description: 'The path that was asked.' }),
    code: z.string().openapi({ description: 'What went wrong, for programs. Codes never change their meaning.' }),
    request_id: z.string().openapi({ description: 'The same as in `X-Request-Id`; quote it when you ask for help.' }),
    errors: z.array(InvalidValueSchema).optional().openapi({ description: 'Each wrong value, or unknown parameter.' }),
    items: z.array(AffectedItem).optional().openapi({ description: 'The products that are in the way.' }),
    coupon_code: z.string().optional().openapi({ description: 'The coupon that cannot be used.' }),
    from: z.string().optional().openapi({ description: '`invalid_transition`: the status of the order.' }),
    allowed: z.array(z.string()).optional().openapi({ description: '`invalid_transition`: what it can become.' }),
    refundable_amount: z.string().optional().openapi({ description: '`refund_exceeds_payment`: what is left.' }),
  })
  .openapi('Problem', { description: 'An error (RFC 9457). Further members can be added.' });

/** Writes the problem as `application/problem+json`. */
export function problemResponse(c: Context, problem: Problem): Response {
  const { status, title } = problems[problem.code];
  const url = new URL(c.req.url);
  const body = {
    type: `${url.origin}/docs/errors#${problem.code}`,
    title,
    status,
    detail: problem.message,
    instance: url.pathname,
    code: problem.code,
    request_id: requestContext().requestId,
    ...problem.members,
  };
  const headers: Record<string, string> = { 'cache-control': 'no-store', ...problem.headers };
  if (status === 401) headers['www-authenticate'] = 'Bearer';
  return c.body(JSON.stringify(body), status, { ...headers, 'content-type': 'application/problem+json' });
}
