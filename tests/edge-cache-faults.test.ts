import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

import { loadKeys } from '#tools/stack/keys.ts';
import { portsFrom } from '#tools/stack/ports.ts';
import { writeWorkerConfigs } from '#tools/stack/worker-configs.ts';
import { startWorkers } from '#tools/stack/wrangler.ts';

import { api, apiAt, eventually, expectProblem } from './support/client.ts';
import { bindingsOf, sqlOf } from './support/databases.ts';
import { newSlugs, read, requestsTo } from './support/edge.ts';
import { manager, sweep } from './support/shop.ts';

const products = sqlOf('products');
const elsewhere = sqlOf('users');

/** Holds every read of the products table until `release`. */
async function holdReads(): Promise<{ waiting(): Promise<number>; release(): Promise<void> }> {
  const client = new Client({ connectionString: bindingsOf('products').DATABASE_URL });
  await client.connect();
  await client.query('BEGIN');
  await client.query('LOCK TABLE products IN ACCESS EXCLUSIVE MODE');
  return {
    waiting: async () => {
      const { rows } = await client.query<{ waiting: number }>(
        `SELECT count(*)::int AS waiting FROM pg_locks WHERE relation = 'products'::regclass AND NOT granted`,
      );
      return rows[0]?.waiting ?? 0;
    },
    release: async () => {
      await client.query('ROLLBACK');
      await client.end();
    },
  };
}

/** Runs `work` while the products database lets nobody in. */
async function withoutDatabase(work: () => Promise<void>): Promise<void> {
  await elsewhere`ALTER DATABASE products WITH ALLOW_CONNECTIONS false`;
  try {
    await elsewhere`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'products'`;
    await work();
  } finally {
    await elsewhere`ALTER DATABASE products WITH ALLOW_CONNECTIONS true`;
  }
}

describe('a stampede', () => {
  it('of 100 cold readers makes one request to products', async () => {
    const [slug = ''] = await newSlugs('5');
    const path = `/v1/products/${slug}`;
    const held = await holdReads();
    const readers = Array.from({ length: 100 }, () => read(path));
    await eventually(async () => expect(await held.waiting()).toBe(1), 4_000);
    // Sent after them, through the same door.
    await api('GET', '/livez');
    await held.release();

    const answers = await Promise.all(readers);
    expect(new Set(answers.map(({ status, body }) => `${status} ${body.price}`))).toEqual(new Set(['200 5.00']));
    expect(answers.filter(({ cache }) => cache === 'edge; fwd=miss; stored')).toHaveLength(1);
    expect(answers.filter(({ headers }) => headers.get('server-timing') === 'db;desc="1"')).toHaveLength(1);
    expect(answers.some(({ cache }) => cache === 'edge; fwd=miss; collapsed')).toBe(true);
    expect(new Set(answers.map(({ headers }) => headers.get('x-request-id'))).size).toBe(100);
    await eventually(async () => expect(await requestsTo('gateway', path)).toBe(100));
    expect(await requestsTo('products', path)).toBe(1);
  });

  it('gives nobody who knows of a change what was asked before it', async () => {
    const [slug = ''] = await newSlugs('5');
    const path = `/v1/products/${slug}`;
    const held = await holdReads();
    const early = read(path);
    await eventually(async () => expect(await held.waiting()).toBe(1), 4_000);
    await sweep();
    const late = read(path);
    await eventually(async () => expect(await held.waiting()).toBe(2), 4_000);
    await held.release();
    expect([(await early).cache, (await late).cache]).toEqual(Array(2).fill('edge; fwd=miss; stored'));
  });
});

describe('while the products database is down', () => {
  it('what was read before is shown, marked as stale, and nothing else', async () => {
    const [slug = '', other = ''] = await newSlugs('5', '6');
    const paths = [`/v1/products/${slug}`, `/v1/products?category=${slug.slice(0, -2)}`, '/v1/categories?view=flat'];
    const before = await Promise.all(paths.map((path) => read(path)));
    const fresh = `/v1/products/${other}`;
    await sweep();
    await read(fresh);
    await withoutDatabase(async () => {
      expect((await read(fresh)).cache).toMatch(/^edge; hit; ttl=\d+$/);
      for (const [i, path] of paths.entries()) {
        for (const _ of ['waits', 'does not wait']) {
          const { status, headers, body, cache, age } = await read(path);
          expect(status).toBe(200);
          expect(body).toEqual(before[i]?.body);
          expect(cache).toBe('edge; hit; ttl=0; detail=upstream-unavailable');
          expect(headers.get('warning')).toBe('111 - "Revalidation Failed"');
          expect(Number(age)).toBeGreaterThanOrEqual(0);
        }
        const etag = before[i]?.headers.get('etag') ?? '';
        expect((await read(path, { 'if-none-match': etag })).status).toBe(304);
      }
      const cold = await read(`/v1/products?limit=7&category=${slug}`);
      expectProblem(cold, 503, 'service_unavailable');
      expect(cold.headers.get('retry-after')).toBe('1');
      const inventory = `/v1/admin/products/${before[0]?.body.id}/inventory`;
      expectProblem(await api('GET', inventory, { token: await manager() }), 503, 'service_unavailable');
    });
    await products`UPDATE products SET price = 9 WHERE slug = ${slug}`;
    await eventually(async () => {
      const { body, cache, headers } = await read(`/v1/products/${slug}`);
      expect([body.price, headers.get('warning')]).toEqual(['9.00', null]);
      expect(cache).toMatch(/^edge; hit; ttl=\d+$/);
    });
  });

  it('what has gone meanwhile does not come back', async () => {
    const [slug = ''] = await newSlugs('5');
    const path = `/v1/products/${slug}`;
    expect((await read(path)).status).toBe(200);
    await products`UPDATE products SET is_active = false WHERE slug = ${slug}`;
    await sweep();
    expectProblem(await read(path), 404, 'not_found');
    await withoutDatabase(async () => {
      await eventually(async () => expectProblem(await read(path), 503, 'service_unavailable'));
    });
    await eventually(async () => expectProblem(await read(path), 404, 'not_found'));
  });
});

describe('an answer that is no longer fresh', () => {
  // The same shop through other workers, to whom nothing is fresh.
  const directory = mkdtempSync(join(tmpdir(), 'shop-workers-'));
  const port = Number(new URL(inject('stack').url).port) + 5;
  const url = `http://localhost:${port}`;
  let workers: Awaited<ReturnType<typeof startWorkers>>;

  beforeAll(async () => {
    const stack = inject('stack');
    const root = resolve(import.meta.dirname, '..');
    const { urls, neonEndpoint } = stack;
    const databases = {
      urls: {
        users: urls['users'] ?? '',
        products: urls['products'] ?? '',
        orders: urls['orders'] ?? '',
        payments: urls['payments'] ?? '',
        mongo: urls['mongo'] ?? '',
      },
      neonEndpoint,
      stop: async () => {},
    };
    const variables = { CATALOGUE_FRESH_SECONDS: '0', CATALOGUE_STALE_SECONDS: '3600' };
    const settings = { url, databases, keys: await loadKeys(stack.directory), variables };
    const configs = writeWorkerConfigs(root, directory, settings);
    workers = await startWorkers(configs, { root, directory, ports: portsFrom(port), onLine: () => {} });
  });
  afterAll(async () => {
    await workers.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  it('is shown while it is read anew', async () => {
    const [slug = ''] = await newSlugs('5');
    const readHere = async () => {
      const { headers, body } = await apiAt(url, 'GET', `/v1/products/${slug}`);
      return [headers.get('cache-status'), body.price];
    };
    expect(await readHere()).toEqual(['edge; fwd=miss; stored', '5.00']);
    await products`UPDATE products SET price = 7 WHERE slug = ${slug}`;
    expect((await readHere())[1]).toBe('5.00');
    await eventually(async () => {
      const [cache, price] = await readHere();
      expect(cache).toMatch(/^edge; hit; ttl=(0|-\d+)$/);
      expect(price).toBe('7.00');
    });
  });
});
