import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { inject } from 'vitest';

import { migrateMongo } from '#tools/migrate-mongo.ts';
import { loadKeys } from '#tools/stack/keys.ts';
import { portsFrom } from '#tools/stack/ports.ts';
import { writeWorkerConfigs } from '#tools/stack/worker-configs.ts';
import { startWorkers } from '#tools/stack/wrangler.ts';

import { apiAt } from './client.ts';

const root = resolve(import.meta.dirname, '..', '..');

/** A durable MongoDB-protocol server that a test may treat badly. */
export interface CartDatabase {
  uri: string;
  start(): Promise<void>;
  /** `kill -9`; resolves when it is gone. */
  kill(): Promise<void>;
  /** It keeps its connections and answers nothing, as behind a network that swallows everything. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
}

/**
 * The shop once more, through other workers: on the same Postgres databases, so that its accounts and products are known
 * here, with a cart database of its own. `api` is that of client.ts for it.
 */
export async function startCartShop() {
  const stack = inject('stack');
  const directory = mkdtempSync(join(tmpdir(), 'shop-carts-'));
  const port = Number(new URL(stack.url).port) + 5;
  const ports = portsFrom(port);
  const database = cartDatabase(join(directory, 'mongo.sqlite'), ports.mongo);
  await database.start();
  await migrateMongo(database.uri);

  const url = `http://localhost:${port}`;
  const postgres = (service: string) => stack.urls[service] ?? '';
  const settings = {
    url,
    databases: {
      urls: {
        users: postgres('users'),
        products: postgres('products'),
        orders: postgres('orders'),
        payments: postgres('payments'),
        mongo: database.uri,
      },
      neonEndpoint: stack.neonEndpoint,
      stop: async () => {},
    },
    keys: await loadKeys(stack.directory),
    variables: {},
  };
  const configs = writeWorkerConfigs(root, directory, settings);
  const workers = await startWorkers(configs, { root, directory, ports, onLine: () => {} });
  return {
    database,
    api: (method: string, path: string, options: { token?: string; body?: unknown } = {}) =>
      apiAt(url, method, path, options),
    stop: async () => {
      await workers.stop();
      await database.kill();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function cartDatabase(file: string, port: number): CartDatabase {
  let server: ChildProcess | undefined;
  const args = [join(root, 'tools', 'mongo', 'main.ts'), '--file', file, '--port', String(port)];
  return {
    uri: `mongodb://127.0.0.1:${port}/cart`,
    start: async () => {
      const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
      server = child;
      await Promise.race([once(child.stdout, 'data'), failing(child)]);
    },
    kill: async () => {
      if (!server || server.exitCode !== null || server.signalCode !== null) return;
      server.kill('SIGKILL');
      await once(server, 'exit');
    },
    freeze: async () => void server?.kill('SIGSTOP'),
    thaw: async () => void server?.kill('SIGCONT'),
  };
}

async function failing(child: ChildProcess): Promise<never> {
  await once(child, 'exit');
  throw new Error('The MongoDB-protocol server did not start.');
}
