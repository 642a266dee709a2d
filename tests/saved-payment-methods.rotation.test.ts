import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, expect, inject, it } from 'vitest';

import { loadKeys } from '#tools/stack/keys.ts';
import { portsFrom } from '#tools/stack/ports.ts';
import { writeWorkerConfigs } from '#tools/stack/worker-configs.ts';
import { startWorkers } from '#tools/stack/wrangler.ts';
import { KeyFile } from '#tools/token-keys/rotation.ts';

import { type Answer, apiAt } from './support/client.ts';
import { orderFor } from './support/saved-methods.ts';
import { refuseLoggedSecrets } from './support/secrets.ts';
import { addToCart, type Buyer, newBuyer, newProduct } from './support/shop.ts';
import { type ThrowAwayShop, throwAwayShop } from './support/throw-away-shop.ts';

const root = resolve(import.meta.dirname, '..');
const directory = mkdtempSync(join(tmpdir(), 'rotation-test-'));
const file = join(directory, 'payment-token-keys.json');
const port = Number(new URL(inject('stack').url).port) + 5;

/** The stack's shop once more, with payments and keys of its own. */
let shop: ThrowAwayShop;
let workers: { stop(): Promise<unknown> } | undefined;
let product: Answer['body'];
let buyer: Buyer;

async function tokenKeys(command: string): Promise<string> {
  const env = { ...process.env, DATABASE_URL_PAYMENTS: shop.urls.payments };
  const words = [join(root, 'tools', 'token-keys.ts'), command, '--file', file];
  return (await promisify(execFile)(process.execPath, words, { env })).stdout;
}

/** Starts the workers, or starts them again with what the file says now. */
async function start(): Promise<void> {
  await workers?.stop();
  const stack = inject('stack');
  const at = (name: string) => stack.urls[name] ?? '';
  const settings = {
    url: `http://localhost:${port}`,
    databases: {
      urls: {
        users: at('users'),
        products: at('products'),
        orders: at('orders'),
        payments: shop.urls.payments,
        mongo: at('mongo'),
      },
      neonEndpoint: stack.neonEndpoint,
      stop: async () => {},
    },
    keys: { ...(await loadKeys(stack.directory)), token_encryption_keys: (await tokenKeys('secret')).trim() },
    variables: {},
  };
  const configs = writeWorkerConfigs(root, directory, settings);
  workers = await startWorkers(configs, { root, directory, ports: portsFrom(port), onLine: () => {} });
}

function post(path: string, body: object): Promise<Answer> {
  const headers = { 'idempotency-key': randomUUID() };
  return apiAt(`http://localhost:${port}`, 'POST', path, { token: buyer.token, headers, body });
}

async function save(): Promise<string> {
  const card = { payment_method_code: 'CREDIT_CARD', payment_token: 'tok_success' };
  const { status, body } = await post('/v1/me/payment-methods', card);
  expect(status, JSON.stringify(body)).toBe(201);
  return body.id;
}

/** Orders once more, and pays with what is saved; what came of it. */
async function payWith(id: string): Promise<string> {
  await addToCart(buyer.token, product.id, 1);
  const order = await orderFor(buyer);
  const source = { payment_method_code: 'CREDIT_CARD', saved_payment_method_id: id };
  return (await post('/v1/payments', { order_id: order.id, ...source })).body.status;
}

function rows() {
  return shop.query('payments', 'SELECT id, token_key_id, gateway_token FROM user_saved_payment_methods ORDER BY id');
}

async function keysOfRows(): Promise<unknown[]> {
  return (await rows()).map(({ token_key_id }) => token_key_id);
}

function read(): KeyFile {
  return KeyFile.parse(JSON.parse(readFileSync(file, 'utf8')));
}

beforeAll(async () => {
  shop = await throwAwayShop();
  await tokenKeys('generate');
  product = await newProduct({ quantity: 100 });
  [buyer] = await Promise.all([newBuyer(product.id), start()]);
}, 120_000);

afterAll(async () => {
  await workers?.stop();
  refuseLoggedSecrets(readFileSync(join(directory, 'workers.log'), 'utf8'));
  await shop.close();
  rmSync(directory, { recursive: true, force: true });
});

it('rotates the keys of saved methods: at every step all of them pay', { timeout: 120_000 }, async () => {
  const first = read();
  const ids = [await save(), await save()].toSorted();
  const [one = '', other = ''] = ids;
  expect(await payWith(one)).toBe('SUCCESS');
  expect(await keysOfRows()).toEqual([first.current, first.current]);
  const before = await rows();

  // The running shop knows the next key, so it reads what is encrypted anew before it has the new secret.
  await tokenKeys('rotate');
  expect(await tokenKeys('reencrypt')).toBe(`2 tokens are encrypted with ${first.next} now.\n`);
  expect(await keysOfRows()).toEqual([first.next, first.next]);
  const after = await rows();
  for (const [i, row] of after.entries()) expect(row['gateway_token']).not.toBe(before[i]?.['gateway_token']);
  expect(await tokenKeys('reencrypt')).toBe(`0 tokens are encrypted with ${first.next} now.\n`);
  expect(await payWith(one)).toBe('SUCCESS');
  await tokenKeys('drop');
  expect(Object.keys(read().keys)).toEqual([first.next, read().next]);

  // Once more, and the shop gets the secret: without the first key, and with rows of the one before.
  await tokenKeys('rotate');
  await start();
  expect(await keysOfRows()).toEqual([first.next, first.next]);
  expect(await payWith(one)).toBe('SUCCESS');
  expect(await payWith(other)).toBe('SUCCESS');
  const third = await save();
  expect(await payWith(third)).toBe('SUCCESS');
  expect((await keysOfRows()).at(-1)).toBe(read().current);
});
