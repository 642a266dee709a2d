import { createRoute, type RouteConfig, z } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { ZodType } from 'zod';

import { requireIdempotencyKey } from '#shared/http/idempotency.ts';
import { notFound, Problem, ProblemSchema } from '#shared/http/problem.ts';
import { type ProblemCode, type ProblemStatus, problems } from '#shared/http/problems.ts';

const MEBIBYTE = 1024 * 1024;

/**
 * `createRoute` with what every route of ours has: the checks run in the documented order (token and role, then ids in
 * the path, then the idempotency key where one is needed, then size and form of the body, then its values), and query parameters that a route does not name are refused.
 */
export function contract<const P extends string, const R extends Omit<RouteConfig, 'path'> & { path: P }>(
  config: R & { maxBodyBytes?: number; needsIdempotencyKey?: true },
) {
  const { maxBodyBytes = MEBIBYTE, needsIdempotencyKey = false } = config;
  const { params, body } = config.request ?? {};
  const checks: MiddlewareHandler[] = [];
  if (params) checks.push(pathFirst(params));
  if (needsIdempotencyKey) checks.push(requireIdempotencyKey);
  if (body) checks.push(bodyLimit({ maxSize: maxBodyBytes, onError: () => refuseSize(maxBodyBytes) }));
  const middleware = [...[config.middleware ?? []].flat(), ...checks];
  const request = { query: z.strictObject({}), ...config.request };
  const route = { ...config, request, middleware };
  delete route.maxBodyBytes;
  delete route.needsIdempotencyKey;
  return createRoute<P, R>(route);
}

function pathFirst(params: NonNullable<NonNullable<RouteConfig['request']>['params']>): MiddlewareHandler {
  return async (c, next) => {
    const { success } = await params.safeParseAsync(c.req.param());
    if (!success) throw notFound('resource');
    await next();
  };
}

function refuseSize(bytes: number): never {
  throw new Problem('payload_too_large', `Send at most ${bytes / MEBIBYTE} MiB.`);
}

/** A JSON request body. */
export function jsonBody<Schema extends ZodType>(schema: Schema) {
  return { required: true, content: { 'application/json': { schema } } } as const;
}

/** A JSON answer. */
export function json<Schema extends ZodType>(schema: Schema, description: string) {
  return { description, content: { 'application/json': { schema } } } as const;
}

/** A 201 answer with its `Location`. */
export function created<Schema extends ZodType>(schema: Schema, description: string) {
  return { ...json(schema, description), headers: z.object({ Location: z.string() }) };
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

/** The answer with one of these codes, for the document. */
function problemContent(codes: ProblemCode[]) {
  return {
    description: codes.map((code) => `\`${code}\`: ${problems[code].title}.`).join(' '),
    content: { 'application/problem+json': { schema: ProblemSchema } },
  };
}

/** A path with the id of a resource. Anything but a UUID names nothing: 404. */
export const IdPath = z.object({
  id: z.uuid().openapi({ param: { name: 'id', in: 'path' }, example: '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f' }),
});
