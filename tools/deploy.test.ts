import { execFile } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';

import { inOrder } from '#tools/deploy/targets.ts';
import { startMongoServer } from '#tools/mongo/server.ts';
import { type RunningPostgres, startPostgres } from '#tools/postgres/launcher.ts';
import { workers } from '#tools/workers.ts';

import type { Account } from './deploy/fake-account.ts';

// A deployment calls wrangler some seventy times, each time as a process of its own.
vi.setConfig({ testTimeout: 300_000 });

const root = resolve(import.meta.dirname, '..');
const directory = mkdtempSync(join(tmpdir(), 'deploy-test-'));
const accountFile = join(directory, 'account.json');
const databases = ['users', 'products', 'orders', 'payments'];
const gatewayUrl = 'http://127.0.0.1:25761';
const order = ['payments', 'orders', 'products', 'cart', 'users', 'notifications', 'gateway'];

let server: RunningPostgres;
let mongo: Awaited<ReturnType<typeof startMongoServer>>;
let gateway: Server;
let isReady = true;

beforeAll(async () => {
  server = await startPostgres({
    directory: join(directory, 'postgres'),
    port: 25_760,
    databases,
    durable: false,
    log: () => {},
  });
  mongo = await startMongoServer({ file: join(directory, 'mongo.sqlite'), port: 0, durable: false });
  gateway = createServer((request, response) => {
    const checks = { users: { status: 'ok' }, cart: { status: isReady ? 'ok' : 'down' } };
    const isReadiness = request.url === '/readyz';
    response.writeHead(isReadiness && !isReady ? 503 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(isReadiness ? { checks } : { data: [] }));
  });
  await new Promise<void>((listening) => gateway.listen(25_761, '127.0.0.1', listening));
  for (const { config } of workers) {
    mkdirSync(dirname(join(directory, config)), { recursive: true });
    const text = readFileSync(join(root, config), 'utf8').replaceAll('example.com', 'example.org');
    writeFileSync(
      join(directory, config),
      text.replaceAll('PAYMENT_GATEWAY = "sandbox"', 'PAYMENT_GATEWAY = "stripe"'),
    );
  }
  const fake = join(root, 'tools', 'deploy', 'fake-account.ts');
  writeFileSync(join(directory, 'wrangler'), `#!/bin/sh\nexec "${process.execPath}" "${fake}" "$@"\n`);
  chmodSync(join(directory, 'wrangler'), 0o755);
  writeFileSync(join(directory, 'secrets.json'), JSON.stringify(secrets));
});

afterAll(async () => {
  gateway.close();
  await mongo.close();
  await server.stop();
  rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
});

const secrets = {
  gateway: { JWT_PUBLIC_KEYS: 'value-1' },
  users: { DATABASE_URL: 'value-2', JWT_PRIVATE_KEY: 'value-3', JWT_PUBLIC_KEYS: 'value-1' },
  products: { DATABASE_URL: 'value-4', JWT_PUBLIC_KEYS: 'value-1' },
  cart: { MONGODB_URI: 'value-5', JWT_PUBLIC_KEYS: 'value-1' },
  orders: { DATABASE_URL: 'value-6', JWT_PUBLIC_KEYS: 'value-1' },
  payments: {
    DATABASE_URL: 'value-7',
    JWT_PUBLIC_KEYS: 'value-1',
    TOKEN_ENCRYPTION_KEYS: 'value-8',
    STRIPE_SECRET_KEY: 'value-9',
    STRIPE_WEBHOOK_SECRET: 'value-10',
  },
  notifications: {},
};

function account(): Account {
  return JSON.parse(readFileSync(accountFile, 'utf8'));
}

/** What wrangler was called with, and what it was given to read. */
function linesOf<Line>(file: 'calls' | 'inputs'): Line[] {
  const lines = readFileSync(`${accountFile}.${file}`, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line): Line => JSON.parse(line));
}
const calls = () => linesOf<string[]>('calls');

function give(content: Partial<Account>): void {
  writeFileSync(accountFile, JSON.stringify({ workers: {}, queues: [], ...content }));
  for (const file of ['calls', 'inputs']) writeFileSync(`${accountFile}.${file}`, '');
}

/** The account as a deployment leaves it, with nothing written down yet. */
function giveDeployed(change: (account: Account) => void = () => {}): void {
  const deployed: Account = JSON.parse(readFileSync(join(directory, 'deployed.json'), 'utf8'));
  change(deployed);
  give(deployed);
}

interface Run {
  code: unknown;
  stdout: string;
  stderr: string;
}

function run(args: string[], variables: Record<string, string> = {}): Promise<Run> {
  const urls = databases.map((name) => [`DATABASE_URL_${name.toUpperCase()}`, server.url(name)]);
  const env = {
    ...process.env,
    ...Object.fromEntries(urls),
    MONGODB_URI: mongo.uri,
    WRANGLER: join(directory, 'wrangler'),
    FAKE_ACCOUNT: accountFile,
    ...variables,
  };
  return new Promise((done) => {
    execFile(
      process.execPath,
      [join(root, 'tools', 'deploy.ts'), ...args],
      { env, cwd: directory },
      (error, stdout, stderr) => done({ code: error?.code ?? 0, stdout, stderr }),
    );
  });
}

function deploy(args: string[] = [], variables: Record<string, string> = {}): Promise<Run> {
  const usual = ['--env', 'production', '--yes', '--wait', '0', '--url', gatewayUrl];
  return run([...usual, ...args], variables);
}

/** What changed something in the account, in its order: `deploy users`, `queue users-events-production`. */
function changes(): string[] {
  return calls().flatMap((args) => {
    const [command = '', action = '', name = ''] = args;
    const config = args[args.indexOf('-c') + 1] ?? '';
    const worker = workers.find((one) => one.config === config)?.name ?? config;
    if (command === 'deploy' && !args.includes('--dry-run')) return [`deploy ${worker}`];
    if (command === 'queues' && action === 'create') return [`queue ${name}`];
    return command === 'secret' && action === 'bulk' ? [`secrets ${worker}`] : [];
  });
}

async function query(database: string, statement: string): Promise<unknown[]> {
  const client = new Client({ connectionString: server.url(database) });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}

/** How many tables a database has. */
async function tables(database: string): Promise<number> {
  return (await query(database, `SELECT FROM pg_tables WHERE schemaname = 'public'`)).length;
}

beforeEach(() => {
  isReady = true;
});

describe('before there is anything', () => {
  test('a dry run shows the plan, asks the account for nothing, and changes nothing', async () => {
    give({});
    const { code, stdout } = await run(['--env', 'production', '--dry-run']);
    expect({ code, changes: changes() }).toEqual({ code: 0, changes: [] });
    expect(calls().map((args) => args.slice(0, 2))).toEqual(order.map(() => ['deploy', '--dry-run']));
    expect(stdout).toMatch(/users: 0000_initial_tables, .*\n.*products: 0000_initial_tables/);
    expect(stdout).toContain(`5. Deploy workers: ${order.map((name) => `${name}-production`).join(', ')}`);
    expect(await tables('users')).toBe(0);
  });

  test('it names each missing secret and how to set it, and stops', async () => {
    give({});
    const { code, stdout } = await deploy();
    expect({ code, changes: changes(), tables: await tables('users') }).toEqual({ code: 1, changes: [], tables: 0 });
    for (const [worker, values] of Object.entries(secrets)) {
      for (const name of Object.keys(values)) {
        expect(stdout).toContain(`secret ${name} of ${worker} (${worker}-production) is not set`);
      }
    }
    expect(stdout).toContain('npx wrangler secret put MONGODB_URI -c workers/cart/wrangler.toml -e production');
  });

  test('it names missing variables, and what is still as it was delivered', async () => {
    give({});
    const { code, stdout } = await deploy([], { DATABASE_URL_ORDERS: '' });
    expect(code).toBe(1);
    expect(stdout).toContain('DATABASE_URL_ORDERS is not set');
    const delivered = await new Promise<string>((done) => {
      const env = { ...process.env, WRANGLER: join(directory, 'wrangler'), FAKE_ACCOUNT: accountFile };
      const args = [join(root, 'tools', 'deploy.ts'), '--env', 'production', '--dry-run'];
      execFile(process.execPath, args, { env, cwd: root }, (_error, out) => done(out));
    });
    expect(delivered).toContain('PAYMENT_GATEWAY of payments is sandbox, which production refuses');
    expect(delivered).toContain('STOREFRONT_URL of notifications is still https://shop.example.com');
  });

  test('a migration that fails stops it before any worker changes', async () => {
    give({});
    await query('orders', 'CREATE TABLE orders ()');
    const { code, stderr } = await deploy(['--secrets', join(directory, 'secrets.json')]);
    await query('orders', 'DROP TABLE orders');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'orders: not migrated: 0000_initial_tables: relation "orders" already exists\n',
    });
    expect(changes().filter((change) => !change.startsWith('queue'))).toEqual([]);
    expect(await tables('payments')).toBe(0);
  });

  test('queues, databases, placeholders, secrets, workers, in this order', async () => {
    give({ queues: ['users-events-staging', 'users-events-production', 'cart-events-production-dead', 'a', 'b', 'c'] });
    const { code, stdout, stderr } = await deploy(['--secrets', join(directory, 'secrets.json')]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const queues = order.flatMap((name) => [`${name}-events-production-dead`, `${name}-events-production`]);
    const there = ['users-events-production', 'cart-events-production-dead'];
    expect(changes()).toEqual([
      ...queues.filter((name) => !there.includes(name)).map((name) => `queue ${name}`),
      ...order.map(() => 'deploy placeholder'),
      ...order.filter((name) => name !== 'notifications').map((name) => `secrets ${name}`),
      ...order.map((name) => `deploy ${name}`),
    ]);
    const { workers: deployed } = account();
    const last = calls().at(-1);
    expect(last?.slice(0, -1)).toEqual(['deploy', '-c', 'wrangler.toml', '-e', 'production', '--message']);
    expect(last?.at(-1)).toMatch(/^edge-commerce \d+\.\d+\.\d+/);
    expect(JSON.stringify(calls())).not.toContain('value-');
    expect(stdout).not.toContain('value-');
    expect(linesOf('inputs')).toContainEqual(secrets.users);
    expect(deployed['users-production']?.versions.map(({ entrypoints }) => entrypoints)).toEqual([
      ['UsersService'],
      ['UsersService'],
    ]);
    expect(stdout).toContain('users-production is new: there is nothing to go back to');
    expect(await tables('users')).toBeGreaterThan(5);
    cpSync(accountFile, join(directory, 'deployed.json'));
  });
});

describe('once it is deployed', () => {
  test('a second time deploys the workers alone, and says how to go back to the versions before', async () => {
    giveDeployed();
    const { code, stdout } = await deploy();
    expect({ code, changes: changes() }).toEqual({ code: 0, changes: order.map((name) => `deploy ${name}`) });
    const back = [...stdout.matchAll(/npx wrangler rollback (\S+) -c (\S+) -e production/g)].map((found) => found[1]);
    expect(back).toEqual(order.toReversed().map((name) => `${name}-production-v2`));
    expect(account().workers['users-production']?.versions.at(-1)?.id).toBe('users-production-v3');
  });

  test('a gateway that is not ready fails it, with the way back', async () => {
    giveDeployed();
    isReady = false;
    const { code, stderr } = await deploy();
    expect(code).toBe(1);
    expect(stderr).toContain('GET /readyz answers 503: cart down');
    expect(stderr).toContain('npx wrangler rollback gateway-production-v2 -c wrangler.toml -e production');
  });

  test('a worker that cannot be deployed fails it, with the way back for those before it', async () => {
    giveDeployed(({ workers: deployed }) => {
      for (const version of deployed['users-production']?.versions ?? []) version.entrypoints = [];
    });
    const { code, stderr } = await deploy();
    expect({ code, changes: changes() }).toEqual({ code: 1, changes: ['deploy payments', 'deploy orders'] });
    expect(stderr).toContain('"users-production" has no entrypoint "UsersService"');
    const back = [...stderr.matchAll(/npx wrangler rollback (\S+)/g)].map((found) => found[1]);
    expect(back).toEqual(['payments-production-v2']);
  });

  test('a worker that only holds secrets gets its entrypoints first, one that runs is never replaced by a placeholder', async () => {
    giveDeployed(({ workers: deployed }) => {
      const cart = deployed['cart-production'];
      if (cart) cart.versions = [{ id: 'draft', bindings: [], entrypoints: [] }];
    });
    expect((await deploy()).code).toBe(0);
    expect(changes()).toEqual(['deploy placeholder', ...order.map((name) => `deploy ${name}`)]);
    expect(account().workers['cart-production']?.versions).toHaveLength(3);
  });

  test('without --yes and without anybody to ask, nothing changes', async () => {
    giveDeployed();
    const { code, stdout } = await run(['--env', 'production']);
    expect({ code, changes: changes() }).toEqual({ code: 1, changes: [] });
    expect(stdout).toContain('Repeat it with --yes');
  });
});

test.each([[[]], [['--env', 'local']], [['--env', 'staging', '--wait', 'long']], [['--env', 'staging', '--force']]])(
  'refuses %j',
  async (args) => {
    give({});
    const { code, stderr } = await run(args);
    expect({ code, calls: calls() }).toEqual({ code: 1, calls: [] });
    expect(stderr).not.toBe('');
  },
);

test('a worker is deployed after those that it is bound to, circles aside', () => {
  const items = [
    { worker: 'a', needs: ['b', 'c'] },
    { worker: 'b', needs: ['c'] },
    { worker: 'c', needs: ['b'] },
    { worker: 'd', needs: ['a', 'b', 'c'] },
  ];
  expect(inOrder(items).map(({ worker }) => worker)).toEqual(['c', 'b', 'a', 'd']);
});
