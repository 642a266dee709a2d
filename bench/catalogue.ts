/** How much slower is the catalogue of a large shop? The same requests to shops of several sizes, in one run. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { startNeonEndpoint } from '#tools/postgres/neon-endpoint.ts';
import { type RunningPostgres, startPostgres } from '#tools/postgres/launcher.ts';
import { type Bundle, bundleWorkers } from '#tools/serve/bundles.ts';
import { loadKeys } from '#tools/stack/keys.ts';

import { cases } from './catalogue/cases.ts';
import { measure, type Shop } from './catalogue/measure.ts';
import { databaseName, prepareCatalogue, readIntoMemory, takeSample } from './catalogue/shop.ts';
import { tableOf } from './catalogue/table.ts';
import { startWorkers } from './workerd/workers.ts';

const usage = `node bench/catalogue.ts [options]

  --sizes <numbers>  products of each shop (default 1000,100000,1000000)
  --n <number>       requests of each case to each shop (default 300)
  --cases <text>     only those whose name contains it
  --data <folder>    keeps the catalogues for the next run (default .data/bench); a million products need 4 GB, and as much memory
  --port <number>    of Postgres; the next one is taken too (default 8797)`;

function readOptions() {
  const { values } = parseArgs({
    options: {
      sizes: { type: 'string', default: '1000,100000,1000000' },
      n: { type: 'string', default: '300' },
      cases: { type: 'string', default: '' },
      data: { type: 'string', default: '.data/bench' },
      port: { type: 'string', default: '8797' },
      help: { type: 'boolean', default: false },
    },
  });
  const sizes = values.sizes.split(',').map(Number);
  const [n, port] = [Number(values.n), Number(values.port)];
  if (values.help || ![...sizes, n, port].every((number) => Number.isInteger(number) && number > 0)) {
    throw new Error(usage);
  }
  return { sizes, n, port, directory: values.data, wanted: cases.filter(({ name }) => name.includes(values.cases)) };
}

async function main(): Promise<void> {
  const { sizes, n, port, directory, wanted } = readOptions();
  mkdirSync(directory, { recursive: true });
  const stops: (() => Promise<void>)[] = [];
  try {
    const postgres = await startPostgres({
      directory: join(directory, 'postgres'),
      port,
      databases: sizes.map(databaseName),
      durable: false,
      sharedBuffers: '4GB',
      log: console.error,
    });
    stops.push(() => postgres.stop());
    const neon = await startNeonEndpoint({ port: port + 1, postgresPort: port });
    stops.push(() => neon.close());
    const bundles = await bundleWorkers(['products'], join(directory, 'bundles'));
    const shops: Shop[] = [];
    for (const size of sizes) {
      await prepareCatalogue(postgres, size, console.error);
      await readIntoMemory(postgres, size);
      const { url, stop } = await startShop(size, { postgres, neonUrl: neon.url, bundles, directory });
      stops.push(stop);
      shops.push({ size, url, sample: await takeSample(postgres, size) });
    }
    console.log(tableOf(await measure(shops, wanted, n), sizes));
  } finally {
    for (const stop of stops.toReversed()) await stop();
  }
}

interface Surroundings {
  postgres: RunningPostgres;
  neonUrl: string;
  bundles: Bundle[];
  directory: string;
}

async function startShop(size: number, { postgres, neonUrl, bundles, directory }: Surroundings) {
  const { public_keys } = await loadKeys(directory);
  const workers = await startWorkers({
    bundles,
    directory: join(directory, 'workerd', String(size)),
    variables: () => ({
      ENVIRONMENT: 'local',
      JWT_PUBLIC_KEYS: public_keys,
      DATABASE_URL: postgres.url(databaseName(size)),
      NEON_ENDPOINT: `${neonUrl}/sql`,
    }),
  });
  return { url: workers.url('products'), stop: workers.stop };
}

// Lets what was started be ended too.
process.once('SIGINT', () => process.exit(130));

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
