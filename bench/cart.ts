/** What does it save to keep the connections to MongoDB in Durable Objects? The same requests each way, in one run. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { signAccessToken } from '#shared/auth/tokens.ts';
import { migrateMongo } from '#tools/migrate-mongo.ts';
import { startNeonEndpoint } from '#tools/postgres/neon-endpoint.ts';
import { startPostgres } from '#tools/postgres/launcher.ts';
import { at } from '#tools/seed/random.ts';
import { type Bundle, bundleWorkers } from '#tools/serve/bundles.ts';
import { loadKeys } from '#tools/stack/keys.ts';
import { startMongo } from '#tools/stack/mongo.ts';

import { bundleConnectPerRequest } from './cart/bundle.ts';
import { measure, type Times, type Variant } from './cart/measure.ts';
import { databaseName, prepareCatalogue, takeSample } from './catalogue/shop.ts';
import { markdownTable, quantile } from './statistics.ts';
import { startWorkers } from './workerd/workers.ts';

const usage = `node bench/cart.ts [options]

  --n <number>       requests of each operation each way (default 100)
  --data <folder>    keeps the catalogue for the next run (default .data/bench)
  --port <number>    of Postgres; the next two are taken too (default 8790)
  --mongo <uri>      of a MongoDB to use; a database of its own, which is left behind (default: the embedded server)`;

const catalogueSize = 1_000;
const issuer = 'edge-commerce';

function readOptions() {
  const { values } = parseArgs({
    options: {
      n: { type: 'string', default: '100' },
      data: { type: 'string', default: '.data/bench' },
      port: { type: 'string', default: '8790' },
      mongo: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const [n, port] = [Number(values.n), Number(values.port)];
  if (values.help || ![n, port].every((number) => Number.isInteger(number) && number > 0)) throw new Error(usage);
  return { n, port, directory: values.data, mongo: values.mongo };
}

async function main(): Promise<void> {
  const { n, port, directory, mongo: given } = readOptions();
  mkdirSync(directory, { recursive: true });
  const stops: (() => Promise<void>)[] = [];
  try {
    const database = databaseName(catalogueSize);
    const postgres = await startPostgres({
      directory: join(directory, 'postgres'),
      port,
      databases: [database],
      durable: false,
      log: console.error,
    });
    stops.push(() => postgres.stop());
    const neon = await startNeonEndpoint({ port: port + 1, postgresPort: port });
    stops.push(() => neon.close());
    await prepareCatalogue(postgres, catalogueSize, console.error);
    const { products } = await takeSample(postgres, catalogueSize);
    const mongo = given ?? (await embeddedMongo(join(directory, 'cart.sqlite'), port + 2, stops));
    await migrateMongo(mongo);

    const keys = await loadKeys(directory);
    const variables = {
      ENVIRONMENT: 'local',
      JWT_ISSUER: issuer,
      JWT_PUBLIC_KEYS: keys.public_keys,
      DATABASE_URL: postgres.url(database),
      NEON_ENDPOINT: `${neon.url}/sql`,
      MONGODB_URI: quiet(mongo),
    };
    const start = async (name: string, bundles: Bundle[], shards: number): Promise<Variant> => {
      const workers = await startWorkers({
        bundles,
        directory: join(directory, 'workerd', name.replaceAll(' ', '-')),
        variables: () => ({ ...variables, CART_SHARDS: String(shards) }),
      });
      stops.push(workers.stop);
      return { name, url: workers.url('cart') };
    };
    const bundles = await bundleWorkers(['products', 'cart'], join(directory, 'bundles'));
    const perRequest = await bundleConnectPerRequest(join(directory, 'connect-per-request'));
    const warm = await start('object warm', bundles, 8);
    // So many that each user gets an object that was never used.
    const cold = await start('object cold', bundles, 2 ** 31);
    const connecting = await start('connect per request', [at(bundles, 0), perRequest], 1);

    const signing = { privateKey: JSON.parse(keys.private_key), issuer, seconds: 3_600 };
    const times = await measure([warm, cold, connecting], n, {
      prepared: warm,
      products: [at(products, 0).id, at(products, 1).id],
      tokenOf: (id) => signAccessToken({ id, roles: ['CUSTOMER'] }, signing),
    });
    console.log(tableOf(times));
  } finally {
    for (const stop of stops.toReversed()) await stop();
  }
}

async function embeddedMongo(file: string, port: number, stops: (() => Promise<void>)[]): Promise<string> {
  for (const part of ['', '-wal', '-shm']) rmSync(file + part, { force: true });
  const { uri, stop } = await startMongo({ file, port, durable: true, log: console.error });
  stops.push(stop);
  return uri;
}

/** So that the objects that are left over do not keep the machine busy with asking whether the server is well. */
function quiet(uri: string): string {
  const url = new URL(uri);
  url.searchParams.set('heartbeatFrequencyMS', '600000');
  return url.href;
}

/** A row for each operation: p50 and p99 each way in milliseconds, and how many times those of the first the others are. */
function tableOf(times: Times): string {
  const variants = [...(times.values().next().value?.keys() ?? [])];
  const others = variants.slice(1);
  const head = [
    'Operation',
    ...variants.map(({ name }) => `${name}: p50 / p99 ms`),
    ...others.map(({ name }) => `${name}: p50 / p99 ×`),
  ];
  const rows = [...times].map(([{ name }, byVariant]) => {
    const speeds = [...byVariant.values()].map((of) => ({ p50: quantile(of, 0.5), p99: quantile(of, 0.99) }));
    const [first, ...rest] = speeds;
    return [
      name,
      ...speeds.map(({ p50, p99 }) => `${p50.toFixed(1)} / ${p99.toFixed(1)}`),
      ...rest.map(
        ({ p50, p99 }) => `${(p50 / (first?.p50 ?? NaN)).toFixed(1)} / ${(p99 / (first?.p99 ?? NaN)).toFixed(1)}`,
      ),
    ];
  });
  return markdownTable([head, ...rows]);
}

// Lets what was started be ended too.
process.once('SIGINT', () => process.exit(130));

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
