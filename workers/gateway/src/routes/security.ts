import type { OpenAPIHono } from '@hono/zod-openapi';
import { cors } from 'hono/cors';

import type { GatewayEnv } from '../env.ts';

const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Security headers on every answer, and CORS for the origins that the configuration lists. */
export function addSecurity(app: OpenAPIHono<GatewayEnv>): void {
  app.use(async (c, next) => {
    await next();
    c.header('x-content-type-options', 'nosniff');
    c.header('referrer-policy', 'no-referrer');
    if (c.req.url.startsWith('https:')) c.header('strict-transport-security', 'max-age=63072000; includeSubDomains');
    if (c.res.headers.get('content-type')?.startsWith('text/html')) {
      c.header('content-security-policy', contentSecurityPolicy);
    }
  });
  app.use((c, next) => {
    const allowed = c.env.ALLOWED_ORIGINS.split(',').map((origin) => origin.trim());
    const handle = cors({
      origin: (origin) => (allowed.includes(origin) ? origin : null),
      allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      allowHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'If-Match', 'If-None-Match', 'X-Request-Id'],
      exposeHeaders: [
        'Age',
        'Cache-Status',
        'ETag',
        'Idempotency-Replayed',
        'Link',
        'Location',
        'Retry-After',
        'X-Request-Id',
      ],
      maxAge: 86_400,
    });
    return handle(c, next);
  });
}
