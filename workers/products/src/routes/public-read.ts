import type { Context } from 'hono';
import { etag } from 'hono/etag';
import { createMiddleware } from 'hono/factory';

import { access } from '#shared/auth/access.ts';

const cacheControl = 'public, max-age=30, stale-while-revalidate=30';

const cacheable = createMiddleware(async (c, next) => {
  await next();
  if (c.res.ok) c.res.headers.set('cache-control', cacheControl);
});

/** A read that anyone may make and keep for a while: spread into its contract. 304 to who has the `tagged` content. */
export const publicRead = { ...access.public, middleware: [etag({ weak: true }), cacheable] };

/** The content itself, its weak ETag set: hashed here, it need not be read back from the answer. */
export async function tagged<Content>(c: Context, content: Content): Promise<Content> {
  const digest = await crypto.subtle.digest('SHA-1', new TextEncoder().encode(JSON.stringify(content)));
  const hex = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
  c.header('etag', `W/"${hex}"`);
  return content;
}

export const notModified = { description: 'The content still has the ETag of `If-None-Match`.' };
