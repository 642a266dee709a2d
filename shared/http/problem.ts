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

/** RFC 9457 problem document. */
export const ProblemSchema = z
  .looseObject({
    type: z.url().openapi({ example: 'https://shop.example.com/docs/errors#not_found' }),
    title: z.string().openapi({ example: 'Not found' }),
    status: z.int().openapi({ example: 404 }),
    detail: z.string().openapi({ example: 'There is no such product.' }),
    instance: z.string().openapi({ example: '/v1/products/unknown' }),
    code: z.string().openapi({ example: 'not_found' }),
    request_id: z.string().openapi({ example: '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f' }),
    errors: z
      .array(
        z.object({
          pointer: z.string().optional(),
          parameter: z.string().optional(),
          code: z.string(),
          message: z.string(),
        }),
      )
      .optional(),
  })
  .openapi('Problem');

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
