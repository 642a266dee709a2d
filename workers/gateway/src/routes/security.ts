import type { OpenAPIHono } from '@hono/zod-openapi';
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

/** Security headers on every answer, and CORS for the origins that the configuration lists. */
export function addSecurity(app: OpenAPIHono<GatewayEnv>): void {
  app.use(async (c, next) => {
    await next();
    c.header('x-content-type-options', 'nosniff');
    c.header('referrer-policy', 'no-referrer');
    if (c.req.url.startsWith('https:')) c.header('strict-transport-security', 'max-age=63072000; includeSubDomains');
    if (c.res.headers.get('content-type')?.startsWith('text/html')) {
      c.header('content-security-policy', c.req.path === '/docs' ? referencePolicy : strictPolicy);
    }
  });
  app.use(async (c, next) => {
    // Without these two it is a plain OPTIONS request, which the route answers with its methods.
    const isPreflight = c.req.header('origin') && c.req.header('access-control-request-method');
    if (c.req.method === 'OPTIONS' && !isPreflight) return next();
    const allowed = c.env.ALLOWED_ORIGINS.split(',').map((origin) => origin.trim());
    const handle = cors({
      origin: (origin) => (allowed.includes(origin) ? origin : null),
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
    return handle(c, next);
  });
}
