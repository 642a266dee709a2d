import { beforeAll, describe, expect, it } from 'vitest';

import { uuidv7 } from 'uuidv7';

import { csv, importCsv, unique } from './support/catalogue.ts';
import { api, eventually, expectProblem, newShopper } from './support/client.ts';
import { runCron } from './support/cron.ts';
import { sqlOf } from './support/databases.ts';
import { newSlugs, read, requestsTo, row, settled } from './support/edge.ts';
import { manager } from './support/shop.ts';

const products = sqlOf('products');
const cacheControl = 'public, max-age=30, stale-while-revalidate=30';

let slugs: string[] = [];
beforeAll(async () => {
  slugs = await newSlugs('5', '6', '7', '8', '9', '10');
});

/** A product that no test has read yet. */
const next = () => slugs.pop() ?? '';

describe('a public read', () => {
  // An event of another test's product, still on its way, makes the catalogue a new one in between.
  it('is asked for once and then kept', { retry: 2 }, async () => {
    const path = `/v1/products/${next()}`;
    const first = await read(path);
    expect([first.status, first.cache, first.age]).toEqual([200, 'edge; fwd=miss; stored', null]);
    expect(first.headers.get('server-timing')).toBe('db;desc="1"');
    const second = await read(path);
    expect(second.cache).toMatch(/^edge; hit; ttl=(30|2\d)$/);
    expect(second.headers.get('server-timing')).toBe('db;desc="0"');
    expect(second.body).toEqual(first.body);
    for (const name of ['etag', 'content-type', 'cache-control']) {
      expect(second.headers.get(name)).toBe(first.headers.get(name));
    }
    expect(second.headers.get('cache-control')).toBe(cacheControl);
    expect(second.headers.get('x-request-id')).not.toBe(first.headers.get('x-request-id'));
    const aged = await eventually(async () => {
      const later = await read(path);
      expect(Number(later.age)).toBeGreaterThan(0);
      return later;
    });
    expect(aged.cache).toBe(`edge; hit; ttl=${30 - Number(aged.age)}`);
    expect(aged.headers.get('etag')).toBe(first.headers.get('etag'));
    expect(await requestsTo('products', path)).toBe(1);
  });

  it('answers 304 from what is kept', async () => {
    const path = `/v1/products/${next()}`;
    const etag = (await read(path)).headers.get('etag') ?? '';
    for (const value of [etag, etag.slice(2), `"other", ${etag}`, '*']) {
      const known = await read(path, { 'if-none-match': value });
      expect([known.status, known.body, known.headers.get('content-type')]).toEqual([304, '', null]);
      expect([known.headers.get('etag'), known.headers.get('cache-control')]).toEqual([etag, cacheControl]);
      expect(known.cache).toMatch(/^edge; hit; ttl=/);
    }
    expect((await read(path, { 'if-none-match': '"other"' })).status).toBe(200);
    expect(await requestsTo('products', path)).toBe(1);
  });

  it('is one for GET and HEAD, conditional or not', async () => {
    const path = `/v1/products/${next()}`;
    const head = () => api('HEAD', path);
    const first = await head();
    expect([first.status, first.body, first.headers.get('content-type')]).toEqual([200, '', 'application/json']);
    expect(first.headers.get('cache-status')).toBe('edge; fwd=miss; stored');
    const whole = await read(path);
    expect(whole.cache).toMatch(/^edge; hit; ttl=/);
    expect(whole.headers.get('etag')).toBe(first.headers.get('etag'));
    const again = await head();
    expect([again.status, again.body]).toEqual([200, '']);
    expect(again.headers.get('cache-status')).toMatch(/^edge; hit; ttl=/);
  });

  it('is one for every order of its parameters', async () => {
    const category = slugs[0]?.slice(0, -2) ?? '';
    const first = await read(`/v1/products?limit=2&category=${category}&price[gte]=1`);
    expect(first.cache).toBe('edge; fwd=miss; stored');
    const second = await read(`/v1/products?price%5Bgte%5D=1&category=${category}&limit=2`);
    expect(second.cache).toMatch(/^edge; hit; ttl=/);
    expect(second.body).toEqual(first.body);
    const onward = /^<(.+)>; rel="next"$/.exec(second.headers.get('link') ?? '')?.[1] ?? '';
    const third = await read(onward);
    expect([third.status, third.cache]).toEqual([200, 'edge; fwd=miss; stored']);
    expect(third.body.data[0].id).not.toBe(first.body.data[0].id);
    expect((await read(`/v1/products?limit=3&category=${category}&price[gte]=1`)).cache).toMatch(/fwd=miss/);
  });

  it('is the same for everybody, whoever asks first', async () => {
    const path = `/v1/products/${next()}`;
    const staff = await api('GET', path, { token: await manager() });
    expect(staff.headers.get('cache-status')).toBe('edge; fwd=miss; stored');
    for (const authorization of [undefined, `Bearer ${(await newShopper()).token}`, 'Bearer nonsense']) {
      const other = await read(path, authorization === undefined ? {} : { authorization });
      expect(other.cache).toMatch(/^edge; hit; ttl=/);
      expect(other.body).toEqual(staff.body);
    }
  });

  it('comes from products once a path: 45 of 50', async () => {
    const category = slugs[0]?.slice(0, -2) ?? '';
    const paths = ['/v1/categories?view=flat', `/v1/categories/${category}`].concat(
      [4, 5, 6].map((limit) => `/v1/products?category=${category}&limit=${limit}`),
    );
    const rounds = Array.from({ length: 10 }, () => paths).flat();
    const seen: (string | null)[] = [];
    for (const path of rounds) seen.push((await read(path)).cache);
    expect(seen.filter((cache) => cache?.startsWith('edge; hit; ttl='))).toHaveLength(45);
  });
});

describe('what is not kept', () => {
  it.each([
    ['/v1/products/no-such-thing', 404, 'not_found'],
    ['/v1/categories/no-such-thing', 404, 'not_found'],
    ['/v1/products?colour=red', 400, 'unknown_parameter'],
    ['/v1/products?cursor=nonsense', 400, 'invalid_cursor'],
    ['/v1/products?limit=0', 422, 'validation_failed'],
  ] as const)('a refusal: %s', async (path, status, code) => {
    const answers = await Promise.all([0, 1, 2, 3].map(() => read(path)));
    for (const answer of [...answers, await read(path)]) {
      // With its own request id.
      expectProblem(answer, status, code);
      expect(answer.cache).toBe('edge; fwd=miss');
      expect(answer.headers.get('cache-control')).toBe('no-store');
    }
    expect(new Set(answers.map(({ body }) => body.request_id)).size).toBe(4);
  });

  it('anything private', async () => {
    const { body } = await read(`/v1/products/${next()}`);
    const token = await manager();
    for (const path of [`/v1/admin/products/${body.id}/inventory`, '/v1/cart', '/v1/me', '/v1/orders']) {
      for (const _ of [0, 1]) {
        const { status, headers } = await api('GET', path, { token });
        expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
        expect([headers.get('cache-status'), headers.get('age')]).toEqual([null, null]);
      }
    }
  });
});

describe('a change', () => {
  it('that staff made is seen at once', async () => {
    const [slug = '', other = ''] = await newSlugs('5', '6');
    const list = `/v1/products?category=${slug.slice(0, -2)}&sort=price`;
    const pricesOf = ({ body }: { body: { data: { price: string }[] } }) => body.data.map(({ price }) => price);
    for (const path of [`/v1/products/${slug}`, `/v1/products/${other}`, list]) await read(path);
    for (const price of ['15.00', '25.00']) {
      await importCsv(csv(row(slug, price)));
      const changed = await read(`/v1/products/${slug}`);
      expect([changed.body.price, changed.cache]).toEqual([price, 'edge; fwd=stale; stored']);
      expect(pricesOf(await read(list))).toEqual(['6.00', price]);
    }
    await settled([slug]);
  });

  it.each([
    ['a price', 'PATCH', '', { price: '6.50' }, { price: '6.50' }],
    ['an image', 'POST', '/images', { image_url: 'https://example.com/a.jpg' }, { images: [{ alt_text: null }] }],
    ['backorders', 'PATCH', '/inventory', { allow_backorder: true }, { availability: { status: 'backorder' } }],
    [
      'stock',
      'POST',
      '/inventory/adjustments',
      { delta: 30, reason: 'Delivery' },
      { availability: { status: 'in_stock', available_quantity: 30 } },
    ],
  ] as const)(
    'of %s that staff make is in the next answer, whatever was kept',
    async (_what, method, at, body, seen) => {
      const [slug = ''] = await newSlugs('5');
      const path = `/v1/products/${slug}`;
      const before = await read(path);
      const etag = before.headers.get('etag') ?? '';
      const headers = { 'if-match': '"1"', 'idempotency-key': unique() };
      const token = await manager();
      const changed = await api(method, `/v1/admin/products/${before.body.id}${at}`, { token, headers, body });
      expect([changed.status, changed.headers.get('cache-control')]).toEqual([
        method === 'POST' ? 201 : 200,
        'no-store',
      ]);
      const after = await read(path, { 'if-none-match': etag });
      expect([after.status, after.cache]).toEqual([200, 'edge; fwd=stale; stored']);
      expect(after.body).toMatchObject(seen);
      expect(after.headers.get('etag')).not.toBe(etag);
      await settled([slug]);
    },
  );

  it('that nobody is to see yet makes nothing old', async () => {
    const [slug = ''] = await newSlugs('5');
    const path = `/v1/products/${slug}`;
    const { id } = (await read(path)).body;
    const { token } = await newShopper();
    const review = await api('POST', `/v1/products/${id}/reviews`, { token, body: { rating: 1 } });
    expect([review.status, review.body.status]).toEqual([201, 'pending']);
    expect((await read(path)).cache).toMatch(/^edge; hit; ttl=/);
  });

  it('that was refused makes nothing old', async () => {
    const [slug = ''] = await newSlugs('5');
    const path = `/v1/products/${slug}`;
    await read(path);
    expectProblem(await importCsv('Handle\nlamp'), 422, 'invalid_csv');
    const body = csv(row(slug, '6'));
    const headers = { 'content-type': 'text/csv' };
    expectProblem(await api('POST', '/v1/admin/products/import', { body, headers }), 401, 'unauthorized');
    expect((await read(path)).cache).toMatch(/^edge; hit; ttl=/);
  });

  it.each(['product.updated', 'category.updated', 'stock.low'])(
    'that only an event tells of is seen soon: %s',
    async (type) => {
      const [slug = ''] = await newSlugs('5');
      const path = `/v1/products/${slug}`;
      const { body } = await read(path);
      await products`UPDATE products SET price = 7 WHERE slug = ${slug}`;
      const kept = await read(path);
      expect([kept.body.price, kept.cache?.startsWith('edge; hit;')]).toEqual(['5.00', true]);

      const payload = {
        product_id: body.id,
        category_id: body.category_id,
        available_quantity: 0,
        low_stock_threshold: 1,
      };
      await products`INSERT INTO outbox (id, type, subject_id, payload, request_id, traceparent)
                     VALUES (${uuidv7()}, ${type}, ${body.id}, ${JSON.stringify(payload)}, ${unique()}, '')`;
      expect(await runCron('products')).toBe('ok');
      await eventually(async () => expect((await read(path)).body.price).toBe('7.00'), 5_000);
    },
  );
});
