import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { migrateDatabase } from '#tools/migrate.ts';
import { type RunningPostgres, startPostgres } from '#tools/postgres/launcher.ts';

const directory = mkdtempSync(join(tmpdir(), 'webhooks-'));
let server: RunningPostgres;
let client: Client;

beforeAll(async () => {
  server = await startPostgres({ directory, port: 25_760, databases: ['payments'], durable: false, log: () => {} });
  await migrateDatabase(server.url('payments'), 'payments');
  client = new Client({ connectionString: server.url('payments') });
  await client.connect();
});

afterAll(async () => {
  await client.end();
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
});

beforeEach(async () => {
  await client.query('TRUNCATE webhook_events');
  const payload = { about: 'charge', transaction_id: 'txn_1' };
  for (const [id, status, hours, of] of [
    ['evt_new', 'DEAD', 1, { about: 'nothing' }],
    ['evt_old', 'DEAD', 2, payload],
    ['evt_applied', 'APPLIED', 3, payload],
    ['evt_waiting', 'RECEIVED', 4, payload],
  ]) {
    await client.query(
      `INSERT INTO webhook_events (gateway, event_id, type, payload, status, reason, attempts, received_at, settled_at,
                                   next_attempt_at)
       VALUES ('sandbox', $1, 'payment.succeeded', $4, $2, 'There is no such transaction.', 7,
               timestamptz '2026-11-22T12:00:00Z' - make_interval(hours => $3), now(), now() + interval '1 hour')`,
      [id, status, hours, of],
    );
  }
});

function run(options: string[], env = {}): Promise<{ code: unknown; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['tools/webhooks.ts', ...options],
      { env: { ...process.env, DATABASE_URL_PAYMENTS: server.url('payments'), ...env } },
      (error, stdout, stderr) => resolve({ code: error?.code ?? 0, stdout, stderr }),
    );
  });
}

async function events(): Promise<unknown[]> {
  const { rows } = await client.query<object>(
    `SELECT event_id, status::text, attempts, settled_at IS NULL AS is_open, next_attempt_at <= now() AS is_due
       FROM webhook_events ORDER BY event_id`,
  );
  return rows;
}

const ended = { attempts: 7, is_open: false, is_due: false };
const untouched = [
  { event_id: 'evt_applied', status: 'APPLIED', ...ended },
  { event_id: 'evt_new', status: 'DEAD', ...ended },
  { event_id: 'evt_old', status: 'DEAD', ...ended },
  { event_id: 'evt_waiting', status: 'RECEIVED', ...ended },
];
const replayed = { status: 'RECEIVED', attempts: 0, is_open: true, is_due: true };

const old =
  '2026-11-22T10:00:00.000Z  sandbox  payment.succeeded  event evt_old  transaction txn_1  There is no such transaction.\n';
const newer = '2026-11-22T11:00:00.000Z  sandbox  payment.succeeded  event evt_new  There is no such transaction.\n';

describe('list', () => {
  it('shows the dead ones, the oldest first, and changes nothing', async () => {
    expect(await run(['list'])).toEqual({ code: 0, stdout: `${old}${newer}2 dead webhooks.\n`, stderr: '' });
    const json: unknown = JSON.parse((await run(['list', '--json'])).stdout);
    expect(json).toMatchObject({
      webhooks: [{ event_id: 'evt_old', transaction_id: 'txn_1' }, { event_id: 'evt_new' }],
    });
    expect(await events()).toEqual(untouched);
  });
});

describe('replay', () => {
  it('has all of the dead ones tried again, and no other', async () => {
    const said = `${old}${newer}2 webhooks are tried again by the next sweep.\n`;
    expect(await run(['replay'])).toEqual({ code: 0, stdout: said, stderr: '' });
    expect(await events()).toEqual([
      untouched[0],
      { event_id: 'evt_new', ...replayed },
      { event_id: 'evt_old', ...replayed },
      untouched[3],
    ]);
    expect((await run(['replay'])).stdout).toBe('0 webhooks are tried again by the next sweep.\n');
  });

  it('or the one that is named', async () => {
    expect((await run(['replay', '--event', 'evt_old'])).code).toBe(0);
    expect(await events()).toEqual([untouched[0], untouched[1], { event_id: 'evt_old', ...replayed }, untouched[3]]);
  });

  it.each(['evt_applied', 'evt_waiting', 'evt_unknown'])('not %s, which is not dead', async (id) => {
    expect(await run(['replay', '--event', id])).toEqual({
      code: 1,
      stdout: '',
      stderr: `There is no dead webhook "${id}".\n`,
    });
    expect(await events()).toEqual(untouched);
  });
});

describe('what it refuses', () => {
  it.each([[[]], [['erase']], [['list', 'replay']], [['list', '--event', 'evt_old']], [['replay', '--force']]])(
    '%j',
    async (options) => {
      expect(await run(options)).toMatchObject({ code: 2, stdout: '' });
      expect(await events()).toEqual(untouched);
    },
  );

  it('without a database', async () => {
    expect(await run(['list'], { DATABASE_URL_PAYMENTS: '' })).toEqual({
      code: 2,
      stdout: '',
      stderr: 'Set DATABASE_URL_PAYMENTS.\n',
    });
  });
});
