import { randomUUID } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { type Answer, api, expectProblem } from './support/client.ts';
import { document } from './support/document.ts';
import { call, type Callable, hasParameter, named, operations, pathWith } from './support/operations.ts';
import { manager, newBuyer, newProduct, placeOrder } from './support/shop.ts';
import { allowedOrigins } from './support/stack.ts';

const reads = operations.filter(({ method }) => method === 'get');
const conditional = operations.filter(({ operation }) => '304' in operation.responses);
const guarded = operations.filter((operation) => hasParameter(operation, 'If-Match'));
const [origin = ''] = allowedOrigins;

describe('HEAD', () => {
  // About the one request, not about the resource.
  const own = [
    'age',
    'cache-status',
    'connection',
    'content-encoding',
    'content-length',
    'date',
    'server-timing',
    'transfer-encoding',
    'x-request-id',
  ];
  const lasting = ({ headers }: Answer) => [...headers].filter(([name]) => !own.includes(name));

  it.each(named(reads))('of %s is its GET without the body', async (_, operation) => {
    const path = pathWith(operation, { id: await productId(), id_or_slug: await productId() });
    const get = await call(operation, { path });
    const head = await call(operation, { path, method: 'HEAD' });
    expect([head.status, head.body]).toEqual([get.status, '']);
    expect(lasting(head)).toEqual(lasting(get));
  });
});

describe('a method that a path does not take', () => {
  const paths = [...new Set(operations.map(({ path }) => path))];
  const methods = ['GET', 'PUT', 'POST', 'PATCH', 'DELETE'];

  it.each(paths)('%s names those that it takes', async (path) => {
    const [first] = operations.filter((operation) => operation.path === path);
    const asked = first === undefined ? path : pathWith(first);
    const fixed = operations.filter((operation) => operation.path === asked);
    const here = fixed.length > 0 ? fixed : operations.filter((operation) => patternOf(operation).test(asked));
    const taken = [...new Set(here.map(({ method }) => method.toUpperCase()))];
    const allowed = [...taken, ...(taken.includes('GET') ? ['HEAD'] : [])].sort();
    const namedBy = ({ headers }: Answer) => headers.get('allow')?.split(', ').sort();
    for (const method of methods.filter((each) => !taken.includes(each))) {
      const answer = await api(method, asked);
      expectProblem(answer, 405, 'method_not_allowed');
      expect(namedBy(answer)).toEqual(allowed);
    }
    const options = await api('OPTIONS', asked);
    expect([options.status, options.body, namedBy(options)]).toEqual([204, '', allowed]);
  });

  function patternOf({ path }: Callable): RegExp {
    return new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`);
  }
});

describe('pages of other origins', () => {
  const preflight = (from: string, path = '/v1/orders') =>
    api('OPTIONS', path, {
      headers: {
        origin: from,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type,idempotency-key',
      },
    });

  it.each(allowedOrigins)('are let in from %s', async (listed) => {
    const { status, headers } = await preflight(listed);
    expect([status, headers.get('access-control-allow-origin')]).toEqual([204, listed]);
    expect(headers.get('access-control-allow-methods')).toBe('GET,HEAD,POST,PUT,PATCH,DELETE');
    const sent = headers.get('access-control-allow-headers')?.toLowerCase().split(',');
    expect(sent).toEqual(expect.arrayContaining(['authorization', 'content-type', 'idempotency-key', 'if-match']));
    expect(headers.get('vary')?.toLowerCase()).toContain('origin');
    // Tokens travel in a header of their own: no cookie ever has to.
    expect(headers.get('access-control-allow-credentials')).toBeNull();
  });

  it('may read answers and refusals, with their headers', async () => {
    for (const path of ['/v1/products?limit=1', '/v1/me', '/v1/nothing']) {
      const { headers } = await api('GET', path, { headers: { origin } });
      expect(headers.get('access-control-allow-origin')).toBe(origin);
      expect(headers.get('vary')?.toLowerCase()).toContain('origin');
      const exposed = headers.get('access-control-expose-headers')?.split(',');
      const documented = Object.keys(document.components.headers ?? {}).map((name) =>
        name === 'ContentTag' ? 'ETag' : name,
      );
      expect(exposed).toEqual(expect.arrayContaining(documented.filter((name) => name !== 'Cache-Control')));
    }
  });

  it.each(['https://elsewhere.example', 'null', `${origin}.evil.example`, 'http://store.example.com', '*'])(
    'are not let in from %s',
    async (other) => {
      for (const { headers } of [await preflight(other), await api('GET', '/livez', { headers: { origin: other } })]) {
        expect(headers.get('access-control-allow-origin')).toBeNull();
      }
    },
  );
});

describe('content that a client has already', () => {
  it.each(named(conditional))('%s is not sent again', async (_, operation) => {
    const slug = operation.path.includes('categories') ? await categorySlug() : await productId();
    const path = pathWith(operation, { id: slug, id_or_slug: slug });
    const first = await call(operation, { path });
    expect(first.status).toBe(200);
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^W\/"/);
    for (const known of [etag, etag.slice(2), `"other", ${etag}`, '*']) {
      const answer = await call(operation, { path, headers: { 'if-none-match': known } });
      expect([answer.status, answer.body, answer.headers.get('content-type')]).toEqual([304, '', null]);
      expect(answer.headers.get('etag')).toBe(etag);
      expect(answer.headers.get('cache-control')).toBe(first.headers.get('cache-control'));
    }
    expect((await call(operation, { path, headers: { 'if-none-match': '"other"' } })).status).toBe(200);
  });
});

describe('what has a version', () => {
  const made: Record<string, () => Promise<Answer>> = {
    '/v1/admin/categories/{id}': () => make('/v1/admin/categories', { name: `Category ${randomUUID()}` }),
    '/v1/admin/coupons/{code}': () => make('/v1/admin/coupons', { code: `C-${randomUUID()}`, type: 'free_shipping' }),
    '/v1/admin/orders/{id}': async () => placeOrder(await newBuyer((await newProduct({ quantity: 5 })).id)),
    '/v1/admin/products/{id}': newVersion,
    '/v1/admin/products/{id}/inventory': newVersion,
    '/v1/admin/shipping-methods/{id}': () =>
      make('/v1/admin/shipping-methods', {
        code: `s-${randomUUID()}`,
        name: 'Slow',
        base_amount: '1.00',
        is_active: false,
      }),
    '/v1/admin/tax-rates/{id}': () =>
      make('/v1/admin/tax-rates', { country: 'NZ', state: randomUUID(), name: 'Tax', rate: '0.0100' }),
  };

  it('is all that asks for If-Match', () => {
    expect([...new Set(guarded.map(({ path }) => path))].sort()).toEqual(Object.keys(made));
  });

  it.each(named(guarded))('%s needs the version that was read', async (_, operation) => {
    const created = await made[operation.path]?.();
    expect(created?.status).toBe(201);
    const path = pathWith(operation, { id: created?.body.id, code: created?.body.code });
    const token = await manager();
    const read = async () => api('GET', path, { token });
    const { headers, body } = await read();
    const etag = headers.get('etag') ?? '';
    expect(etag).toBe(`"${body.version}"`);
    const change = (tags?: string) =>
      api(operation.method.toUpperCase(), path, {
        token,
        headers: tags === undefined ? {} : { 'if-match': tags },
        ...(operation.bodyType ? { body: {} } : {}),
      });
    expectProblem(await change(), 428, 'precondition_required');
    for (const other of [`W/${etag}`, '"999"', String(body.version), '""', '"*"', 'nonsense', `"${body.version} "`]) {
      expectProblem(await change(other), 412, 'precondition_failed');
    }
    expect((await read()).body).toEqual(body);
    expect((await change(`"999", ${etag}`)).status).toBe(operation.method === 'delete' ? 204 : 200);
  });

  it.each(named(guarded))('%s takes any version for *', async (_, operation) => {
    const created = await made[operation.path]?.();
    const path = pathWith(operation, { id: created?.body.id, code: created?.body.code });
    const body = operation.bodyType ? { body: {} } : {};
    expect((await call(operation, { path, headers: { 'if-match': '*' }, ...body })).status).toBeLessThan(300);
  });

  async function newVersion(): Promise<Answer> {
    const { category_id } = await newProduct({ quantity: 1 });
    return make('/v1/admin/products', { category_id, name: 'Lamp', price: '1.00', sku: randomUUID() });
  }
});

describe('what was made', () => {
  it('is found where Location says', async () => {
    const made = [
      await make('/v1/admin/categories', { name: `Category ${randomUUID()}` }),
      await make('/v1/admin/coupons', { code: `C-${randomUUID()}`, type: 'free_shipping' }),
      await make('/v1/admin/tax-rates', { country: 'NZ', state: randomUUID(), name: 'Tax', rate: '0.0100' }),
    ];
    for (const { headers, body } of made) {
      const found = await api('GET', headers.get('location') ?? '', { token: await manager() });
      expect([found.status, found.body]).toEqual([200, body]);
      expect(found.headers.get('etag')).toBe(headers.get('etag'));
    }
  });
});

async function make(path: string, body: object): Promise<Answer> {
  const answer = await api('POST', path, { token: await manager(), body });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer;
}

async function productId(): Promise<string> {
  return (await api('GET', '/v1/products?limit=1')).body.data[0].id;
}

async function categorySlug(): Promise<string> {
  return (await api('GET', '/v1/categories')).body.data[0].slug;
}
