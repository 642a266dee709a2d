import { createLocalJWKSet, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';

import { api, expectProblem, staff } from './support/client.ts';

describe('the gateway', () => {
  it.each(['/v1/nothing', '/v1', '/v2/products', '/nothing', '/v1/orders/a/b/c'])('has no %s', async (path) => {
    expectProblem(await api('GET', path), 404, 'not_found');
  });

  it('names the methods of a path that does not take this one', async () => {
    const answer = await api('DELETE', '/v1/products');
    expectProblem(answer, 405, 'method_not_allowed');
    expect(answer.headers.get('allow')).toBe('GET, HEAD');
    const login = await api('GET', '/v1/auth/login');
    expectProblem(login, 405, 'method_not_allowed');
    expect(login.headers.get('allow')).toBe('POST');
  });

  it('keeps a caller’s request id and makes one for everybody else', async () => {
    const kept = await api('GET', '/livez', { headers: { 'x-request-id': 'my-request_1.0' } });
    expect(kept.headers.get('x-request-id')).toBe('my-request_1.0');
    for (const odd of ['short', 'x'.repeat(129), 'with space']) {
      const { headers } = await api('GET', '/livez', { headers: { 'x-request-id': odd } });
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  it('is alive, ready, and knows its release', async () => {
    expect((await api('GET', '/livez')).body).toEqual({ status: 'ok' });
    const ready = await api('GET', '/readyz');
    expect(ready.status).toBe(200);
    expect(Object.entries(ready.body.checks).map(([name, check]) => [name, Object(check).status])).toEqual([
      ['users', 'ok'],
      ['products', 'ok'],
      ['cart', 'ok'],
      ['orders', 'ok'],
      ['payments', 'ok'],
      ['notifications', 'ok'],
    ]);
    expect((await api('GET', '/version')).body).toEqual({
      name: 'edge-commerce',
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    });
  });

  it('publishes the keys that its tokens are signed with', async () => {
    const { body } = await api('GET', '/.well-known/jwks.json');
    expect(Object.keys(body.keys[0]).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
    const token = await staff('manager');
    const { payload } = await jwtVerify(token, createLocalJWKSet(body), {
      issuer: 'edge-commerce',
      audience: 'commerce-api',
    });
    expect(payload['roles']).toEqual(expect.arrayContaining(['CUSTOMER', 'MANAGER']));
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(900);
  });

  it('serves its pages and the document itself, and nothing from elsewhere', async () => {
    for (const path of ['/', '/docs', '/docs/errors']) {
      const page = await api('GET', path);
      expect(page.status).toBe(200);
      expect(page.headers.get('content-type')).toMatch(/^text\/html/);
      expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(page.body).not.toMatch(/(src|href)="https?:/);
    }
    const yaml = await api('GET', '/openapi.yaml');
    expect(yaml.body).toMatch(/openapi: 3\.1\.0/);
    expect((await api('GET', '/openapi.json')).body.paths['/v1/orders'].post.operationId).toBe('createOrder');
    expectProblem(await api('GET', '/docs/assets/none.css'), 404, 'not_found');
  });

  it('sends security headers with everything', async () => {
    const { headers } = await api('GET', '/v1/nothing');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });

  it('lets no origin in that is not listed', async () => {
    const { headers } = await api('GET', '/livez', { headers: { origin: 'https://elsewhere.example' } });
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });

  it('refuses odd sweeps', async () => {
    expectProblem(await api('POST', '/dev/sweep?advance_seconds=-1'), 422, 'validation_failed');
  });
});
