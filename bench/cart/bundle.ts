import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { parse } from 'smol-toml';

import { type Bundle, bundleWorker } from '#tools/serve/bundles.ts';

const main = 'connect-per-request.js';
const source = resolve(import.meta.dirname, '..', '..', 'workers', 'cart', 'wrangler.toml');

/** Bundles the cart worker that connects to its database for each request. */
export async function bundleConnectPerRequest(directory: string): Promise<Bundle> {
  const { durable_objects: _objects, migrations: _migrations, ...declared } = parse(readFileSync(source, 'utf8'));
  const config = {
    ...declared,
    main: join(import.meta.dirname, main),
    alias: { 'cloudflare:workers': join(import.meta.dirname, 'plain-object.js') },
  };
  mkdirSync(directory, { recursive: true });
  const file = resolve(directory, 'wrangler.json');
  writeFileSync(file, JSON.stringify(config));
  const target = resolve(directory, 'bundle');
  return { ...(await bundleWorker('cart', target, file)), main: join(target, main) };
}
