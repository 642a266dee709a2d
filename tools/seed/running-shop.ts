import { existsSync, readFileSync } from 'node:fs';

import { z } from 'zod';

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
