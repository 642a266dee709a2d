import type { OpenAPIHono } from '@hono/zod-openapi';
import { createMiddleware } from 'hono/factory';

import { requestContext } from '#shared/http/context.ts';
import { Problem } from '#shared/http/problem.ts';
import { dependency } from '#shared/rpc.ts';

import { targetOf } from '../domain/routing.ts';
import type { GatewayEnv } from '../env.ts';

/** Passes everything below /v1 to the service it belongs to, with our request id and trace. */
export function addForwarding(app: OpenAPIHono<GatewayEnv>): void {
  app.use('/v1/*', rateLimit);
  app.all('/v1/*', async (c) => {
    const target = targetOf(c.req.path);
    if (!target) throw new Problem('not_found', 'There is no such route. GET /openapi.yaml lists them all.');
    const { requestId, traceparent } = requestContext();
    const headers = new Headers(c.req.raw.headers);
    for (const name of [...headers.keys()]) if (name.startsWith('x-internal-')) headers.delete(name);
    headers.set('x-request-id', requestId);
    headers.set('traceparent', traceparent);
    return dependency(
      target.toLowerCase(),
      c.env[target].fetch(new Request(c.req.raw, { headers, redirect: 'manual' })),
    );
  });
}

const minute = 60;

/** Per client address. The limits are those of wrangler.toml; the policy header states them (RateLimit draft, `q`/`w`). */
const rateLimit = createMiddleware<GatewayEnv>(async (c, next) => {
  const isAuth = c.req.path.startsWith('/v1/auth/');
  const [limiter, name, quota] = isAuth
    ? ([c.env.AUTH_RATE_LIMIT, 'auth', 20] as const)
    : ([c.env.API_RATE_LIMIT, 'api', 600] as const);
  const { success } = await limiter.limit({ key: c.req.header('cf-connecting-ip') ?? 'local' });
  if (!success) {
    throw new Problem('rate_limited', `Wait a minute: this address sent more than ${quota} requests.`, {
      headers: { 'retry-after': String(minute), 'ratelimit-policy': `"${name}";q=${quota};w=${minute}` },
    });
  }
  await next();
});
