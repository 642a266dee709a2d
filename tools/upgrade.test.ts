import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';

import { findViolations } from '#tools/invariants/run.ts';
import { serviceNames } from '#tools/migrate.ts';
import { refusalsIn } from '#tools/migrations/rules.ts';
import { bundleWorkers } from '#tools/serve/bundles.ts';
import { clientOf, eventually, logged, type ServedShop, serve, until, urlsIn } from '#tools/serve/testing.ts';
import { expand, expansionOf } from '#tools/serve/testing/expansion.ts';
import { journeysIn } from '#tools/serve/testing/journey.ts';
import { type Load, type Shopper, startLoad } from '#tools/serve/testing/load.ts';
import { loadDemoData } from '#tools/stack/demo.ts';
import { workers } from '#tools/workers.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const port = 26_060;
const url = `http://127.0.0.1:${port}`;
const folder = mkdtempSync(join(tmpdir(), 'shop-upgrade-'));
const [data, build] = [join(folder, 'data'), join(folder, 'build')];
const { call, query, workerdNow, newShopper } = clientOf(url, data);
const { newAddress, wholeJourney } = journeysIn({ call, newShopper });
const gatewayFile = join(build, 'gateway', 'index.js');
let shop: ServedShop;
let gateway: string;
let product: { id: string; slug: string };

beforeAll(async () => {
  await bundleWorkers(
    workers.map(({ name }) => name),
    build,
  );
  gateway = readFileSync(gatewayFile, 'utf8');
  putBuild(named('first'));
  shop = serve('--port', `${port}`, '--data', data, '--build', build, '--behind-proxy', '--not-durable');
  await until(shop, () => logged(shop, 'serving').length > 0, 120_000);
  const nothing = async () => {};
  const databases = { urls: urlsIn(data), neonEndpoint: '', stop: nothing };
  await loadDemoData({ url, databases, ended: nothing(), stop: nothing }, () => {});
  product = await importProduct('rehearsed', 100_000);
});

afterAll(async () => {
  shop.process.kill('SIGTERM');
  await until(shop, () => shop.process.exitCode !== null, 30_000);
  rmSync(folder, { recursive: true, force: true });
});

/** The gateway that says in each answer which build it is of. */
function named(name: string): string {
  const told = gateway.replace(/\bindex_default as default\b/, 'told as default');
  expect(told).not.toBe(gateway);
  return `${told}
const told = {
  ...index_default,
  async fetch(...args) {
    const answer = await index_default.fetch(...args);
    const headers = new Headers(answer.headers);
    headers.set('x-build', '${name}');
    return new Response(answer.body, { status: answer.status, headers });
  },
};`;
}

function putBuild(text: string): void {
  writeFileSync(gatewayFile, text);
}

/** Resolves when it has ended, with how it did: what was logged with this message. */
async function takeBuild(text: string, message: string): Promise<unknown[]> {
  putBuild(text);
  const before = logged(shop, message).length;
  shop.process.kill('SIGUSR2');
  await until(shop, () => logged(shop, message).length > before, 120_000);
  return logged(shop, message).slice(before);
}

async function importProduct(handle: string, quantity: number): Promise<{ id: string; slug: string }> {
  const login = { email: 'manager@example.com', password: 'demo-Manager-1234' };
  const { body: manager } = await call('POST', '/v1/auth/login', { body: login });
  const columns = {
    ...{ Handle: handle, Title: handle, Type: 'Rehearsed', Published: 'true', 'Variant SKU': handle.toUpperCase() },
    ...{ 'Option1 Name': 'Title', 'Option1 Value': 'Default Title', 'Variant Inventory Policy': 'deny' },
    ...{ 'Variant Inventory Qty': `${quantity}`, 'Variant Price': '10.00' },
  };
  const imported = await fetch(`${url}/v1/admin/products/import`, {
    method: 'POST',
    headers: { 'content-type': 'text/csv', authorization: `Bearer ${manager.access_token}` },
    body: `${Object.keys(columns).join(',')}\n${Object.values(columns).join(',')}\n`,
  });
  expect(await imported.json()).toMatchObject({ created: 1, errors: [] });
  const { body: found } = await call('GET', `/v1/products/${handle}`);
  return { id: found.id, slug: handle };
}

async function newBuyer(): Promise<Shopper> {
  const { token } = await newShopper();
  return { token, addressId: await newAddress(token) };
}

/** The shop is used from here on until the test ends. */
async function underLoad(): Promise<Load> {
  const [one, two, three, four] = [await newBuyer(), await newBuyer(), await newBuyer(), await newBuyer()];
  const load = startLoad({ port, product, browsers: [one, two], buyers: [three, four] });
  onTestFinished(load.stop);
  return load;
}

/** Until a build has answered more of everything. */
async function isUsed({ answered, orders }: Load, name: string): Promise<void> {
  const before = { answers: answered.get(name) ?? 0, orders: orders.length };
  await eventually(() => {
    expect(answered.get(name) ?? 0).toBeGreaterThan(before.answers + 100);
    expect(orders.length).toBeGreaterThan(before.orders + 3);
  }, 60_000);
}

/** Each order is there once, and paid once. */
async function expectOrders(ids: string[]): Promise<void> {
  const sorted = ids.toSorted();
  await eventually(async () => {
    const orders = `SELECT id::text FROM orders WHERE user_id = ANY (SELECT user_id FROM orders WHERE id = ANY ($1))
                    AND status = 'CONFIRMED' ORDER BY id`;
    expect((await query('orders', orders, [ids])).map(({ id }): string => id)).toEqual(sorted);
  });
  const payments = `SELECT order_id::text FROM transactions WHERE order_id = ANY ($1) AND status = 'SUCCESS' ORDER BY 1`;
  expect((await query('payments', payments, [ids])).map(({ order_id }): string => order_id)).toEqual(sorted);
}

async function violated(): Promise<unknown[]> {
  const findings = await findViolations(urlsIn(data));
  return findings.filter(({ violations }) => violations.length > 0);
}

it('upgrades under load, database first, and loses no request', async () => {
  const load = await underLoad();
  await isUsed(load, 'first');

  const migrations = serviceNames.flatMap(expansionOf);
  expect(refusalsIn(migrations)).toEqual([]);
  const names = ['expand', 'index'];
  expect(await expand(urlsIn(data))).toEqual({ users: names, products: names, orders: names, payments: names });
  await isUsed(load, 'first');
  const before = await wholeJourney(product.slug);

  expect(await takeBuild(named('second'), 'the new build runs')).toHaveLength(1);
  await isUsed(load, 'second');
  const after = await wholeJourney(product.slug);

  await load.stop();
  expect(load.failures).toEqual([]);
  expect([...load.answered.keys()]).toEqual(['first', 'second']);
  await expectOrders([...load.orders, before.id, after.id]);
  expect(await violated()).toEqual([]);
});

it('goes on with the build that runs when the new one does not start, and loses no request', async () => {
  const [workerd, running] = [workerdNow(), (await call('GET', '/livez')).headers.get('x-build')];
  const load = await underLoad();
  await isUsed(load, String(running));
  const refused = await takeBuild(`throw new Error('It is broken.');`, 'the new build was not taken');
  expect(refused).toMatchObject([{ reason: expect.stringContaining('the old one runs again') }]);
  expect(workerdNow()).not.toBe(workerd);
  await isUsed(load, String(running));
  const { id } = await wholeJourney(product.slug);

  await load.stop();
  expect(load.failures).toEqual([]);
  expect([...load.answered.keys()]).toEqual([running]);
  await expectOrders([...load.orders, id]);
  expect(await violated()).toEqual([]);
});
