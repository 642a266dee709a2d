import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { Client } from 'pg';
import { uuidv7 } from 'uuidv7';
import { z } from 'zod';

import { signAccessToken } from '#shared/auth/tokens.ts';
import { AlreadySeeded, seedCatalogue } from '#tools/seed/catalogue.ts';
import { createCharges } from '#tools/stack/demo.ts';
import { loadKeys } from '#tools/stack/keys.ts';

import { shoppersOf, type Shopper } from './shoppers.ts';

const catalogueSize = 1_000;
const strangers = 2_000;
const startMilliseconds = 120_000;

export interface Product {
  id: string;
  slug: string;
  name: string;
  price: string;
}

/** A shop that `npm run serve` runs, on durable databases, with a catalogue and people who can order in it. */
export interface Shop {
  url: string;
  /** Of its databases, by name. */
  databases: Record<string, string>;
  products: Product[];
  shoppers: Shopper[];
  /** Access tokens of people who have never been here. */
  tokens: string[];
  stop: () => Promise<void>;
}

/** Starts the shop of a data folder, and gives it what it lacks. */
export async function startShop(directory: string, port: number): Promise<Shop> {
  mkdirSync(directory, { recursive: true });
  const child = serve(directory, port);
  const stop = () => end(child);
  try {
    const url = `http://127.0.0.1:${port}`;
    await untilReady(url, child, directory);
    const databases = urlsIn(directory);
    const products = await catalogueOf(databases['products'] ?? '');
    await withClient(databases['orders'] ?? '', createCharges);
    const { private_key } = await loadKeys(directory);
    const signing = { privateKey: JSON.parse(private_key), issuer: 'edge-commerce', seconds: 3_600 };
    return {
      url,
      databases,
      products,
      shoppers: await shoppersOf(url),
      tokens: await Promise.all(
        Array.from({ length: strangers }, () => signAccessToken({ id: uuidv7(), roles: ['CUSTOMER'] }, signing)),
      ),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function serve(directory: string, port: number): ChildProcess {
  const log = openSync(join(directory, 'serve.log'), 'w');
  const args = ['tools/serve.ts', '--behind-proxy', '--data', directory, '--port', String(port)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', log, log] });
  closeSync(log);
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

async function untilReady(url: string, child: ChildProcess, directory: string): Promise<void> {
  const deadline = Date.now() + startMilliseconds;
  while (!readFileSync(join(directory, 'serve.log'), 'utf8').includes('"message":"serving"')) {
    if (child.exitCode !== null || Date.now() > deadline)
      throw new Error(`The shop does not start: ${directory}/serve.log`);
    await pause(100);
  }
  const ready = await fetch(`${url}/readyz`);
  if (ready.status !== 200) throw new Error(`The shop is not ready: ${await ready.text()}`);
}

function urlsIn(directory: string): Record<string, string> {
  const file = readFileSync(resolve(directory, 'urls.json'), 'utf8');
  return z.object({ urls: z.record(z.string(), z.string()) }).parse(JSON.parse(file)).urls;
}

/** What can be bought, with more of each than all runs together sell. */
async function catalogueOf(url: string): Promise<Product[]> {
  await seedCatalogue({ url, products: catalogueSize, categories: 100 }).catch((error: unknown) => {
    if (!(error instanceof AlreadySeeded)) throw error;
  });
  return withClient(url, async (client) => {
    await client.query('UPDATE product_inventory SET quantity = 900000 WHERE quantity > reserved_quantity');
    const { rows } = await client.query<Product>(
      `SELECT products.id, slug, name, price::text FROM products JOIN product_inventory ON product_id = products.id
        WHERE is_active AND NOT is_deleted AND is_group_primary AND quantity > reserved_quantity ORDER BY products.id`,
    );
    return rows;
  });
}

async function withClient<Result>(url: string, work: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
