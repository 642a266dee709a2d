import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context, Env } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { matchedRoutes } from 'hono/route';
import type { ZodError } from 'zod';

import type { Actor } from '#shared/auth/access.ts';
import type { Configuration } from '#shared/configuration.ts';
import { isDatabaseUnavailable } from '#shared/db/errors.ts';
import { requestContext, traceOf, withTrace } from '#shared/http/context.ts';
import { withFaultPoints } from '#shared/http/faults.ts';
import { describeError, log } from '#shared/http/log.ts';
import { type InvalidValue, invalid, notFound, Problem, problemResponse, unavailable } from '#shared/http/problem.ts';
import { count, measureInto, type MetricsDataset } from '#shared/metrics.ts';

/** Bindings that every service has, beside its own. */
export interface CommonBindings {
  ENVIRONMENT: string;
  JWT_PUBLIC_KEYS: string;
  JWT_ISSUER: string;
  METRICS?: MetricsDataset;
}

export interface ServiceEnv<Bindings extends CommonBindings> extends Env {
  Bindings: Bindings;
  /** Set by `access` and by `requireIdempotencyKey`, on the routes that have them. */
  Variables: { actor: Actor; idempotencyKey: string };
}

/**
 * A Hono app with what all services share: trace, logs, problem documents for every error, round-trip figures, and 503 to
 * everything while its configuration is incomplete.
 */
export function createService<Bindings extends CommonBindings>(
  service: string,
  configuration: Configuration,
): OpenAPIHono<ServiceEnv<Bindings>> {
  const app = new OpenAPIHono<ServiceEnv<Bindings>>({
    strict: true,
    defaultHook: (result) => {
      if (!result.success) throw refusalOf(result.target, result.error);
    },
  });
  app.use((c, next) =>
    withTrace(service, traceOf(c.req.raw.headers), async () => {
      const started = Date.now();
      measureInto(c.env);
      c.env = withFaultPoints(c.env);
      await next();
      const { requestId, roundTrips } = requestContext();
      // Not by `c.header`, which would copy the answer each time.
      const { headers } = c.res;
      headers.set('x-request-id', requestId);
      // Whatever may be kept says so itself.
      if (!headers.has('cache-control')) headers.set('cache-control', 'no-store');
      // The gateway passes on what the service counted.
      if (c.env.ENVIRONMENT === 'local' && !headers.has('server-timing')) {
        headers.set('server-timing', `db;desc="${roundTrips}"`);
      }
      report(c, { ms: Date.now() - started, db: roundTrips });
    }),
  );
  app.use((c, next) => {
    if (!configuration.isComplete(c.env)) {
      throw unavailable('This service is not set up yet. Try again later.');
    }
    return next();
  });
  app.use((c, next) => {
    if (isMistakenForPattern(app, c.req)) throw methodNotAllowed(allowedMethods(app, c.req.path));
    return next();
  });
  app.notFound((c) => {
    const allow = allowedMethods(app, c.req.path);
    if (allow === '') return problemResponse(c, new Problem('not_found', 'There is no such route.'));
    if (c.req.method === 'OPTIONS') return c.body(null, 204, { allow });
    return problemResponse(c, methodNotAllowed(allow));
  });
  app.onError((error, c) => problemResponse(c, problemOf(error)));
  return app;
}

/** The line and the data point of a request that was answered. */
function report(c: Context, { ms, db }: { ms: number; db: number }): void {
  const { method, path } = c.req;
  const { status } = c.res;
  const route = routeOf(c);
  log('info', 'request', { method, route, path: withoutAddresses(path), status, ms, db });
  const statusClass = `${Math.floor(status / 100)}xx`;
  count({ name: 'request', method, route: route ?? '', status: statusClass, milliseconds: ms, database: db });
}

/** The pattern of the route, such as `/v1/orders/:id`; null where there is none but those that all requests pass. */
function routeOf(c: Context): string | null {
  return matchedRoutes(c).findLast(({ path }) => path !== '*' && path !== '/*')?.path ?? null;
}

/** No route has an email address in its path, but a client may. */
function withoutAddresses(path: string): string {
  return path.replaceAll(/[^/]*(?:@|%40)[^/]*/g, '…');
}

function problemOf(error: Error): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof HTTPException) return frameworkProblem(error);
  if (isDatabaseUnavailable(error)) {
    log('error', 'database unavailable', describeError(error));
    return unavailable();
  }
  log('error', 'unexpected error', describeError(error));
  return new Problem('internal_error', 'The request failed. Nothing is wrong with what you sent; try again later.');
}

function frameworkProblem({ status, message }: HTTPException): Problem {
  switch (status) {
    case 400:
      return new Problem('malformed_json', 'Send a body that is valid JSON in UTF-8.');
    case 413:
      return new Problem('payload_too_large', 'Send a smaller body.');
    case 415:
      return new Problem('unsupported_media_type', 'Send the Content-Type that this route documents.');
    default:
      return new Problem('bad_request', message);
  }
}

function refusalOf(target: string, error: ZodError): Problem {
  if (target === 'param') return notFound('resource');
  if (target === 'query') {
    const unknown = error.issues.find((issue) => issue.code === 'unrecognized_keys');
    if (unknown) return unknownParameter(unknown.keys);
    return invalid(error.issues.map((issue) => ({ parameter: String(issue.path[0] ?? ''), ...reason(issue) })));
  }
  return invalid(error.issues.flatMap(bodyEntries));
}

function unknownParameter(names: string[]): Problem {
  return new Problem('unknown_parameter', `Remove ${names.join(', ')}: this route does not know it.`, {
    members: { errors: names.map((parameter) => ({ parameter, code: 'unknown_parameter', message: 'Unknown.' })) },
  });
}

function bodyEntries(issue: ZodError['issues'][number]): InvalidValue[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: pointerTo([...issue.path, key]),
      code: 'unknown_field',
      message: 'Unknown field.',
    }));
  }
  return [{ pointer: pointerTo(issue.path), ...reason(issue) }];
}

function reason(issue: ZodError['issues'][number]): { code: string; message: string } {
  const missing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
  if (missing) return { code: 'required', message: 'This is required.' };
  const ownCode: unknown = issue.code === 'custom' ? issue.params?.['code'] : undefined;
  return { code: typeof ownCode === 'string' ? ownCode : issue.code, message: issue.message };
}

/** RFC 6901. */
function pointerTo(path: PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** What a path can be asked with, as `Allow` says it; empty for a path that is not known. */
function allowedMethods<Bindings extends CommonBindings>(app: OpenAPIHono<ServiceEnv<Bindings>>, path: string): string {
  const matching = app.routes.filter((route) => route.method !== 'ALL' && matches(route.path, path));
  const fixed = matching.filter((route) => route.path === path);
  const routes = fixed.length > 0 ? fixed : matching;
  const methods = routes.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  return [...new Set(methods)].join(', ');
}

function methodNotAllowed(allow: string): Problem {
  return new Problem('method_not_allowed', `Use one of ${allow}.`, { headers: { allow } });
}

/**
 * Whether the path is that of a route with other methods, and a pattern beside it has this one: `GET /v1/orders/quote`
 * does not ask for the order of the id `quote`.
 */
function isMistakenForPattern<Bindings extends CommonBindings>(
  app: OpenAPIHono<ServiceEnv<Bindings>>,
  { method, path }: { method: string; path: string },
): boolean {
  const wanted = method === 'HEAD' ? 'GET' : method;
  const fixed = app.routes.filter((route) => route.method !== 'ALL' && route.path === path);
  if (fixed.length === 0 || fixed.some((route) => route.method === wanted)) return false;
  return app.routes.some((route) => route.method === wanted && matches(route.path, path));
}

function matches(pattern: string, path: string): boolean {
  const wanted = pattern.split('/');
  const parts = path.split('/');
  const fits = (part: string, i: number) => (part.startsWith(':') ? parts[i] !== '' : part === parts[i]);
  return wanted.length === parts.length && wanted.every(fits);
}
