import { existsSync, readFileSync } from 'node:fs';

import { z } from 'zod';

import type { ShopUrls } from '#tools/invariants/shop.ts';

const Urls = z.object({ port: z.number(), urls: z.record(z.string(), z.string()) });

/** The databases of the shop that runs in SHOP_DATA (default .data/shop), by service; null if none runs. */
export async function runningShopUrls(): Promise<Record<string, string> | null> {
  const file = `${process.env['SHOP_DATA'] ?? '.data/shop'}/urls.json`;
  if (!existsSync(file)) return null;
  const { port, urls } = Urls.parse(JSON.parse(readFileSync(file, 'utf8')));
  return (await isRunning(port)) ? urls : null;
}

async function isRunning(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/livez`)).ok;
  } catch {
    return false;
  }
}

/**
 * All databases that a command is about: those of DATABASE_URL_* and MONGODB_URI, else those of the shop that runs here.
 *
 * @throws what to do where one is not known
 */
export async function shopUrls({ fromEnvironmentOnly = false } = {}): Promise<ShopUrls> {
  const running = fromEnvironmentOnly ? null : await runningShopUrls();
  const urlOf = (variable: string, service: string): string => {
    const url = process.env[variable] ?? running?.[service];
    if (url) return url;
    throw new Error(
      fromEnvironmentOnly
        ? `Set ${variable}.`
        : `No shop is running here. Start one with npm start, or set ${variable}.`,
    );
  };
  return {
    users: urlOf('DATABASE_URL_USERS', 'users'),
    products: urlOf('DATABASE_URL_PRODUCTS', 'products'),
    orders: urlOf('DATABASE_URL_ORDERS', 'orders'),
    payments: urlOf('DATABASE_URL_PAYMENTS', 'payments'),
    mongo: urlOf('MONGODB_URI', 'mongo'),
  };
}
