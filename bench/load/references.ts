import { execFile } from 'node:child_process';
import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

import { Client } from 'pg';

import { bundleWorker } from '#tools/serve/bundles.ts';
import { configFile, embed } from '#tools/serve/capnp.ts';
import { groundServices } from '#tools/serve/services.ts';
import { startWorkerd } from '#tools/serve/workerd.ts';

import { drive, type Figures } from './measure.ts';
import type { Limit } from './paths.ts';
import type { Shop } from './shop.ts';

const execute = promisify(execFile);

const hello = `export default { fetch() { return new Response('hello', { headers: { 'content-type': 'text/plain' } }); } };`;
const compatibilityDate = '2026-11-17';

export interface References {
  names: Limit[];
  drive: (name: Limit, connections: number, seconds: number) => Promise<Figures>;
  stop: () => Promise<void>;
}

/**
 * What nothing on this machine can be faster than: a worker that only says hello; one that reads a row by its key through
 * the driver and the endpoint that the shop uses; the transactions of `pgbench -N` (two writes, one read) on the shop's
 * Postgres, where pgbench is installed.
 */
export async function startReferences(
  { databases, products }: Shop,
  folder: string,
  neonPort: number,
): Promise<References> {
  const directory = resolve(folder);
  mkdirSync(directory, { recursive: true });
  const select = await bundleSelect(directory);
  const config = join(directory, 'config.capnp');
  const bindings = [
    { name: 'DATABASE_URL', text: databases['products'] ?? '' },
    { name: 'NEON_ENDPOINT', text: `http://127.0.0.1:${neonPort}/sql` },
  ];
  const names = ['hello', 'select'];
  const workers = [
    { modules: [{ name: 'hello.js', esModule: hello }], compatibilityDate },
    {
      modules: [{ name: 'select.js', esModule: embed(directory, select) }],
      compatibilityDate,
      compatibilityFlags: ['nodejs_compat'],
      bindings,
    },
  ];
  writeFileSync(
    config,
    configFile({
      services: [...groundServices(directory), ...workers.map((worker, i) => ({ name: names[i], worker }))],
      sockets: names.map((name) => ({ name, address: '127.0.0.1:0', http: {}, service: name })),
    }),
    { mode: 0o600 },
  );
  const log = openSync(join(directory, 'workerd.log'), 'w');
  const workerd = startWorkerd({ config, sockets: 2, stdout: log, stderr: log });
  closeSync(log);
  const ports = await workerd.ports;
  if (!ports) throw new Error(`workerd ended: ${directory}/workerd.log`);
  const database = await preparePgbench(databases['products'] ?? '');
  let turn = 0;
  const pathOf = { hello: () => '/', select: () => `/${products[turn++ % products.length]?.id}` };
  return {
    names: ['hello', 'select', ...(database === null ? [] : ['pgbench -N' as const])],
    drive: (name, connections, seconds) => {
      if (name === 'pgbench -N') return pgbench(database ?? '', connections, seconds);
      const path = pathOf[name];
      const steps = [{ status: 200, make: () => ({ method: 'GET' as const, path: path() }) }];
      return drive(`http://127.0.0.1:${ports.get(name)}`, steps, { connections, seconds, start: () => ({}) });
    },
    stop: () => workerd.stop(3_000),
  };
}

async function bundleSelect(directory: string): Promise<string> {
  const file = join(directory, 'wrangler.json');
  const main = join(import.meta.dirname, 'select-worker.ts');
  const config = {
    name: 'select',
    main,
    compatibility_date: compatibilityDate,
    compatibility_flags: ['nodejs_compat'],
  };
  writeFileSync(file, JSON.stringify(config));
  await bundleWorker('products', join(directory, 'select'), file);
  return join(directory, 'select', 'select-worker.js');
}

/** A database for pgbench on the shop's server, or null: it is not installed. */
async function preparePgbench(shopUrl: string): Promise<string | null> {
  const installed = await execute('pgbench', ['--version']).catch(() => null);
  if (!installed) return null;
  const url = new URL(shopUrl);
  url.pathname = '/pgbench';
  const client = new Client({ connectionString: shopUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query("SELECT FROM pg_database WHERE datname = 'pgbench'");
    if (rowCount === 0) {
      await client.query('CREATE DATABASE pgbench');
      await execute('pgbench', ['--initialize', '--quiet', '--scale=10', url.href]);
    }
  } finally {
    await client.end();
  }
  return url.href;
}

async function pgbench(url: string, connections: number, seconds: number): Promise<Figures> {
  const options = [
    '--skip-some-updates',
    '--protocol=prepared',
    '--no-vacuum',
    `--client=${connections}`,
    `--time=${seconds}`,
  ];
  const { stdout } = await execute('pgbench', [...options, url]);
  const perSecond = Number(/^tps = ([\d.]+)/m.exec(stdout)?.[1]);
  const average = Number(/^latency average = ([\d.]+) ms/m.exec(stdout)?.[1]);
  return { perSecond, p50: average, p99: Number.NaN };
}
