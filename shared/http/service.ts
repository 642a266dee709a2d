import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context, Env } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ZodError } from 'zod';

import type { Actor } from '#shared/auth/access.ts';
import { isDatabaseUnavailable } from '#shared/db/errors.ts';
import { requestContext, traceOf, withTrace } from '#shared/http/context.ts';
import { describeError, log } from '#shared/http/log.ts';
import { type InvalidValue, invalid, notFound, Problem, problemResponse, unavailable } from '#shared/http/problem.ts';

/** Bindings that every service has, beside its own. */
export interface CommonBindings {
  ENVIRONMENT: string;
  JWT_PUBLIC_KEYS: string;
  JWT_ISSUER: string;
}

export interface ServiceEnv<Bindings extends CommonBindings> extends Env {
  Bindings: Bindings;
  /** Set by `access` and by `requireIdempotencyKey`, on the routes that have them. */
  Variables: { actor: Actor; idempotencyKey: string };
}

/** A Hono app with what all services share: trace, logs, problem documents for every error, round-trip figures. */
export function createService<Bindings extends CommonBindings>(service: string): OpenAPIHono<ServiceEnv<Bindings>> {
  const app = new OpenAPIHono<ServiceEnv<Bindings>>({
    strict: true,
    defaultHook: (result) => {
      if (!result.success) throw refusalOf(result.target, result.error);
    },
  });
  app.use((c, next) =>
    withTrace(service, traceOf(c.req.raw.headers), async () => {
      const started = Date.now();
      await next();
      const { requestId, roundTrips } = requestContext();
      c.header('x-request-id', requestId);
      // The gateway passes on what the service counted.
      if (c.env.ENVIRONMENT === 'local' && !c.res.headers.has('server-timing'))
        c.header('server-timing', `db;desc="${roundTrips}"`);
      const { method, path } = c.req;
      log('info', 'request', { method, path, status: c.res.status, ms: Date.now() - started, db: roundTrips });
    }),
  );
  app.notFound((c) => problemResponse(c, methodsHint(app, c) ?? new Problem('not_found', 'There is no such route.')));
  app.onError((error, c) => problemResponse(c, problemOf(error)));
  return app;
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

/** 405 with `Allow` where the path is known but not with this method. */
function methodsHint<Bindings extends CommonBindings>(
  app: OpenAPIHono<ServiceEnv<Bindings>>,
  c: Context,
): Problem | undefined {
  const methods = app.routes
    .filter((route) => route.method !== 'ALL' && matches(route.path, c.req.path))
    .map((route) => route.method);
  if (methods.length === 0) return undefined;
  const allow = [...new Set(methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])))].join(', ');
  return new Problem('method_not_allowed', `Use one of ${allow}.`, { headers: { allow } });
}

function matches(pattern: string, path: string): boolean {
  const wanted = pattern.split('/');
  const parts = path.split('/');
  return wanted.length === parts.length && wanted.every((part, i) => part.startsWith(':') || part === parts[i]);
}
