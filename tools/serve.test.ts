import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { bundleWorkers } from '#tools/serve/bundles.ts';
import { clientOf, eventually, logged, type ServedShop, serve, until, urlsIn } from '#tools/serve/testing.ts';
import { journeysIn } from '#tools/serve/testing/journey.ts';
import { loadDemoData } from '#tools/stack/demo.ts';
import { workers } from '#tools/workers.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 180_000 });

const port = 25_820;
const url = `http://127.0.0.1:${port}`;
const folder = mkdtempSync(join(tmpdir(), 'shop-serve-'));
const [data, build] = [join(folder, 'data'), join(folder, 'build')];
const client = clientOf(url, data);
const { call, admin, queues, query, workerdNow, newShopper } = client;
const { newOrder, pay, isConfirmed } = journeysIn(client);
let shop: ServedShop;

async function sofaId(): Promise<string> {
  return (await call('GET', '/v1/products/yellow-sofa')).body.id;
}

beforeAll(async () => {
  await bundleWorkers(
    workers.map(({ name }) => name),
    build,
  );
  shop = serve('--port', `${port}`, '--data', data, '--build', build, '--behind-proxy', '--not-durable');
  await until(shop, () => logged(shop, 'serving').length > 0, 120_000);
  const nothing = async () => {};
  const databases = { urls: urlsIn(data), neonEndpoint: '', stop: nothing };
  await loadDemoData({ url, databases, ended: nothing(), stop: nothing }, () => {});
});

afterAll(async () => {
  shop.process.kill('SIGTERM');
  await until(shop, () => shop.process.exitCode !== null, 30_000);
  rmSync(folder, { recursive: true, force: true });
});

describe('a served shop', () => {
  it('takes an order: what follows from it arrives by queue, and mails are kept', async () => {
    const order = await newOrder('yellow-sofa');
    expect((await pay(order, 'tok_success')).status).toBe(201);
    await eventually(() => isConfirmed(order));
    await eventually(async () => {
      expect((await call('GET', '/v1/cart', order)).body.items).toEqual([]);
    });
    await eventually(async () => {
      const mails: { subject: string }[] = await admin('GET', `/mailbox?to=${order.email}`);
      expect(mails.map(({ subject }) => subject)).toEqual([
        expect.stringMatching(/order/i),
        expect.stringMatching(/confirm/i),
      ]);
    });
  });

  it('reconciles a payment whose answer was lost, when its cron comes', async () => {
    const order = await newOrder('yellow-sofa');
    expect((await pay(order, 'tok_timeout')).body.status).toBe('PROCESSING');
    await query('payments', `UPDATE transactions SET created_at = now() - interval '2 minutes' WHERE order_id = $1`, [
      order.id,
    ]);
    await admin('POST', `/clock/cron?advance=${untilNextMinute() - 500}`);
    await eventually(() => isConfirmed(order));
  });

  it('answers the catalogue from the cache', async () => {
    const path = `/v1/products?limit=3&q=${uuidv7().slice(-4)}`;
    expect((await call('GET', path)).headers.get('cache-status')).toBe('edge; fwd=miss; stored');
    await eventually(async () => {
      expect((await call('GET', path)).headers.get('cache-status')).toMatch(/^edge; hit; ttl=\d+$/);
    });
  });

  it('lets an address send 20 authentications a minute, and no more', async () => {
    const attempts = async (from: string) => {
      const [minute, answers] = [minuteNow(), await Promise.all(Array.from({ length: 25 }, () => refused(from)))];
      return minute === minuteNow() ? answers : null;
    };
    // Once more, should a new minute have begun between them.
    const answers = (await attempts('192.0.2.20')) ?? (await attempts('192.0.2.21')) ?? [];
    expect(answers.filter(({ status }) => status === 422)).toHaveLength(20);
    const limited = answers.filter(({ status }) => status === 429);
    expect(limited.map(({ headers }) => headers.get('retry-after'))).toEqual(Array.from({ length: 5 }, () => '60'));
    expect((await refused('192.0.2.22')).status).toBe(422);
  });

  it('loses neither carts nor messages when workerd is killed', async () => {
    const [{ token }, sofa] = await Promise.all([newShopper(), sofaId()]);
    await call('POST', '/v1/cart/items', { token, body: { product_id: sofa, quantity: 2 } });
    const recorded = { actor_id: uuidv7(), action: 'product.updated', resource_type: 'product', resource_id: sofa };
    const payload = { ...recorded, before: { price: '1.00' }, after: { price: '2.00' }, recorded_at: new Date() };
    const event = { id: uuidv7(), type: 'audit.recorded', payload, request_id: 'kill', traceparent: '00-1-2-01' };
    // It is still to be delivered when the process ends.
    await admin('POST', '/accounts/serve/queues/users-events/messages/batch', {
      messages: [{ body: event, delay_seconds: 5 }],
    });
    const workerd = workerdNow();
    process.kill(workerd, 'SIGKILL');
    expect(await auditOf(event)).toEqual([]);

    await eventually(async () => {
      // Connections to the killed process fail.
      const answer = await call('GET', '/v1/cart', { token }).catch(() => null);
      expect(answer?.body.items).toMatchObject([{ product_id: sofa, quantity: 2 }]);
    });
    await eventually(async () => expect(await auditOf(event)).toEqual([{ action: 'product.updated' }]));
    expect(logged(shop, 'workerd ended; starting it again')).toMatchObject([{ reason: 'SIGKILL' }]);
    expect(workerdNow()).not.toBe(workerd);
  });

  it('tries what fails ten times more, keeps it then, and sends it again when told', async () => {
    const event = { id: uuidv7(), type: 'order.placed', payload: {}, request_id: 'bad', traceparent: '00-1-2-01' };
    const failures = () => logged(shop, 'event failed').filter((line) => line.event === event.id);
    await queues().send('cart-events', [event]);
    // Each pause is longer than the one before. The queue notices that its clock moved when it is asked something.
    for (let attempt = 1; attempt <= 11; attempt++) {
      await eventually(() => expect(failures()).toHaveLength(attempt));
      await admin('POST', '/clock/queues?advance=301000');
      await admin('GET', '/queues');
    }
    await eventually(async () => {
      expect((await queues().peek('cart-events-dead')).map(({ body }): unknown => JSON.parse(body))).toEqual([event]);
    });
    expect(await admin('GET', '/queues')).toMatchObject({ 'cart-events': 0 });

    const tool = spawn(process.execPath, [
      'tools/dead-letters.ts',
      'replay',
      '--queue',
      'cart-events',
      '--serve',
      data,
    ]);
    let said = '';
    tool.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await eventually(() => expect(tool.exitCode).toBe(0));
    expect(said).toContain('1 events are in cart-events again.');
    await eventually(() => expect(failures()).toHaveLength(12));
    expect(await queues().peek('cart-events-dead')).toEqual([]);
  });

  it('takes a new build while it refuses nobody', async () => {
    const workerd = workerdNow();
    shop.process.kill('SIGUSR2');
    const met = new Set<number>();
    while (logged(shop, 'the new build runs').length === 0) {
      met.add((await fetch(`${url}/livez`, { headers: { connection: 'close' } })).status);
    }
    expect([...met]).toEqual([200]);
    expect(workerdNow()).not.toBe(workerd);
  });
});

function auditOf({ payload: { actor_id } }: { payload: { actor_id: string } }): Promise<unknown[]> {
  return query('users', 'SELECT action FROM audit_log WHERE actor_id = $1', [actor_id]);
}

function refused(from: string) {
  return call('POST', '/v1/auth/login', { body: {}, from });
}

function untilNextMinute(): number {
  return 60_000 - (Date.now() % 60_000);
}

function minuteNow(): number {
  return Math.floor(Date.now() / 60_000);
}

describe('npm run serve', () => {
  const ended = async (...args: string[]) => {
    const started = serve(...args);
    await eventually(() => expect(started.process.exitCode).not.toBeNull(), 60_000);
    return { code: started.process.exitCode, said: started.said };
  };

  it('refuses a folder that is served already', async () => {
    const { code, said } = await ended('--port', `${port + 10}`, '--data', data);
    expect({ code, said }).toEqual({ code: 1, said: expect.stringMatching(/is in use: process \d+ serves it\./) });
  });

  it('opens the local environment to this machine only', async () => {
    const { code, said } = await ended('--environment', 'local', '--host', '0.0.0.0');
    expect({ code, said }).toEqual({ code: 1, said: expect.stringContaining('it listens on 127.0.0.1 only') });
  });

  it('says at once what a shop for production lacks', async () => {
    const other = ['--port', `${port + 10}`, '--data', join(folder, 'other'), '--build', build, '--not-durable'];
    const { code, said } = await ended(...other, '--environment', 'production');
    expect(code).toBe(1);
    expect(said).toContain('- PAYMENT_GATEWAY is sandbox, which moves no money');
    expect(said).toContain('- EMAIL_ADAPTER is cloudflare, which sends nothing from here');
  });
});
