import type { OpenAPIHono } from '@hono/zod-openapi';

import { requestContext } from '#shared/http/context.ts';
import { Problem } from '#shared/http/problem.ts';
import { dependency } from '#shared/rpc.ts';

import { targetOf } from '../domain/routing.ts';
import type { GatewayEnv } from '../env.ts';

/** Passes everything below /v1 to the service it belongs to, with our request id and trace. */
export function addForwarding(app: OpenAPIHono<GatewayEnv>): void {
  app.all('/v1/*', async (c) => {
    const target = targetOf(c.req.path);
    if (!target) throw new Problem('not_found', 'There is no such route. GET /openapi.yaml lists them all.');
    const { requestId, traceparent } = requestContext();
    const headers = new Headers(c.req.raw.headers);
    for (const name of [...headers.keys()]) if (name.startsWith('x-internal-')) headers.delete(name);
    headers.set('x-request-id', requestId);
    headers.set('traceparent', traceparent);
    const answer = c.env[target].fetch(new Request(c.req.raw, { headers, redirect: 'manual' }));
    // Imports and exports take long; each service limits what it waits for itself.
    const response = await dependency(target.toLowerCase(), answer, null);
    // Its headers cannot be changed; those of a copy can.
    return new Response(response.body, response);
  });
}
