/** Prints the connection strings of the shop that `npm start` runs, as JSON. */
import { existsSync, readFileSync } from 'node:fs';

import { z } from 'zod';

const file = `${process.env['SHOP_DATA'] ?? '.data/shop'}/urls.json`;
const Urls = z.object({ port: z.number(), urls: z.record(z.string(), z.string()) });

async function isRunning(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/livez`)).ok;
  } catch {
    return false;
  }
}

const known = existsSync(file) ? Urls.parse(JSON.parse(readFileSync(file, 'utf8'))) : null;
if (known && (await isRunning(known.port))) {
  console.log(JSON.stringify(known.urls, null, 2));
} else {
  console.error('No shop is running here. Start one with: npm start');
  process.exitCode = 1;
}
