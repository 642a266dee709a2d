import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { cors } from 'hono/cors';

import type { GatewayEnv } from '../env.ts';

const strictPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The interactive reference styles its elements itself, and has pictures in its style sheet. */
const referencePolicy = strictPolicy
  .replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
  .replace("img-src 'self'", "img-src 'self' data:");

const crossOrigin = cors({
  origin: (origin, c: Context<GatewayEnv>) => (originsOf(c.env).includes(origin) ? origin : null),
  allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
  allowHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'If-Match', 'If-None-Match', 'X-Request-Id'],
  exposeHeaders: [
    'Age',
    'Allow',
    'Cache-Status',
    'Content-Disposition',
    'Deprecation',
    'ETag',
    'Idempotency-Replayed',
    'Link',
    'Location',
    'RateLimit-Policy',
    'Retry-After',
    'Sunset',
    'WWW-Authenticate',
    'X-Request-Id',
  ],
  maxAge: 86_400,
});

/** Security headers on every answer, and CORS for the origins that the configuration lists. */
export function addSecurity(app: OpenAPIHono<GatewayEnv>): void {
  app.use(async (c, next) => {
    await next();
    const { headers } = c.res;
    headers.set('x-content-type-options', 'nosniff');
    headers.set('referrer-policy', 'no-referrer');
    if (c.req.url.startsWith('https:')) {
      headers.set('strict-transport-security', 'max-age=63072000; includeSubDomains');
    }
    if (headers.get('content-type')?.startsWith('text/html')) {
      headers.set('content-security-policy', c.req.path === '/docs' ? referencePolicy : strictPolicy);
    }
  });
  app.use(async (c, next) => {
    // Without a method that is asked for it is a plain OPTIONS request, which the route answers with its methods.
    const isPlainOptions = c.req.method === 'OPTIONS' && !c.req.header('access-control-request-method');
    if (c.req.header('origin') && !isPlainOptions) return crossOrigin(c, next);
    await next();
    c.res.headers.append('vary', 'Origin');
  });
}

function originsOf({ ALLOWED_ORIGINS }: GatewayEnv['Bindings']): string[] {
  return ALLOWED_ORIGINS.split(',').map((origin) => origin.trim());
}
