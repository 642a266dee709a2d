import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client, DatabaseError, escapeIdentifier } from 'pg';
import { chooseAccount } from './account.ts';
import type { ServerAccount } from './account.ts';
import { locateBinaries } from './binaries.ts';
import { ensureCluster, LOCAL_PASSWORD, LOCAL_USER, stopServer } from './cluster.ts';
import { findLeftoverServer, ownerSetting, readPidFile } from './leftover.ts';

const START_TIMEOUT_MS = 60_000;
const POLL_MS = 20;

export interface PostgresOptions {
  /** Holds the data and the server's log; made when missing. */
  directory: string;
  /** On 127.0.0.1. */
  port: number;
  /** Created when missing. */
  databases: readonly string[];
  /** false, for tests: nothing is forced to disk, so the data survives a killed server but not a failing machine. */
  durable: boolean;
  /** Memory for pages of tables and indexes, such as `2GB`; Postgres's own 128MB unless given. */
  sharedBuffers?: string;
  log: (line: string) => void;
}

export interface ServerExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface RunningPostgres {
  url: (database: string) => string;
  readonly port: number;
  readonly pid: number;
  /** Resolves when the server has ended, whether by `stop` or by itself. */
  readonly exited: Promise<ServerExit>;
  stop: () => Promise<void>;
}

interface Postmaster {
  child: ChildProcess;
  pid: number;
  exited: Promise<ServerExit>;
}

/**
 * Starts a real Postgres on 127.0.0.1 and returns once it accepts connections and has the databases asked for.
 * Whatever an earlier run left (a live server, a stale pid file, half a set-up, data of a killed server) is dealt with.
 *
 * @throws when the port is taken, when the data is in use by a living launcher, when the files cannot be reached
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const { port, databases, log } = options;
  mkdirSync(options.directory, { recursive: true });
  const directory = realpathSync(options.directory);
  const dataDirectory = join(directory, 'data');
  const binaries = await locateBinaries();
  const account = chooseAccount(binaries.postgres, directory, dataDirectory);

  await ensureCluster(binaries, account, directory, dataDirectory);
  if (findLeftoverServer(dataDirectory)) {
    log('Stopping the Postgres server that an earlier run left behind');
    await stopServer(binaries, account, dataDirectory).catch(allowOnWindows);
  }

  const serverLog = join(directory, 'postgres.log');
  const server = await launch(account, binaries.postgres, dataDirectory, serverLog, options);
  const killWithParent = (): void => void server.child.kill('SIGINT');
  process.once('exit', killWithParent);
  void server.exited.then(() => process.off('exit', killWithParent));

  let ended = false;
  void server.exited.then(() => (ended = true));
  const stop = async (): Promise<void> => {
    if (!ended) {
      await stopServer(binaries, account, dataDirectory).catch(() => server.child.kill('SIGQUIT'));
      await server.exited;
    }
  };
  const url = (database: string): string =>
    `postgresql://${LOCAL_USER}:${LOCAL_PASSWORD}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
  try {
    await createDatabases(url('postgres'), databases);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, port, pid: server.pid, exited: server.exited, stop };
}

/** Spawns the postmaster until it is ready. The children of a killed one need a moment to notice and let go. */
async function launch(
  account: ServerAccount,
  binary: string,
  dataDirectory: string,
  serverLog: string,
  options: PostgresOptions,
): Promise<Postmaster> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const server = spawnPostmaster(account, binary, dataDirectory, serverLog, options);
    if (await isReady(server, dataDirectory, deadline)) {
      return server;
    }
    const output = readFileSync(serverLog, 'utf8').trim();
    if (!output.includes('pre-existing shared memory block') || Date.now() > deadline) {
      throw new Error(explainFailure(output, options.port));
    }
    await pause(100);
  }
}

function spawnPostmaster(
  account: ServerAccount,
  binary: string,
  dataDirectory: string,
  serverLog: string,
  { port, durable, sharedBuffers = '128MB' }: PostgresOptions,
): Postmaster {
  const settings = [
    'listen_addresses=127.0.0.1',
    `port=${port}`,
    'unix_socket_directories=',
    'max_connections=200',
    `shared_buffers=${sharedBuffers}`,
    'timezone=UTC',
    'log_timezone=UTC',
    // Failing statements are answered to the client; the log is for the server's own affairs.
    'log_min_messages=log',
    ownerSetting(),
    ...(durable ? [] : ['fsync=off', 'full_page_writes=off']),
  ];
  const { file, args, options } = account.command(binary, ['-D', dataDirectory, ...settings.flatMap((s) => ['-c', s])]);
  // A file, not a pipe: the server must survive the end of its launcher without losing its standard error.
  writeFileSync(serverLog, '');
  const output = openSync(serverLog, 'a');
  // A process group of its own, so that Ctrl-C in the terminal leaves the order of shutting down to the launcher.
  const detached = process.platform !== 'win32';
  const child = spawn(file, args, { ...options, detached, windowsHide: true, stdio: ['ignore', output, output] });
  closeSync(output);
  const exited = new Promise<ServerExit>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  return { child, pid: child.pid ?? -1, exited };
}

/** true: it accepts connections; false: it ended. Asks its pid file, since another server may answer on the port. */
async function isReady(server: Postmaster, dataDirectory: string, deadline: number): Promise<boolean> {
  const ended = server.exited.then(() => 'ended' as const);
  for (;;) {
    const recorded = readPidFile(dataDirectory);
    if (recorded?.pid === server.pid && recorded.ready) {
      return true;
    }
    if (Date.now() > deadline) {
      server.child.kill('SIGQUIT');
    }
    if ((await Promise.race([ended, pause(POLL_MS)])) === 'ended') {
      return false;
    }
  }
}

function explainFailure(output: string, port: number): string {
  if (/could not bind .*in use/i.test(output)) {
    return `Postgres cannot listen on 127.0.0.1:${port}: another program uses port ${port}. Stop it or choose another port.`;
  }
  return `Postgres did not start. Its log ends with:\n${output.split('\n').slice(-15).join('\n')}`;
}

/** On Windows it is pg_ctl that finds out, by failing, that nothing was left. */
function allowOnWindows(error: unknown): void {
  if (process.platform !== 'win32') {
    throw error;
  }
}

async function createDatabases(url: string, databases: readonly string[]): Promise<void> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {}); // a broken connection fails the statement; the event says it a second time
  await client.connect();
  try {
    for (const database of databases) {
      await client.query(`CREATE DATABASE ${escapeIdentifier(database)}`).catch(ignoreIfExists);
    }
  } finally {
    await client.end();
  }
}

function ignoreIfExists(error: unknown): void {
  const duplicate = error instanceof DatabaseError && error.code === '42P04';
  if (!duplicate) {
    throw error;
  }
}
