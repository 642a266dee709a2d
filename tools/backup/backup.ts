import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import type { Client } from 'pg';

import { type Manifest, readManifest, writeManifest } from '#tools/backup/manifest.ts';
import { fillCart, saveCart } from '#tools/backup/mongo.ts';
import { connected, fillDatabase, saveDatabase } from '#tools/backup/postgres.ts';
import type { ShopUrls } from '#tools/invariants/shop.ts';
import { serviceNames } from '#tools/migrate.ts';

/**
 * Longer than an event is tried: ten times, with pauses that grow to 5 minutes. Sent again, it is applied by those who have
 * not had it.
 */
const underWayMilliseconds = 60 * 60 * 1_000;

/**
 * Saves all databases of a shop, which may be in use, to a new folder. The snapshots of the four Postgres databases are
 * taken within milliseconds, in an order that leaves no effect without what a service can finish it by: a payment belongs
 * to an order that is there, an order has its stock and coupons; what is there too much, the sweeps give back.
 *
 * @throws when the folder exists, or a database cannot be read; a folder without manifest.json is left then
 */
export async function createBackup(urls: ShopUrls, folder: string): Promise<Manifest> {
  mkdirSync(folder, { mode: 0o700 });
  for (const name of [...serviceNames, 'cart']) mkdirSync(join(folder, name), { mode: 0o700 });
  const manifest = await inSnapshots(urls, async ({ payments, orders, products, users }) => {
    const created_at = new Date().toISOString();
    const into = (service: string) => join(folder, service);
    return {
      format: 1 as const,
      created_at,
      // First, as it is read as it goes on: coupons' uses may be of orders that came later, not the other way round.
      cart: await saveCart(urls.mongo, into('cart')),
      payments: await saveDatabase(payments, 'payments', into('payments')),
      orders: await saveDatabase(orders, 'orders', into('orders')),
      products: await saveDatabase(products, 'products', into('products')),
      users: await saveDatabase(users, 'users', into('users')),
    };
  });
  writeManifest(folder, manifest);
  return manifest;
}

/** Fills empty databases from a backup. No worker may use them meanwhile. A database is filled as a whole or not at all. */
export async function restoreBackup(urls: ShopUrls, folder: string): Promise<Manifest> {
  const manifest = readManifest(folder);
  const resendFrom = new Date(Date.parse(manifest.created_at) - underWayMilliseconds);
  for (const service of serviceNames) {
    await connected(urls[service], (client) =>
      fillDatabase(client, { service, folder: join(folder, service), kept: manifest[service], resendFrom }),
    );
  }
  await fillCart(urls.mongo, join(folder, 'cart'), manifest.cart);
  return manifest;
}

type Snapshots = Record<'payments' | 'orders' | 'products' | 'users', Client>;

async function inSnapshots<Result>(urls: ShopUrls, work: (clients: Snapshots) => Promise<Result>): Promise<Result> {
  return connected(urls.payments, (payments) =>
    connected(urls.orders, (orders) =>
      connected(urls.products, (products) =>
        connected(urls.users, async (users) => {
          const clients = { payments, orders, products, users };
          const all = Object.values(clients);
          for (const client of all) await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
          // The first statement takes the snapshot.
          for (const client of all) await client.query('SELECT 1');
          return work(clients);
        }),
      ),
    ),
  );
}
