import { requestContext } from '#shared/http/context.ts';
import { describeError, log } from '#shared/http/log.ts';

import type { Answer } from '../domain/answer.ts';

interface Upstream {
  PRODUCTS: { fetch(url: string, init: RequestInit): Promise<Response> };
}

/** What became of a question to products. Not `ok`: it does not answer, or cannot serve. */
export type Landing = { ok: true; answer: Answer } | { ok: false };

/** A little longer than products waits for its database. */
const patienceMilliseconds = 6_000;

/**
 * Reads from products as somebody of whom nothing is known: no header of a client's request is passed on, so the answer
 * cannot hold what only that client may see. Does not throw.
 */
export async function readProducts(env: Upstream, url: string, version: number): Promise<Landing> {
  const asked_at = Date.now();
  const { requestId, traceparent } = requestContext();
  try {
    const response = await env.PRODUCTS.fetch(url, {
      headers: { 'x-request-id': requestId, traceparent },
      redirect: 'manual',
      signal: AbortSignal.timeout(patienceMilliseconds),
    });
    const body = await response.arrayBuffer();
    const { status } = response;
    const headers = Object.fromEntries(response.headers);
    if (status < 500) return { ok: true, answer: { asked_at, version, status, headers, body } };
    log('warn', 'products cannot serve', { status });
  } catch (error) {
    log('error', 'dependency failed', { dependency: 'products', ...describeError(error) });
  }
  return { ok: false };
}
