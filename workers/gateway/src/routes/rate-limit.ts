import type { OpenAPIHono } from '@hono/zod-openapi';

import { Problem } from '#shared/http/problem.ts';

import type { GatewayEnv } from '../env.ts';

const minute = 60;

/** Per client address. The limits are those of wrangler.toml; the policy header states them (RateLimit draft, `q`/`w`). */
export function addRateLimits(app: OpenAPIHono<GatewayEnv>): void {
  app.use('/v1/*', async (c, next) => {
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
}
