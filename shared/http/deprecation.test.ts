import { z } from '@hono/zod-openapi';
import { describe, expect, it } from 'vitest';

import { access } from '#shared/auth/access.ts';
import { contract, json } from '#shared/http/contract.ts';
import { page } from '#shared/http/pages.ts';
import { type CommonBindings, createService } from '#shared/http/service.ts';

const deprecation = {
  since: '2026-12-01T00:00:00Z',
  sunset: '2027-06-01T00:00:00Z',
  link: 'https://shop.example.com/docs/moving-on',
};
const bindings: CommonBindings = { ENVIRONMENT: 'test', JWT_PUBLIC_KEYS: '{"keys":[]}', JWT_ISSUER: 'test' };

const listThings = contract({
  method: 'get',
  path: '/v1/things',
  operationId: 'listThings',
  tags: ['Things'],
  summary: 'List things',
  ...access.public,
  deprecation,
  responses: { 200: json(z.object({ data: z.array(z.string()) }), 'Things') },
});
const getThing = contract({
  ...listThings,
  path: '/v1/thing',
  operationId: 'getThing',
  ...access.customer,
  deprecation,
});

function shop() {
  const app = createService<CommonBindings>('things', { service: 'things', isComplete: () => true });
  app.openapi(listThings, (c) => {
    const { data } = page(c, ['a', 'b'], { limit: 1, list: {}, position: (id) => ({ key: id, id }) });
    return c.json({ data }, 200);
  });
  app.openapi(getThing, (c) => c.json({ data: [] }, 200));
  return app;
}

describe('a deprecated route', () => {
  it.each([
    ['/v1/things', 200],
    ['/v1/thing', 401],
    ['/v1/things?unknown=1', 400],
  ])('tells its end in every answer: %s %i', async (path, status) => {
    const answer = await shop().request(path, {}, bindings);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('deprecation')).toBe('@1796083200');
    expect(answer.headers.get('sunset')).toBe('Tue, 01 Jun 2027 00:00:00 GMT');
    expect(answer.headers.get('link')).toContain(`<${deprecation.link}>; rel="deprecation"; type="text/html"`);
  });

  it('still leads to its next page', async () => {
    const { headers } = await shop().request('/v1/things', {}, bindings);
    expect(headers.get('link')).toMatch(/^<\/v1\/things\?cursor=[^>]+>; rel="next", <[^>]+>; rel="deprecation"/);
  });

  it('is marked in the document', () => {
    const { paths } = shop().getOpenAPI31Document({ openapi: '3.1.0', info: { title: 'Things', version: '1' } });
    expect(paths?.['/v1/things']?.get).toMatchObject({
      deprecated: true,
      'x-deprecated-since': '2026-12-01',
      'x-sunset': '2027-06-01',
      externalDocs: { url: deprecation.link },
    });
  });

  it('cannot end before it begins', () => {
    expect(() => contract({ ...listThings, deprecation: { ...deprecation, sunset: deprecation.since } })).toThrow(
      'cannot end at',
    );
  });
});
