import { join } from 'node:path';

import { migrateMongo } from '#tools/migrate-mongo.ts';
import { migrateDatabase, type ServiceName, serviceNames } from '#tools/migrate.ts';
import { startNeonEndpoint } from '#tools/postgres/neon-endpoint.ts';
import { supervisePostgres } from '#tools/postgres/supervisor.ts';
import { startMongo } from '#tools/stack/mongo.ts';
import type { Ports } from '#tools/stack/ports.ts';

/** Where the stack's data lies: `urls` for tools that speak the databases' own protocols. */
export interface Databases {
  urls: Record<ServiceName | 'mongo', string>;
  /** The Neon-compatible endpoint, for databases that are not Neon's. */
  neonEndpoint: string;
  stop(): Promise<void>;
}

interface Options {
  directory: string;
  ports: Ports;
  durable: boolean;
  log: (line: string) => void;
}

/** Starts the embedded databases, except those that DATABASE_URL_* and MONGODB_URI replace, and migrates all of them. */
export async function startDatabases(options: Options): Promise<Databases> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const end of stops.toReversed()) await end();
  };
  try {
    const [postgres, mongo] = await Promise.all([postgresUrls(options, stops), mongoUri(options, stops)]);
    const endpoint = await startNeonEndpoint({
      port: options.ports.neon,
      postgresPort: options.ports.postgres,
      others: Object.values(postgres)
        .map((url) => addressOf(url))
        .filter((address) => address !== `127.0.0.1:${options.ports.postgres}`),
    });
    stops.push(() => endpoint.close());
    options.log('Migrating');
    await Promise.all([
      ...serviceNames.map((service) => migrateDatabase(postgres[service], service)),
      migrateMongo(mongo),
    ]);
    return { urls: { ...postgres, mongo }, neonEndpoint: endpoint.url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function postgresUrls({ directory, ports, durable, log }: Options, stops: (() => Promise<void>)[]) {
  const given = (service: ServiceName) => process.env[`DATABASE_URL_${service.toUpperCase()}`];
  const missing = serviceNames.filter((service) => !given(service));
  if (missing.length === 0) return byService((service) => given(service) ?? '');
  log('Starting Postgres');
  const server = await supervisePostgres({
    directory: join(directory, 'postgres'),
    port: ports.postgres,
    databases: missing,
    durable,
    log,
  });
  stops.push(() => server.stop());
  return byService((service) => given(service) ?? server.url(service));
}

async function mongoUri({ directory, ports, durable, log }: Options, stops: (() => Promise<void>)[]): Promise<string> {
  if (process.env['MONGODB_URI']) return process.env['MONGODB_URI'];
  log('Starting the MongoDB-protocol server');
  const server = await startMongo({ file: join(directory, 'mongo.sqlite'), port: ports.mongo, durable, log });
  stops.push(() => server.stop());
  return server.uri;
}

function byService(url: (service: ServiceName) => string): Record<ServiceName, string> {
  return { users: url('users'), products: url('products'), orders: url('orders'), payments: url('payments') };
}

function addressOf(url: string): string {
  const { hostname, port } = new URL(url);
  return `${hostname}:${port || '5432'}`;
}
