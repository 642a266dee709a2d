import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startPostgres } from './launcher.ts';
import type { PostgresOptions, RunningPostgres } from './launcher.ts';
import { isAlive } from './leftover.ts';
import { supervisePostgres } from './supervisor.ts';
import { createFromTemplate } from './template.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const PORT = 25500;
let directory: string;
let servers: RunningPostgres[];
let processes: ChildProcess[];
let lines: string[];
let orphan: number | undefined;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'postgres-launcher-'));
  servers = [];
  processes = [];
  lines = [];
});

afterEach(async () => {
  for (const server of servers) {
    await server.stop();
  }
  for (const child of processes) {
    child.kill('SIGKILL');
  }
  if (orphan !== undefined && isAlive(orphan)) {
    process.kill(orphan, 'SIGQUIT');
  }
  orphan = undefined;
  rmSync(directory, { recursive: true, force: true });
});

function options(): PostgresOptions {
  return { directory, port: PORT, databases: ['shop', 'other shop'], durable: true, log: (line) => lines.push(line) };
}

async function start(): Promise<RunningPostgres> {
  const server = await startPostgres(options());
  servers.push(server);
  return server;
}

async function query(server: Pick<RunningPostgres, 'url'>, sql: string, database = 'shop'): Promise<unknown[][]> {
  const client = new Client({ connectionString: server.url(database) });
  await client.connect();
  try {
    return (await client.query<unknown[]>({ text: sql, rowMode: 'array' })).rows;
  } finally {
    await client.end();
  }
}

function pidFile(): string {
  return join(directory, 'data', 'postmaster.pid');
}

test('a new server has its databases, sorts and folds text as on Neon, and keeps its rows over a restart', async () => {
  const first = await start();
  expect(await query(first, `SELECT datname FROM pg_database WHERE datname LIKE '%shop' ORDER BY 1`)).toEqual([
    ['other shop'],
    ['shop'],
  ]);
  expect(await query(first, `SELECT lower('ÀÉÎ'), 'a' < 'B', current_setting('timezone')`, 'other shop')).toEqual([
    ['àéî', false, 'UTC'],
  ]);
  expect(await query(first, `SELECT 'Éclair' ~* 'éCLAIR', to_tsvector('simple', 'ÉCLAIR')`)).toEqual([
    [true, "'éclair':1"],
  ]);
  expect(
    await query(first, `SELECT name FROM pg_available_extensions WHERE name IN ('citext', 'pg_trgm', 'unaccent')`),
  ).toHaveLength(3);
  await query(first, 'CREATE TABLE kept AS SELECT 1 AS id');
  await first.stop();
  expect(await first.exited).toEqual({ code: 0, signal: null });
  expect(existsSync(pidFile())).toBe(false);

  const second = await start();
  expect(await query(second, 'SELECT id FROM kept')).toEqual([[1]]);
  expect(lines).toEqual([]);
});

test('what was committed before the postmaster was killed is there after a restart, and nothing else', async () => {
  const first = await start();
  await query(first, 'CREATE TABLE kept (id int)');
  await query(first, 'INSERT INTO kept VALUES (1), (2)');
  const unfinished = new Client({ connectionString: first.url('shop') });
  await unfinished.connect();
  unfinished.on('error', () => {});
  const disconnected = new Promise((resolve) => unfinished.once('end', resolve));
  await unfinished.query('BEGIN');
  await unfinished.query('INSERT INTO kept VALUES (3)');

  process.kill(first.pid, 'SIGKILL');
  expect(await first.exited).toEqual({ code: null, signal: 'SIGKILL' });
  await disconnected;

  const second = await start();
  expect(second.pid).not.toBe(first.pid);
  expect(await query(second, 'SELECT id FROM kept ORDER BY id')).toEqual([[1], [2]]);
});

test('a server whose launcher was killed is stopped first, and its rows are there', async () => {
  const program = `
    import { startPostgres } from ${JSON.stringify(new URL('launcher.ts', import.meta.url).href)};
    const server = await startPostgres({ ...JSON.parse(process.argv[1]), log: () => {} });
    console.log(server.pid);`;
  const launcher = spawn(
    process.execPath,
    ['--input-type=module-typescript', '--eval', program, JSON.stringify(options())],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  processes.push(launcher);
  const [output]: Buffer[] = await once(launcher.stdout, 'data');
  orphan = Number(output);
  // The address and the password are the same whoever started it.
  const orphaned = { url: (database: string) => `postgresql://postgres:postgres@127.0.0.1:${PORT}/${database}` };
  await query(orphaned, 'CREATE TABLE kept AS SELECT 1 AS id');
  launcher.kill('SIGKILL');
  await once(launcher, 'exit');
  expect(isAlive(orphan)).toBe(true);

  const server = await start();
  expect(server.pid).not.toBe(orphan);
  expect(await query(server, 'SELECT id FROM kept')).toEqual([[1]]);
  expect(lines).toEqual(['Stopping the Postgres server that an earlier run left behind']);
});

test('of two first starts at once one gets the data, the other is told', async () => {
  const outcomes = await Promise.allSettled([start(), startPostgres({ ...options(), port: PORT + 1 })]);
  const started = outcomes.filter((outcome) => outcome.status === 'fulfilled').map(({ value }) => value);
  servers = started;
  expect(started).toHaveLength(1);
  expect(await query({ url: (name) => started[0]?.url(name) ?? '' }, 'SELECT 1')).toEqual([[1]]);
});

test('a server that is in use is left alone', async () => {
  const server = await start();
  await expect(startPostgres({ ...options(), port: PORT + 1 })).rejects.toThrow(
    `is in use: process ${process.pid} started it and still runs`,
  );
  expect(await query(server, 'SELECT 1')).toEqual([[1]]);
});

test('a stale pid file is no obstacle, even when its number is now another program’s', async () => {
  await (await start()).stop();
  const uid = statSync(join(directory, 'data')).uid;
  const innocent = spawn('sleep', ['600'], process.getuid?.() === 0 ? { uid } : {});
  processes.push(innocent);
  await once(innocent, 'spawn');
  const contents = `${innocent.pid}\n${join(directory, 'data')}\n1700000000\n${PORT}\n\n127.0.0.1\n0 0\nready\n`;
  writeFileSync(pidFile(), contents);

  const second = await start();
  expect(await query(second, 'SELECT 1')).toEqual([[1]]);
  expect(innocent.exitCode).toBeNull();
  expect(innocent.signalCode).toBeNull();
  await second.stop();

  innocent.kill('SIGKILL');
  await once(innocent, 'exit');
  for (const stale of [contents, '']) {
    writeFileSync(pidFile(), stale);
    const next = await start();
    expect(await query(next, 'SELECT 1')).toEqual([[1]]);
    await next.stop();
  }
});

test('a set-up that was interrupted is done again', async () => {
  const gone = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await once(gone, 'exit');
  const interrupted = join(directory, `setup-${gone.pid}-Ab12Cd`);
  mkdirSync(join(interrupted, 'data'), { recursive: true });
  writeFileSync(join(interrupted, 'data', 'PG_VERSION'), '18\n');
  expect(await query(await start(), 'SELECT 1')).toEqual([[1]]);
  expect(existsSync(interrupted)).toBe(false);
  expect(readFileSync(join(directory, 'data', 'PG_VERSION'), 'utf8')).toBe('18\n');
});

test('a port that somebody else uses is named, and is left to them', async () => {
  const other = createServer((socket) => socket.end('mine'));
  other.listen(PORT, '127.0.0.1');
  await once(other, 'listening');
  try {
    await expect(start()).rejects.toThrow(
      `Postgres cannot listen on 127.0.0.1:${PORT}: another program uses port ${PORT}. Stop it or choose another port.`,
    );
    expect(existsSync(pidFile())).toBe(false);
  } finally {
    other.close();
    await once(other, 'close');
  }
  expect(await query(await start(), 'SELECT 1')).toEqual([[1]]);
});

test('a supervised server comes back each time it is killed, until it is killed too often', async () => {
  const server = await supervisePostgres(options());
  servers.push(server);
  await query(server, 'CREATE TABLE kept AS SELECT 1 AS id');
  for (let restart = 1; restart <= 5; restart += 1) {
    const killed = server.pid;
    process.kill(killed, 'SIGKILL');
    await expect.poll(() => server.pid, { timeout: 20_000 }).not.toBe(killed);
    expect(await query(server, 'SELECT id FROM kept')).toEqual([[1]]);
    expect(lines).toHaveLength(restart);
  }
  expect(lines[0]).toBe('Postgres ended (SIGKILL): starting it again');
  process.kill(server.pid, 'SIGKILL');
  expect(await server.exited).toEqual({ code: null, signal: 'SIGKILL' });
  expect(lines.at(-1)).toBe('Postgres ended (SIGKILL) for the 6th time in a minute: giving up');
});

test('a supervised server that is stopped stays stopped', async () => {
  const server = await supervisePostgres(options());
  await server.stop();
  expect(await server.exited).toEqual({ code: 0, signal: null });
  expect(lines).toEqual([]);
});

test('a database made from a template has its rows, and replaces an earlier one', async () => {
  const server = await start();
  await query(server, 'CREATE TABLE kept AS SELECT 1 AS id');
  for (const value of [2, 3]) {
    await createFromTemplate(server.url('postgres'), 'shop', 'copy');
    await query(server, `INSERT INTO kept VALUES (${value})`, 'copy');
    expect(await query(server, 'SELECT id FROM kept ORDER BY id', 'copy')).toEqual([[1], [value]]);
  }
  expect(await query(server, 'SELECT id FROM kept')).toEqual([[1]]);
});
