import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, expect, it, vi } from 'vitest';

vi.setConfig({ testTimeout: 180_000 });

const port = 25_800;
const url = `http://127.0.0.1:${port}`;
const directory = mkdtempSync(join(tmpdir(), 'shop-start-'));
let shop: { process: ChildProcess; said: string } | undefined;

/** `npm start` in a folder of its own, up to the line that says it is ready. */
async function start(): Promise<void> {
  const child = spawn(process.execPath, ['tools/start.ts', '--port', String(port), '--data', directory]);
  const started = { process: child, said: '' };
  shop = started;
  const hear = (chunk: Buffer) => (started.said += chunk.toString());
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  await vi.waitFor(
    () => {
      if (child.exitCode !== null) throw new Error(`It ended: ${started.said}`);
      expect(started.said).toContain('Stop       Ctrl-C');
    },
    { timeout: 120_000, interval: 100 },
  );
}

async function ended(): Promise<void> {
  await vi.waitFor(() => expect(shop?.process.exitCode ?? shop?.process.signalCode).not.toBeNull(), {
    timeout: 30_000,
  });
}

async function call(method: string, path: string, token?: string, body?: unknown, key?: string) {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(token && { authorization: `Bearer ${token}` }),
      ...(key && { 'idempotency-key': key }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const parsed: ReturnType<typeof JSON.parse> = await response.json();
  return { status: response.status, body: parsed };
}

async function login(): Promise<string> {
  const { body } = await call('POST', '/v1/auth/login', undefined, {
    email: 'customer@example.com',
    password: 'demo-Customer-1234',
  });
  return body.access_token;
}

afterAll(async () => {
  shop?.process.kill('SIGINT');
  await ended();
  rmSync(directory, { recursive: true, force: true });
});

it('keeps what it acknowledged through kill -9 of itself and of each database', async () => {
  await start();
  const token = await login();
  const { body: sofa } = await call('GET', '/v1/products/yellow-sofa');
  const { body: candle } = await call('GET', '/v1/products/vanilla-candle');
  const { body: addresses } = await call('GET', '/v1/me/addresses', token);
  await call('POST', '/v1/cart/items', token, { product_id: sofa.id, quantity: 2 });
  const addressId: string = addresses.data[0].id;
  const checkout = { shipping_address_id: addressId, billing_address_id: addressId };
  const { status, body: order } = await call('POST', '/v1/orders', token, checkout, 'before-the-crash');
  expect(status).toBe(201);
  const { body: cart } = await call('POST', '/v1/cart/items', token, { product_id: candle.id, quantity: 3 });
  expect(cart.items.at(-1)).toMatchObject({ product_id: candle.id, quantity: 3 });

  const postgres = Number(readFileSync(join(directory, 'postgres', 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);
  shop?.process.kill('SIGKILL');
  process.kill(postgres, 'SIGKILL');
  await ended();

  await start();
  const again = await call('GET', `/v1/orders/${order.id}`, token);
  expect(again.body).toEqual(order);
  const replayed = await call('POST', '/v1/orders', token, checkout, 'before-the-crash');
  expect(replayed.body).toEqual(order);
  const kept = await call('GET', '/v1/cart', token);
  expect(kept.body.items.at(-1)).toMatchObject({ product_id: candle.id, quantity: 3, total_price: '47.97' });
  const { body: list } = await call('GET', '/v1/products?limit=100');
  expect(list.data).toHaveLength(40);
});

it('starts a killed database again by itself', async () => {
  const token = await login();
  const pid = Number(readFileSync(join(directory, 'postgres', 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);
  process.kill(pid, 'SIGKILL');
  await vi.waitFor(async () => expect((await call('GET', '/v1/me', token)).status).toBe(200), { timeout: 20_000 });
  expect(shop?.said).toContain('Postgres ended (SIGKILL): starting it again');
});

it('refuses a second shop in the same folder, and one on the same port', async () => {
  const second = async (...args: string[]) => {
    const child = spawn(process.execPath, ['tools/start.ts', ...args]);
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const code = await new Promise((resolve) => child.once('exit', resolve));
    return { code, said };
  };
  const sameFolder = await second('--port', String(port + 10), '--data', directory);
  expect(sameFolder).toEqual({
    code: 1,
    said: expect.stringMatching(/is in use: process \d+ started it and still runs/),
  });
  const elsewhere = mkdtempSync(join(tmpdir(), 'shop-start-'));
  const samePort = await second('--port', String(port), '--data', elsewhere);
  expect(samePort).toEqual({ code: 1, said: expect.stringContaining(`Port ${port} (gateway) is in use.`) });
  rmSync(elsewhere, { recursive: true, force: true });
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
});
