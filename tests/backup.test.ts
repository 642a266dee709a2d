import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

import { createBackup, restoreBackup } from '#tools/backup/backup.ts';
import type { Manifest } from '#tools/backup/manifest.ts';
import { findViolations } from '#tools/invariants/run.ts';
import type { ShopUrls } from '#tools/invariants/shop.ts';
import { serviceNames } from '#tools/migrate.ts';

import { api, eventually } from './support/client.ts';
import { newBuyer, newProduct, pay, placeOrder } from './support/shop.ts';
import { type ThrowAwayShop, throwAwayShop } from './support/throw-away-shop.ts';

const parent = mkdtempSync(join(tmpdir(), 'backup-test-'));
const folder = join(parent, 'backup');
let manifest: Manifest;
let restored: ThrowAwayShop;
let orderId: string;
let userId: string;

beforeAll(async () => {
  [orderId, userId] = await paidOrder();
  manifest = await createBackup(stackUrls(), folder);
  restored = await throwAwayShop();
  await restoreBackup(restored.urls, folder);
});

afterAll(async () => {
  await restored.close();
  rmSync(parent, { recursive: true });
});

/** Ids of a confirmed order and of who made it. */
async function paidOrder(): Promise<[string, string]> {
  const product = await newProduct({ price: '12.50' });
  const buyer = await newBuyer(product.id, 2);
  const order = await placeOrder(buyer);
  expect(order.status).toBe(201);
  expect((await pay(buyer.token, order.body.id)).body.status).toBe('SUCCESS');
  await eventually(async () => {
    expect((await api('GET', `/v1/orders/${order.body.id}`, { token: buyer.token })).body.status).toBe('CONFIRMED');
  });
  return [order.body.id, buyer.user.id];
}

function stackUrls(): ShopUrls {
  const { urls } = inject('stack');
  const urlOf = (service: string) => urls[service] ?? '';
  return {
    users: urlOf('users'),
    products: urlOf('products'),
    orders: urlOf('orders'),
    payments: urlOf('payments'),
    mongo: urlOf('mongo'),
  };
}

describe('a backup', () => {
  it('has every table and collection with its rows and their hash, for its owner alone', () => {
    expect(Object.keys(manifest.users.tables)).toEqual(expect.arrayContaining(['users', 'audit_log', 'outbox']));
    expect(Object.keys(manifest.cart)).toEqual(['carts', 'coupon_uses', 'coupons']);
    for (const service of serviceNames) {
      const { tables } = manifest[service];
      expect(readdirSync(join(folder, service)).sort()).toEqual(
        Object.keys(tables)
          .map((name) => `${name}.copy.gz`)
          .sort(),
      );
      for (const [name, content] of Object.entries(tables)) {
        const file = join(folder, service, `${name}.copy.gz`);
        const text = gunzipSync(readFileSync(file));
        expect(statSync(file).mode & 0o777).toBe(0o600);
        expect(createHash('sha256').update(text).digest('hex')).toBe(content.sha256);
        expect(text.toString().split('\n').length - 1).toBe(content.rows);
      }
    }
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it('goes into a new folder only', async () => {
    await expect(createBackup(stackUrls(), folder)).rejects.toThrow(/EEXIST/);
  });
});

describe('restored into empty databases', () => {
  it('is the same shop, row by row', async () => {
    const again = await createBackup(restored.urls, join(parent, 'again'));
    for (const service of serviceNames) {
      const { outbox: sent, ...tables } = manifest[service].tables;
      const { outbox: toSend, ...found } = again[service].tables;
      expect(found).toEqual(tables);
      expect(toSend?.rows).toBe(sent?.rows);
      expect(again[service].migrations).toEqual(manifest[service].migrations);
    }
    expect(again.cart).toEqual(manifest.cart);
    expect(await restored.query('orders', `SELECT status::text, user_id FROM orders WHERE id = '${orderId}'`)).toEqual([
      { status: 'CONFIRMED', user_id: userId },
    ]);
  });

  it('has all triggers on, and goes on counting where it was', async () => {
    for (const service of serviceNames) {
      const off = await restored.query(
        service,
        `SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'O'`,
      );
      expect(off).toEqual([]);
    }
    const [{ id } = {}] = await restored.query(
      'users',
      `INSERT INTO user_roles (name) VALUES ('AUDITOR') RETURNING id`,
    );
    const last = Number(manifest.users.sequences['user_roles_id_seq']);
    expect(id).toBe(last + 1);
    await restored.query('users', `DELETE FROM user_roles WHERE name = 'AUDITOR'`);
  });

  it('sends the events of the last hour again, and violates nothing that the shop did not', async () => {
    const unsent = await restored.query(
      'orders',
      `SELECT type FROM outbox WHERE subject_id = '${orderId}' AND sent_at IS NULL ORDER BY created_at`,
    );
    expect(unsent).toEqual([{ type: 'order.placed' }, { type: 'order.confirmed' }]);
    // As the first sweep of the restored shop does.
    for (const service of serviceNames) await restored.query(service, 'UPDATE outbox SET sent_at = now()');
    const [before, after] = await Promise.all([stackUrls(), restored.urls].map((urls) => violatedIn(urls)));
    expect(after?.filter((name) => !before?.includes(name))).toEqual([]);
  });

  it('is not filled a second time', async () => {
    await expect(restoreBackup(restored.urls, folder)).rejects.toThrow(
      /^users: \w+ is not empty\. Restore into an empty database\.$/,
    );
    expect(await restored.query('users', 'SELECT count(*)::int AS users FROM users')).toEqual([
      { users: manifest.users.tables['users']?.rows },
    ]);
  });
});

async function violatedIn(urls: ShopUrls): Promise<string[]> {
  const findings = await findViolations(urls);
  return findings.filter(({ violations }) => violations.length > 0).map(({ check }) => check.name);
}

describe('what is no whole backup', () => {
  it('is refused where a row has changed on the way, and nothing is left in the database', async () => {
    const target = await throwAwayShop();
    const file = join(folder, 'users', 'users.copy.gz');
    const kept = readFileSync(file);
    try {
      writeFileSync(file, gzipSync(gunzipSync(kept).toString().replace('Sam\tShopper', 'Sam\tSwapper')));
      await expect(restoreBackup(target.urls, folder)).rejects.toThrow(
        `users was not restored:\nusers: ${manifest.users.tables['users']?.rows} as in the backup, but not the same`,
      );
      expect(await target.query('users', 'SELECT count(*)::int AS users FROM users')).toEqual([{ users: 0 }]);
      expect(await target.query('users', 'SELECT count(*)::int AS roles FROM user_roles')).toEqual([{ roles: 3 }]);
    } finally {
      writeFileSync(file, kept);
      await target.close();
    }
  });

  it('is refused without its manifest, which is written last', async () => {
    await expect(restoreBackup(restored.urls, join(folder, 'users'))).rejects.toThrow(
      /holds no backup: it has no manifest\.json/,
    );
  });
});

describe('npm run backup', () => {
  const run = (args: string[], env: Record<string, string>) =>
    new Promise<{ code: number | string | null | undefined; stdout: string; stderr: string }>((resolve) => {
      execFile(
        process.execPath,
        ['tools/backup.ts', ...args],
        { env: { ...process.env, ...env } },
        (error, stdout, stderr) => resolve({ code: error ? error.code : 0, stdout, stderr }),
      );
    });

  it('saves the databases that are named, and restores into no others', async () => {
    const { users, products, orders, payments, mongo } = restored.urls;
    const named = {
      DATABASE_URL_USERS: users,
      DATABASE_URL_PRODUCTS: products,
      DATABASE_URL_ORDERS: orders,
      DATABASE_URL_PAYMENTS: payments,
      MONGODB_URI: mongo,
    };
    const saved = await run(['create', '--to', join(parent, 'named')], named);
    expect({ ...saved, stdout: saved.stdout.split('\n').at(-2) }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^The shop of 20\S+Z is saved to /),
      stderr: '',
    });
    expect(await run(['restore', '--from', join(parent, 'named')], {})).toEqual({
      code: 1,
      stdout: '',
      stderr: 'Set DATABASE_URL_USERS.\n',
    });
    expect((await run(['restore'], named)).code).toBe(2);
  });
});
