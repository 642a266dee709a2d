import { Client, escapeIdentifier } from 'pg';

import { seedCatalogue } from '#tools/seed/catalogue.ts';
import { isMigrated } from '#tools/seed/migrated.ts';
import { series } from '#tools/seed/vocabulary.ts';
import { migrateDatabase } from '#tools/migrate.ts';
import type { RunningPostgres } from '#tools/postgres/launcher.ts';

const categories = 1_000;
const sampleSize = 2_000;
/** Series beyond this rank are in a few products of a thousand at most. */
const rareFrom = 200;

/** A product that is listed, as queries of it are made. */
export interface SampleProduct {
  id: string;
  slug: string;
  name: string;
  price: string;
  rating: string;
  created_at: string;
  category: string;
  root: string;
}

/** What to ask a catalogue for: some of its products, evenly spread, and rare words that are in it. */
export interface Sample {
  products: SampleProduct[];
  rareWords: string[];
}

export function databaseName(size: number): string {
  return `products_${size}`;
}

/** Makes the catalogue of `size` products, unless an earlier run left it. */
export async function prepareCatalogue(server: RunningPostgres, size: number, log: (line: string) => void) {
  const url = server.url(databaseName(size));
  if ((await isMigrated(url)) && (await query(url, 'SELECT FROM products LIMIT 1')).length > 0) return;
  const name = escapeIdentifier(databaseName(size));
  await query(server.url('postgres'), `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  await query(server.url('postgres'), `CREATE DATABASE ${name}`);
  await migrateDatabase(url, 'products');
  const startedAt = performance.now();
  await seedCatalogue({ url, products: size, categories });
  log(`${size.toLocaleString('en')} products made in ${((performance.now() - startedAt) / 1_000).toFixed(1)} s`);
}

/** As after some hours of use: the database of a large shop is given the memory to keep its catalogue in. */
export async function readIntoMemory(server: RunningPostgres, size: number): Promise<void> {
  const url = server.url(databaseName(size));
  await query(url, 'CREATE EXTENSION IF NOT EXISTS pg_prewarm');
  await query(
    url,
    `SELECT pg_prewarm(oid) FROM pg_class
      WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i')`,
  );
}

export async function takeSample(server: RunningPostgres, size: number): Promise<Sample> {
  const products = await query<SampleProduct>(
    server.url(databaseName(size)),
    `SELECT product.id, product.slug, product.name, price::text, rating::text, category.slug AS category,
            to_char(product.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS created_at,
            root.slug AS root
       FROM products product
       JOIN categories category ON category.id = category_id
       JOIN categories parent ON parent.id = category.parent_id
       JOIN categories root ON root.id = parent.parent_id
      WHERE product.is_active AND NOT product.is_deleted AND is_group_primary
      ORDER BY sample_key LIMIT ${sampleSize}`,
  );
  const rare = new Set(series.slice(rareFrom));
  const words = new Set(products.flatMap(({ name }) => name.split(' ')));
  return { products, rareWords: [...words].filter((word) => rare.has(word)) };
}

async function query<Row extends object>(url: string, text: string): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}
