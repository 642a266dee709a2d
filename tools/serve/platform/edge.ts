/**
 * Around the gateway, in its own isolate: what Cloudflare's edge does before a worker. It says who asks and has a cache.
 * What a client itself claims to be is never believed; what the proxy in front says is, where there is one.
 */
import { WorkerEntrypoint } from 'cloudflare:workers';
import gateway from 'gateway-bundle';

import { closeGate, openGate, throughGate } from './gate.ts';
import { memoryCaches } from './memory-cache.ts';

export * from 'gateway-bundle';

interface Env {
  CACHE_BYTES: string;
  /** `on`: every request comes through a proxy, which adds the client's address to X-Forwarded-For. */
  BEHIND_PROXY?: string;
}

let hasCaches = false;

export default {
  ...gateway,
  fetch(request: Request, env: Env, context: ExecutionContext): Response | Promise<Response> {
    if (!hasCaches) Object.defineProperty(globalThis, 'caches', { value: memoryCaches(Number(env.CACHE_BYTES)) });
    hasCaches = true;
    const known = new Request(request);
    const forwarded = env.BEHIND_PROXY === 'on' ? lastForwarded(request.headers) : undefined;
    known.headers.set('cf-connecting-ip', forwarded || peerOf(request));
    return throughGate(() => gateway.fetch(known, env, context));
  },
};

/** Holds requests back from when it answers until the body of what it was asked ends. */
export class Gate extends WorkerEntrypoint {
  override async fetch({ body }: Request): Promise<Response> {
    await closeGate();
    const { readable, writable } = new IdentityTransformStream();
    this.ctx.waitUntil((body?.pipeTo(writable) ?? writable.close()).finally(openGate));
    return new Response(readable);
  }
}

function lastForwarded(headers: Headers): string | undefined {
  return headers.get('x-forwarded-for')?.split(',').at(-1)?.trim();
}

/** The address of the connection, without its port. */
function peerOf({ cf }: Request): string {
  const address = cf?.['clientIp'];
  return typeof address === 'string' ? address.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1') : 'unknown';
}
