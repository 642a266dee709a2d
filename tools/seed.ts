/** `npm run seed -- --products 1000000`: a large generated catalogue in a shop, to measure with. */
import { parseArgs } from 'node:util';

import { seedCatalogue } from '#tools/seed/catalogue.ts';
import { isMigrated } from '#tools/seed/migrated.ts';
import { runningShopUrls } from '#tools/seed/running-shop.ts';

const usage = `Adds a generated catalogue to the shop that runs here.

  npm run seed -- --products <number> [options]

  --products <number>    variants included, up to 9999999; a million take about three minutes and 4 GB of disk
  --categories <number>  in a tree of three levels, up to 10000 (default 1000)
  --seed <number>        1 to 9999 (default 1): the same seed makes the same catalogue, another one can be added to it

All of it is added, or, if it fails or is interrupted, nothing. From 10,000 products on, the shop's catalogue cannot be
read meanwhile. DATABASE_URL_PRODUCTS names another products database than that of the shop that runs here.`;

/** What to tell whoever gave the command, without where in the code. */
class Refusal extends Error {}

async function main(): Promise<void> {
  const { products, categories, seed, help } = readOptions();
  if (help) return console.log(usage);
  const counts = {
    products: numberOf('products', products, 9_999_999),
    categories: numberOf('categories', categories, 10_000),
    seed: numberOf('seed', seed, 9_999),
  };
  const url = process.env['DATABASE_URL_PRODUCTS'] ?? (await runningShopUrls())?.['products'];
  if (!url) throw new Refusal('No shop is running here. Start one with: npm start');
  if (!(await isMigrated(url))) {
    throw new Refusal('The database does not have the tables of this checkout. Run: npm run db:migrate');
  }
  const startedAt = performance.now();
  await seedCatalogue({
    url,
    ...counts,
    log: (line) => console.log(`${((performance.now() - startedAt) / 1_000).toFixed(1).padStart(6)} s  ${line}`),
  });
  console.log(`The shop has ${counts.products.toLocaleString('en')} products more.`);
}

function readOptions() {
  try {
    return parseArgs({
      options: {
        products: { type: 'string' },
        categories: { type: 'string', default: '1000' },
        seed: { type: 'string', default: '1' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new Refusal(`${messageOf(error)}\n\n${usage}`, { cause: error });
  }
}

function numberOf(option: string, text: string | undefined, highest: number): number {
  if (text === undefined) throw new Refusal(usage);
  const value = /^\d{1,7}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > highest) throw new Refusal(`--${option} is a number from 1 to ${highest}, not "${text}".`);
  return value;
}

/** A refused connection has its reasons, one for each address, but no message of its own. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map((reason) => messageOf(reason)).join('\n');
  return error instanceof Error ? error.message : String(error);
}

main().catch((error: unknown) => {
  console.error(messageOf(error));
  process.exitCode = error instanceof Refusal ? 2 : 1;
});
