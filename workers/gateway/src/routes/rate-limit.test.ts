import { expect, it } from 'vitest';

import { createService } from '#shared/http/service.ts';

import type { Bindings } from '../env.ts';
import { addRateLimits } from './rate-limit.ts';

/** A gateway whose limits let nobody, or everybody, through. */
function gateway(success: boolean) {
  const asked: string[] = [];
  const limiter = (name: string) => ({
    limit: async ({ key }: { key: string }) => {
      asked.push(`${name} ${key}`);
      return { success };
    },
  });
  const app = createService<Bindings>('gateway', { service: 'gateway', isComplete: () => true });
  addRateLimits(app);
  app.get('/v1/*', (c) => c.text('passed'));
  const env = { AUTH_RATE_LIMIT: limiter('auth'), API_RATE_LIMIT: limiter('api') };
  const get = (path: string) => app.request(path, { headers: { 'cf-connecting-ip': '192.0.2.1' } }, env);
  return { asked, get };
}

it.each([
  ['/v1/products', 'api', '"api";q=600;w=60'],
  ['/v1/auth/login', 'auth', '"auth";q=20;w=60'],
])('refuses %s beyond its limit, and says which and for how long', async (path, limiter, policy) => {
  const { asked, get } = gateway(false);
  const answer = await get(path);
  expect(answer.status).toBe(429);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(answer.headers.get('retry-after')).toBe('60');
  expect(answer.headers.get('ratelimit-policy')).toBe(policy);
  expect(await answer.json()).toMatchObject({ code: 'rate_limited', status: 429, instance: path });
  expect(asked).toEqual([`${limiter} 192.0.2.1`]);
});

it('lets everything else through', async () => {
  const answer = await gateway(true).get('/v1/products');
  expect([answer.status, await answer.text()]).toEqual([200, 'passed']);
});
