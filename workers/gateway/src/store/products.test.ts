import { describe, expect, it } from 'vitest';

import { withTrace } from '#shared/http/context.ts';

import { readProducts } from './products.ts';

const trace = { requestId: 'request-1', traceparent: '00-1-2-01' };
const url = 'https://shop.example/v1/products?limit=2';

/** Reads from a service that answers so, and notes how it was asked. */
async function read(answer: () => Response) {
  const asked: { url: string; headers: Record<string, string> }[] = [];
  const PRODUCTS = {
    fetch: async (to: string, init: RequestInit) => {
      const request = new Request(to, init);
      asked.push({ url: `${request.method} ${request.url}`, headers: Object.fromEntries(request.headers) });
      return answer();
    },
  };
  const landing = await withTrace('gateway', trace, () => readProducts({ PRODUCTS }, url, 7));
  return { landing, asked };
}

describe('readProducts', () => {
  it('asks once, as nobody in particular', async () => {
    const { asked } = await read(() => new Response('{}'));
    expect(asked).toEqual([{ url: `GET ${url}`, headers: { 'x-request-id': 'request-1', traceparent: '00-1-2-01' } }]);
  });

  it.each([200, 400, 404])('brings a %i', async (status) => {
    const before = Date.now();
    const { landing } = await read(() => new Response('{}', { status, headers: { ETag: 'W/"a"' } }));
    expect(landing).toEqual({
      ok: true,
      answer: {
        asked_at: expect.any(Number),
        version: 7,
        status,
        headers: { etag: 'W/"a"', 'content-type': 'text/plain;charset=UTF-8' },
        body: new TextEncoder().encode('{}').buffer,
      },
    });
    expect(landing.ok && landing.answer.asked_at >= before).toBe(true);
  });

  it.each([500, 503])('takes a %i for a service that is down', async (status) => {
    expect((await read(() => new Response('{}', { status }))).landing).toEqual({ ok: false });
  });

  it('does not throw', async () => {
    const { landing } = await read(() => {
      throw new Error('connection lost');
    });
    expect(landing).toEqual({ ok: false });
  });
});
