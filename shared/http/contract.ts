import { createRoute, type RouteConfig, z } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { ZodType } from 'zod';

import { announceDeprecation, type Deprecation, deprecationNotes } from '#shared/http/deprecation.ts';
import { requireIdempotencyKey } from '#shared/http/idempotency.ts';
import { notFound, Problem, ProblemSchema } from '#shared/http/problem.ts';
import { type ProblemCode, type ProblemStatus, problems } from '#shared/http/problems.ts';

const MEBIBYTE = 1024 * 1024;

interface Options {
  maxBodyBytes?: number;
  needsIdempotencyKey?: true;
  /** The route still works and its answers say until when; the document marks it. */
  deprecation?: Deprecation;
}

/**
 * `createRoute` with what every route of ours has: the checks run in the documented order (token and role, then ids in
 * the path, then the idempotency key where one is needed, then size and form of the body, then its values), and query
 * parameters that a route does not name are refused.
 */
export function contract<
  const P extends string,
  const R extends Omit<RouteConfig, 'path' | 'deprecated'> & { path: P },
>(config: R & Options) {
  const { maxBodyBytes = MEBIBYTE, needsIdempotencyKey = false, deprecation } = config;
  const { params, body } = config.request ?? {};
  const checks: MiddlewareHandler[] = [];
  if (params) checks.push(pathFirst(params));
  if (needsIdempotencyKey) checks.push(requireIdempotencyKey);
  if (body) checks.push(bodyLimit({ maxSize: maxBodyBytes, onError: () => refuseSize(maxBodyBytes) }));
  // What has no schema is read by the route itself.
  const media = body?.content['application/json'];
  if (media && 'schema' in media && media.schema instanceof z.ZodType) {
    if (body?.required) checks.push(requireBody);
    checks.push(requireUtf8);
  }
  const announcements = deprecation ? [announceDeprecation(deprecation)] : [];
  const middleware = [...announcements, ...[config.middleware ?? []].flat(), ...checks];
  const request = { query: z.strictObject({}), ...config.request };
  const route = { ...config, request, middleware };
  delete route.maxBodyBytes;
  delete route.needsIdempotencyKey;
  delete route.deprecation;
  return createRoute<P, R>(Object.assign(route, deprecation && deprecationNotes(deprecation)));
}

function pathFirst(params: NonNullable<NonNullable<RouteConfig['request']>['params']>): MiddlewareHandler {
  return async (c, next) => {
    const { success } = await params.safeParseAsync(c.req.param());
    if (!success) throw notFound('resource');
    await next();
  };
}

/** JSON is UTF-8 (RFC 8259, section 8.1). Parsers put U+FFFD for what is not, which nobody meant. */
const requireUtf8: MiddlewareHandler = async (c, next) => {
  if (/^application\/([\w.-]+\+)?json\b/i.test(c.req.header('content-type') ?? '')) {
    try {
      new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await c.req.arrayBuffer());
    } catch {
      throw new Problem('malformed_json', 'Send a body that is valid JSON in UTF-8.');
    }
  }
  await next();
};

/** The framework takes a request without body and media type for an empty object. */
const requireBody: MiddlewareHandler = async (c, next) => {
  if (c.req.header('content-type') === undefined) {
    throw new Problem('unsupported_media_type', 'Send a body, with the Content-Type that this route documents.');
  }
  await next();
};

function refuseSize(bytes: number): never {
  throw new Problem('payload_too_large', `Send at most ${bytes / MEBIBYTE} MiB.`);
}

/** A JSON request body. */
export function jsonBody<Schema extends ZodType>(schema: Schema) {
  return { required: true, content: { 'application/json': { schema } } } as const;
}

/** A JSON answer. An example is only needed where that of the schema would not be true of this one. */
export function json<Schema extends ZodType>(schema: Schema, description: string, example?: z.input<Schema>) {
  return { description, content: { 'application/json': { schema, ...(example && { example }) } } } as const;
}

/** A 201 answer with its `Location`. */
export function created<Schema extends ZodType>(schema: Schema, description: string, example?: z.input<Schema>) {
  return { ...json(schema, description, example), headers: z.object({ Location: z.string() }) };
}

/**
 * The refusals that are particular to a route. Those that any route can give (400, 401, 403, 404 of a path id, 413, 415,
 * 422, 429, 500, 503) are added to the document for all routes at once.
 */
export function errors<Code extends ProblemCode>(...codes: Code[]): Record<ProblemStatus<Code>, ProblemContent>;
export function errors(...codes: ProblemCode[]): Record<number, ProblemContent> {
  const byStatus: Record<number, ProblemCode[]> = {};
  for (const code of codes) (byStatus[problems[code].status] ??= []).push(code);
  return Object.fromEntries(Object.entries(byStatus).map(([status, ofStatus]) => [status, problemContent(ofStatus)]));
}

type ProblemContent = ReturnType<typeof problemContent>;

/** The answer with one of these codes, for the document, which has an example of each code. */
function problemContent(codes: ProblemCode[]) {
  const examples = Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/examples/${code}` }]));
  return {
    description: codes.map((code) => `\`${code}\`: ${problems[code].title}.`).join(' '),
    content: { 'application/problem+json': { schema: ProblemSchema, examples } },
  };
}

/** A path with the id of a resource. Anything but a UUID names nothing: 404. */
export const IdPath = z.object({
  id: z.uuid().openapi({
    param: { name: 'id', in: 'path' },
    description: 'The id of the resource (UUID). One that is malformed names nothing: 404.',
    example: '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f',
  }),
});
