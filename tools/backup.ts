/** `npm run backup`: saves all databases of a shop to a folder, and fills empty ones from it. */
import { parseArgs } from 'node:util';

import { createBackup, restoreBackup } from '#tools/backup/backup.ts';
import type { Manifest } from '#tools/backup/manifest.ts';
import { shopUrls } from '#tools/seed/running-shop.ts';

const usage = `Saves the databases of a shop, or fills empty databases with what was saved.

  npm run backup -- create --to <folder>      the folder must not exist; the shop may be in use
  npm run backup -- restore --from <folder>   into empty databases that no worker uses yet

The databases are those of DATABASE_URL_USERS, DATABASE_URL_PRODUCTS, DATABASE_URL_ORDERS, DATABASE_URL_PAYMENTS (direct
connections, not pooled ones) and MONGODB_URI. Without these, create saves the shop that runs here.

A backup holds personal data: keep it as you keep the databases.`;

async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { to: { type: 'string' }, from: { type: 'string' }, help: { type: 'boolean', default: false } },
  });
  const [command] = positionals;
  if (command === 'create' && values.to !== undefined && positionals.length === 1) {
    return report(await createBackup(await shopUrls(), values.to), `saved to ${values.to}`);
  }
  if (command === 'restore' && values.from !== undefined && positionals.length === 1) {
    // Never into the running shop by mistake.
    return report(await restoreBackup(await shopUrls({ fromEnvironmentOnly: true }), values.from), 'restored');
  }
  console.error(usage);
  return values.help ? 0 : 2;
}

function report(manifest: Manifest, what: string): number {
  const { users, products, orders, payments, cart } = manifest;
  const databases = {
    users: users.tables,
    products: products.tables,
    orders: orders.tables,
    payments: payments.tables,
    cart,
  };
  for (const [name, tables] of Object.entries(databases)) {
    const rows = Object.values(tables).reduce((sum, content) => sum + content.rows, 0);
    console.log(`${name.padEnd(9)} ${Object.keys(tables).length} tables, ${rows} rows`);
  }
  console.log(`The shop of ${manifest.created_at} is ${what}.`);
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
