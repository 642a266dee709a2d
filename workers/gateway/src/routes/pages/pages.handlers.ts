import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';

import { notFound } from '#shared/http/problem.ts';

import type { GatewayEnv } from '../../env.ts';

/** Pages and documents that are built as static files and served by this worker. */
export function addPages(app: OpenAPIHono<GatewayEnv>): void {
  app.get('/', (c) => file(c, '/index.html'));
  app.get('/docs', (c) => file(c, '/docs/index.html'));
  app.get('/docs/errors', (c) => file(c, '/docs/errors.html'));
  app.get('/docs/assets/:name', (c) => file(c, new URL(c.req.url).pathname));
  app.get('/openapi.yaml', (c) => file(c, '/openapi.yaml'));
  app.get('/openapi.json', (c) => file(c, '/openapi.json'));
}

async function file(c: Context<GatewayEnv>, path: string): Promise<Response> {
  const answer = await c.env.ASSETS.fetch(new Request(new URL(path, c.req.url), { headers: c.req.raw.headers }));
  if (answer.status === 404) throw notFound('page');
  return answer;
}
