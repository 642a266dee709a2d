import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import { migrateDatabase } from '#tools/migrate.ts';
import { type RunningPostgres, startPostgres } from '#tools/postgres/launcher.ts';
import { createFromTemplate } from '#tools/postgres/template.ts';

import { AlreadySeeded, seedCatalogue } from './catalogue.ts';

const directory = mkdtempSync(join(tmpdir(), 'seed-'));
let server: RunningPostgres;

beforeAll(async () => {
  server = await startPostgres({ directory, port: 25_740, databases: ['empty'], durable: false, log: () => {} });
  await migrateDatabase(server.url('empty'), 'products');
});

afterAll(async () => {
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
});

beforeEach(async () => {
  await createFromTemplate(server.url('postgres'), 'empty', 'shop');
});

async function rows(query: string, database = 'shop'): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: server.url(database) });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(query)).rows;
  } finally {
    await client.end();
  }
}

/** The only value of the only row. */
async function value(query: string, database?: string): Promise<unknown> {
  return Object.values((await rows(query, database))[0] ?? {})[0];
}

async function seed(products: number, options: { seed?: number } = {}): Promise<void> {
  await seedCatalogue({ url: server.url('shop'), products, categories: 60, ...options });
}

const sizes = `
  SELECT (SELECT count(*)::int FROM categories) AS categories, (SELECT count(*)::int FROM products) AS products,
         (SELECT count(*)::int FROM product_inventory) AS stocks, (SELECT count(*)::int FROM product_images) AS images`;

/** What every product and its rows in other tables would say if they were counted now. */
const fingerprint = `
  SELECT md5(string_agg(concat_ws('|', product.*::text, stock.*::text, image.*::text, movement.*::text), ';'
                        ORDER BY product.id))
    FROM products product
    JOIN product_inventory stock ON stock.product_id = product.id
    JOIN product_images image ON image.product_id = product.id
    LEFT JOIN inventory_movements movement ON movement.product_id = product.id`;

const wrongCounts = `
  SELECT category_id FROM (SELECT category_id, sum(product_count) AS kept FROM category_product_counts GROUP BY 1) AS kept
    FULL JOIN (SELECT category_id, count(*) AS counted FROM products
                WHERE is_active AND NOT is_deleted AND is_group_primary GROUP BY 1) AS counted USING (category_id)
   WHERE kept IS DISTINCT FROM counted`;

const indexes = `SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1`;

test('fills every table, each product with stock and a primary image', async () => {
  await seed(2_000);
  expect(await rows(sizes)).toEqual([{ categories: 60, products: 2_000, stocks: 2_000, images: 2_000 }]);
  expect(
    await value(`SELECT count(*)::int FROM products JOIN product_images ON product_id = products.id AND is_primary
                   JOIN product_inventory USING (product_id)
                   JOIN categories ON categories.id = category_id
                  WHERE NOT EXISTS (SELECT FROM categories child WHERE child.parent_id = categories.id)`),
  ).toBe(2_000);
  expect(await value(`SELECT count(DISTINCT (slug, sku))::int FROM products`)).toBe(2_000);
});

test('keeps account of the stock and of the products of each category', async () => {
  await seed(2_000);
  expect(await rows(wrongCounts)).toEqual([]);
  expect(
    await rows(`SELECT product_id FROM product_inventory stock LEFT JOIN inventory_movements movement USING (product_id)
                 GROUP BY product_id, quantity
                HAVING quantity <> coalesce(sum(delta), 0) OR count(movement.id) > 1`),
  ).toEqual([]);
});

test('the same seed makes the same catalogue, also for an account that may not switch triggers off', async () => {
  await createFromTemplate(server.url('postgres'), 'empty', 'other');
  await rows(
    `DROP ROLE IF EXISTS shopkeeper; CREATE ROLE shopkeeper LOGIN PASSWORD 'shopkeeper';
     GRANT ALL ON ALL TABLES IN SCHEMA public TO shopkeeper; GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO shopkeeper`,
    'other',
  );
  const url = new URL(server.url('other'));
  url.username = url.password = 'shopkeeper';
  await seedCatalogue({ url: url.href, products: 2_000, categories: 60 });
  await seed(2_000);
  expect(await rows(wrongCounts, 'other')).toEqual([]);
  expect(await value(fingerprint, 'other')).toBe(await value(fingerprint));
});

test('every group of variants has one face, and every variant options of its own', async () => {
  await seed(2_000);
  const groups = `SELECT variant_group_id, count(*) FILTER (WHERE is_group_primary) AS faces, count(*) AS members,
                         count(DISTINCT options::text) AS options FROM products
                   WHERE variant_group_id IS NOT NULL GROUP BY 1`;
  expect(
    await rows(`SELECT * FROM (${groups}) AS g WHERE faces <> 1 OR members NOT BETWEEN 3 AND 6 OR options <> members`),
  ).toEqual([]);
  expect(await value(`SELECT count(*) > 50 FROM (${groups}) AS g`)).toBe(true);
  expect(
    await rows(
      `SELECT id FROM products WHERE variant_group_id IS NULL AND (options IS NOT NULL OR NOT is_group_primary)`,
    ),
  ).toEqual([]);
});

test('a large catalogue finds its indexes made again as they were', async () => {
  const before = await rows(indexes);
  await seed(10_000);
  expect(await rows(indexes)).toEqual(before);
  expect(await value('SELECT count(*)::int FROM products')).toBe(10_000);
  expect(await rows(wrongCounts)).toEqual([]);
});

test('another seed adds to what is there, the same one is refused and changes nothing', async () => {
  await seed(2_000);
  await seed(1_000, { seed: 2 });
  const before = await value(fingerprint);
  await expect(seed(1_000, { seed: 2 })).rejects.toThrow(AlreadySeeded);
  await expect(seed(30_000, { seed: 2 })).rejects.toThrow(AlreadySeeded);
  expect(await rows(sizes)).toEqual([{ categories: 120, products: 3_000, stocks: 3_000, images: 3_000 }]);
  expect(await value(fingerprint)).toBe(before);
  expect(await rows(indexes)).toEqual(await rows(indexes, 'empty'));
  expect(await rows(wrongCounts)).toEqual([]);
});

function run(...options: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const env = { ...process.env, DATABASE_URL_PRODUCTS: server.url('shop'), SHOP_DATA: directory };
  return new Promise((resolve) => {
    execFile(process.execPath, ['tools/seed.ts', ...options], { env }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    );
  });
}

test('the command seeds the database that it is given', async () => {
  const { code, stdout } = await run('--products', '100', '--categories', '10', '--seed', '7');
  expect(code).toBe(0);
  expect(stdout).toContain('The shop has 100 products more.');
  expect(await rows(sizes)).toEqual([{ categories: 10, products: 100, stocks: 100, images: 100 }]);
});

test.each([
  [[], 'npm run seed'],
  [['--products', '0'], '--products is a number from 1 to 9999999, not "0".'],
  [['--products', '1e3'], '--products is a number from 1 to 9999999, not "1e3".'],
  [['--products', '10', '--seed', '10000'], '--seed is a number from 1 to 9999, not "10000".'],
  [['--products', '10', '--size', '1'], '--size'],
])('the command refuses %j', async (options, said) => {
  const { code, stderr } = await run(...options);
  expect(code).toBe(2);
  expect(stderr).toContain(said);
  expect(await rows(sizes)).toEqual([{ categories: 0, products: 0, stocks: 0, images: 0 }]);
});

test('the command refuses a database that lacks a migration', async () => {
  await rows('DELETE FROM drizzle.__drizzle_migrations WHERE id = (SELECT max(id) FROM drizzle.__drizzle_migrations)');
  const { code, stderr } = await run('--products', '10');
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: 'The database does not have the tables of this checkout. Run: npm run db:migrate\n',
  });
  expect(await rows(sizes)).toEqual([{ categories: 0, products: 0, stocks: 0, images: 0 }]);
});
