import { Client, DatabaseError, Pool } from 'pg';
import type { ClientConfig, PoolClient } from 'pg';

import { createStatementNames, type StatementNames } from './neon-statements.ts';

const CONNECTIONS_PER_POOL = 20;
const WAIT_MS = 15_000;
const IDLE_MS = 10_000;

/** The database could not be reached, or went away: nothing to do with the statement that was sent. */
export class DatabaseUnavailable extends Error {
  override name = 'DatabaseUnavailable';
}

/**
 * Whether Postgres refused a statement and the connection goes on. FATAL is the end of the connection (server shutting
 * down, session terminated), not a verdict on the statement.
 */
export function isStatementError(error: unknown): error is DatabaseError {
  return error instanceof DatabaseError && error.severity !== 'FATAL' && error.severity !== 'PANIC';
}

export interface ConnectionPools {
  /** `host:port` of the servers that a login may name, beside the local one. */
  others: readonly string[];
  /** Of what the connections to the local server have prepared. */
  names: StatementNames;
  /**
   * Lends a connection to `work`. One that `work` left inside a transaction is closed instead of used again.
   * Throws `DatabaseUnavailable` when there is no connection to be had.
   */
  withConnection: <Result>(login: Login, work: (client: PoolClient) => Promise<Result>) => Promise<Result>;
  close: () => Promise<void>;
}

/** Who connects to which database. `server`: one of `others`; left out, it is the local server. */
export interface Login extends Pick<
  ClientConfig,
  'user' | 'password' | 'database' | 'application_name' | 'options' | 'ssl'
> {
  server?: { host: string; port: number } | undefined;
}

/** One pool for each login, to the server at 127.0.0.1:`port` or one of `others`; a pool without connections is forgotten. */
export function createPools(port: number, others: readonly string[]): ConnectionPools {
  const pools = new Map<string, Pool>();
  const lent = new Set<Client>();

  const open = (key: string, { server, ...login }: Login): Pool => {
    const pool = new Pool({
      ...login,
      ...(server ?? { host: '127.0.0.1', port }),
      max: CONNECTIONS_PER_POOL,
      connectionTimeoutMillis: WAIT_MS,
      idleTimeoutMillis: IDLE_MS,
    });
    // A connection that breaks says so by an event, which would end the process if nobody listened. The pool drops
    // the idle ones itself; a statement that was running fails with the same error.
    pool.on('error', () => {});
    pool.on('connect', (client) => client.on('error', () => {}));
    pool.on('remove', () => forgetIfEmpty(key, pool));
    pools.set(key, pool);
    return pool;
  };
  const forgetIfEmpty = (key: string, pool: Pool): void => {
    if (pool.totalCount === 0 && pool.waitingCount === 0 && pools.get(key) === pool) {
      pools.delete(key);
    }
  };

  return {
    others,
    names: createStatementNames(),
    async withConnection(login, work) {
      const key = JSON.stringify(login);
      const pool = pools.get(key) ?? open(key, login);
      const client = await pool.connect().catch((error: unknown) => {
        forgetIfEmpty(key, pool);
        throw new DatabaseUnavailable(`No connection to the database: ${messageOf(error)}`, { cause: error });
      });
      lent.add(client);
      let usable = true;
      try {
        return await work(client);
      } catch (error) {
        usable = isStatementError(error);
        throw error;
      } finally {
        lent.delete(client);
        client.release(!usable || client.getTransactionStatus() !== 'I');
      }
    },
    async close() {
      const ending = [...pools.values()].map((pool) => pool.end());
      await Promise.all([...lent].map((client) => client.end()));
      await Promise.all(ending);
    },
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || String(error) : String(error);
}
