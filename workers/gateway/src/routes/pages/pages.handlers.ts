import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';

import { notFound } from '#shared/http/problem.ts';

import type { GatewayEnv } from '../../env.ts';

/** Pages are asked for anew each time and answered with 304 while they are the same. */
const pages = ['/', '/docs', '/docs/errors', '/docs/guides', '/docs/guides/:name', '/openapi.yaml', '/openapi.json'];

/** Pages and documents that are built as static files and served by this worker. */
export function addPages(app: OpenAPIHono<GatewayEnv>): void {
  app.on('GET', pages, file);
  app.get('/docs/assets/:name', async (c) => {
    const answer = await file(c);
    // The name changes with the content.
    answer.headers.set('cache-control', 'public, max-age=31536000, immutable');
    return answer;
  });
}

async function file(c: Context<GatewayEnv>): Promise<Response> {
  const { pathname, origin } = new URL(c.req.url);
  const request = new Request(`${origin}${pathname}`, { headers: c.req.raw.headers, redirect: 'manual' });
  const answer = await c.env.ASSETS.fetch(request);
  if (answer.status !== 200 && answer.status !== 304) throw notFound('page');
  // Its headers cannot be changed; those of a copy can.
  return new Response(answer.body, answer);
}
