import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { neon, neonConfig } from '@neondatabase/serverless';
import { WebSocket } from 'ws';
import { startPostgres } from './launcher.ts';
import type { RunningPostgres } from './launcher.ts';
import { startNeonEndpoint } from './neon-endpoint.ts';
import type { NeonEndpoint } from './neon-endpoint.ts';

/** The endpoint does not follow the address in a connection string, so the tests name one that leads nowhere. */
export const SHOP_URL = 'postgresql://postgres:postgres@db.invalid/shop';

/** The driver under test. */
export const sql = neon(SHOP_URL);

export interface TestShop {
  readonly server: RunningPostgres;
  readonly endpoint: NeonEndpoint;
  /** Starts the server again after it was killed. */
  restart: () => Promise<void>;
  close: () => Promise<void>;
}

/** A server at `port` with the database `shop`, and an endpoint at `port` + 1 to which the driver is pointed. */
export async function openTestShop(port: number): Promise<TestShop> {
  const directory = mkdtempSync(join(tmpdir(), 'neon-endpoint-'));
  const start = (): Promise<RunningPostgres> =>
    startPostgres({ directory, port, databases: ['shop'], durable: false, log: () => {} });
  let server = await start();
  const endpoint = await startNeonEndpoint({ port: port + 1, postgresPort: port });
  neonConfig.fetchEndpoint = `${endpoint.url}/sql`;
  neonConfig.wsProxy = () => `127.0.0.1:${port + 1}/v2`;
  neonConfig.useSecureWebSocket = false;
  neonConfig.webSocketConstructor = WebSocket;
  return {
    get server() {
      return server;
    },
    endpoint,
    async restart() {
      server = await start();
    },
    async close() {
      await endpoint.close();
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** An empty table with a constraint of each kind. */
export async function createThings(): Promise<void> {
  await sql`DROP TABLE IF EXISTS things`;
  await sql`CREATE TABLE things (
    id uuid PRIMARY KEY, label text NOT NULL CONSTRAINT one_label UNIQUE, price numeric(10,2),
    stock int NOT NULL DEFAULT 0 CONSTRAINT not_below_zero CHECK (stock >= 0), active boolean, made_at timestamptz,
    extra jsonb, picture bytea, words text[])`;
}

export async function labels(): Promise<unknown[]> {
  return (await sql`SELECT label FROM things ORDER BY label`).map((row) => row['label']);
}

/** The error of work that must fail. */
export async function rejection(work: Promise<unknown>): Promise<unknown> {
  const unexpected = await work.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ('value' in unexpected) {
    throw new Error(`It succeeded: ${JSON.stringify(unexpected.value)}`);
  }
  return unexpected.error;
}
