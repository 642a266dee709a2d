import { etag } from 'hono/etag';
import { createMiddleware } from 'hono/factory';

import { access } from '#shared/auth/access.ts';

const cacheControl = 'public, max-age=30, stale-while-revalidate=30';

const cacheable = createMiddleware(async (c, next) => {
  await next();
  if (c.res.ok) c.res.headers.set('cache-control', cacheControl);
});

/** A read that anyone may make and keep for a while: spread into its contract. Weak ETag of the content, 304. */
export const publicRead = { ...access.public, middleware: [etag({ weak: true }), cacheable] };

export const notModified = { description: 'The content still has the ETag of `If-None-Match`.' };
