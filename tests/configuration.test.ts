import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { z } from 'zod';

import { startChild } from '#tools/stack/child.ts';
import { loadKeys } from '#tools/stack/keys.ts';
import { portsFrom } from '#tools/stack/ports.ts';
import { writeWorkerConfigs } from '#tools/stack/worker-configs.ts';

import { eventually } from './support/client.ts';

/** What each of these workers goes without. */
const lacking: Record<string, string> = { users: 'JWT_PRIVATE_KEY', orders: 'DATABASE_URL', cart: 'MONGODB_URI' };

const Readiness = z.object({ checks: z.record(z.string(), z.object({ status: z.string() })) });

const root = resolve(import.meta.dirname, '..');
const directory = mkdtempSync(join(tmpdir(), 'shop-unconfigured-'));
const lines: string[] = [];
let url = '';
let stop = async () => {};

beforeAll(async () => {
  const stack = inject('stack');
  const port = Number(new URL(stack.url).port) + 5;
  url = `http://localhost:${port}`;
  const at = (service: string) => stack.urls[service] ?? '';
  const configs = writeWorkerConfigs(root, directory, {
    url,
    databases: {
      urls: {
        users: at('users'),
        products: at('products'),
        orders: at('orders'),
        payments: at('payments'),
        mongo: at('mongo'),
      },
      neonEndpoint: stack.neonEndpoint,
      stop: async () => {},
    },
    keys: await loadKeys(stack.directory),
    variables: {},
  });
  for (const { name, file } of configs) {
    const config = JSON.parse(readFileSync(file, 'utf8'));
    delete config.vars[lacking[name] ?? ''];
    writeFileSync(file, JSON.stringify(config));
  }
  const ports = portsFrom(port);
  const workers = startChild(
    [
      join(root, 'tools', 'stack', 'attached.ts'),
      ...[process.execPath, join(root, 'node_modules', 'wrangler', 'bin', 'wrangler.js'), 'dev'],
      ...configs.flatMap(({ file }) => ['-c', file]),
      ...['--ip', '127.0.0.1', '--port', String(ports.gateway), '--inspector-port', String(ports.inspector)],
      ...['--persist-to', join(directory, 'state'), '--show-interactive-dev-session=false'],
    ],
    {
      cwd: root,
      env: { CI: 'true', WRANGLER_SEND_METRICS: 'false', WRANGLER_REGISTRY_PATH: join(directory, 'registry') },
      onLine: (line) => lines.push(line),
    },
  );
  stop = () => workers.stop();
  // It never gets ready, but it answers.
  await eventually(() => fetch(`${url}/readyz`), 120_000);
}, 120_000);

afterAll(async () => {
  await stop();
  rmSync(directory, { recursive: true, force: true });
});

test('services that lack a secret answer 503, the readiness probe names them, the log says what is missing', async () => {
  // The workers start one after another: one that is still to come is down, too.
  await eventually(async () => {
    const ready = await fetch(`${url}/readyz`);
    const { checks } = Readiness.parse(await ready.json());
    const states = Object.entries(checks).map(([name, check]) => [name, check.status]);
    expect({ status: ready.status, states: Object.fromEntries(states) }).toEqual({
      status: 503,
      states: { users: 'down', products: 'ok', cart: 'down', orders: 'down', payments: 'ok', notifications: 'ok' },
    });
  }, 30_000);
  for (const path of ['/v1/me', '/v1/cart', '/v1/orders']) {
    const response = await fetch(url + path);
    expect({ path, status: response.status }).toEqual({ path, status: 503 });
    expect(await response.json()).toMatchObject({ code: 'service_unavailable' });
  }
  expect((await fetch(`${url}/v1/categories`)).status).toBe(200);
  for (const [service, name] of Object.entries(lacking)) {
    await eventually(async () => {
      const said = lines.filter(
        (line) => line.includes('until its configuration is complete') && line.includes(`"${service}"`),
      );
      expect(said).toHaveLength(1);
      expect(said[0]).toContain(`"missing":["${name}"]`);
    });
  }
});
