import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Client } from 'pg';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { migrateDatabase } from '#tools/migrate.ts';
import { type RunningPostgres, startPostgres } from '#tools/postgres/launcher.ts';
import { reencrypt } from '#tools/token-keys/reencrypt.ts';
import { KeyFile, newKeyFile, rotate, secretOf } from '#tools/token-keys/rotation.ts';

import { decryptToken, encryptToken, importTokenKeys } from '../workers/payments/src/domain/token-encryption.ts';

const directory = mkdtempSync(join(tmpdir(), 'token-keys-'));
const file = join(directory, 'keys.json');
let server: RunningPostgres;
let client: Client;

beforeAll(async () => {
  server = await startPostgres({ directory, port: 25_730, databases: ['payments'], durable: false, log: () => {} });
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
  rmSync(file, { force: true });
  await client.query('TRUNCATE user_saved_payment_methods');
  await run('generate');
});

function run(...words: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const env = { ...process.env, DATABASE_URL_PAYMENTS: server.url('payments') };
  const options = [join(import.meta.dirname, 'token-keys.ts'), ...words, '--file', file];
  return new Promise((resolve) => {
    execFile(process.execPath, options, { env }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    );
  });
}

function read(): KeyFile {
  return KeyFile.parse(JSON.parse(readFileSync(file, 'utf8')));
}

function importKeys(keys: KeyFile) {
  return importTokenKeys(secretOf(keys));
}

/** A saved method of the token, encrypted with the file's current key. */
async function add(token: string, keys = read()): Promise<string> {
  const id = uuidv7();
  const { gateway_token, token_key_id } = await encryptToken(await importKeys(keys), id, token);
  await client.query(
    `INSERT INTO user_saved_payment_methods (id, user_id, payment_method_id, gateway_token, token_key_id)
     VALUES ($1, gen_random_uuid(), 1, $2, $3)`,
    [id, gateway_token, token_key_id],
  );
  return id;
}

async function rows(): Promise<{ id: string; gateway_token: string; token_key_id: string }[]> {
  const found = await client.query<{ id: string; gateway_token: string; token_key_id: string }>(
    'SELECT id, gateway_token, token_key_id FROM user_saved_payment_methods ORDER BY id',
  );
  return found.rows;
}

/** All tokens as the file's keys read them. */
async function tokens(): Promise<string[]> {
  const keys = await importKeys(read());
  return Promise.all((await rows()).map(({ id, gateway_token }) => decryptToken(keys, id, gateway_token)));
}

describe('npm run token-keys', () => {
  test('generates a file for its owner only, and never over another', async () => {
    expect(statSync(file).mode & 0o077).toBe(0);
    const { current, next, keys } = read();
    expect(Object.keys(keys)).toEqual([current, next]);
    expect((await run('generate')).code).toBe(1);
    expect(read()).toEqual({ current, next, keys });
  });

  test('rotates, shows no key, and says where the value goes', async () => {
    const before = read();
    const { code, stdout } = await run('rotate');
    expect(code).toBe(0);
    const after = read();
    expect(after.current).toBe(before.next);
    expect(Object.keys(after.keys)).toEqual([before.current, before.next, after.next]);
    expect(after.keys).toMatchObject(before.keys);
    expect(statSync(file).mode & 0o077).toBe(0);
    for (const key of Object.values(after.keys)) expect(stdout).not.toContain(key);
    const put = 'secret put TOKEN_ENCRYPTION_KEYS -c workers/payments/wrangler.toml -e';
    expect(stdout).toContain(`${put} production\n`);
    expect((await run('rotate', '--env', 'staging')).stdout).toContain(`${put} staging\n`);
  });

  test('prints the secret, with the next key but not as such', async () => {
    const { current, keys } = read();
    const { stdout } = await run('secret');
    expect(JSON.parse(stdout)).toEqual({ current, keys });
    expect(stdout.trimEnd()).not.toContain('\n');
  });

  test('encrypts anew what another key has encrypted, page by page, and nothing twice', async () => {
    const keys = read();
    const wanted = Array.from({ length: 450 }, (_, i) => `pm_${i}`);
    for (const token of wanted) await add(token, keys);
    await client.query('INSERT INTO user_saved_payment_methods (id, user_id, payment_method_id) VALUES ($1, $1, 1)', [
      '00000000-0000-0000-0000-000000000001',
    ]);
    await run('rotate');
    await add('pm_new');
    const { code, stdout } = await run('reencrypt');
    expect({ code, stdout }).toEqual({ code: 0, stdout: `450 tokens are encrypted with ${keys.next} now.\n` });
    await client.query('DELETE FROM user_saved_payment_methods WHERE gateway_token IS NULL');
    expect(new Set((await rows()).map(({ token_key_id }) => token_key_id))).toEqual(new Set([keys.next]));
    expect(await tokens()).toEqual([...wanted, 'pm_new']);
    const before = await rows();
    expect((await run('reencrypt')).stdout).toContain('0 tokens');
    expect(await rows()).toEqual(before);
  });

  test('leaves alone what somebody else changes at the same moment', async () => {
    const keys = read();
    const id = await add('pm_old');
    const after = await importKeys(rotate(keys));
    const changing = new Client({ connectionString: server.url('payments') });
    await changing.connect();
    await changing.query('BEGIN');
    const mine = await encryptToken(after, id, 'pm_mine');
    await changing.query('UPDATE user_saved_payment_methods SET gateway_token = $1, token_key_id = $2', [
      mine.gateway_token,
      mine.token_key_id,
    ]);
    const running = reencrypt(client, after);
    await expect
      .poll(async () => {
        const waiting = await changing.query('SELECT FROM pg_stat_activity WHERE wait_event_type = $1', ['Lock']);
        return waiting.rowCount;
      })
      .toBe(1);
    await changing.query('COMMIT');
    await changing.end();
    expect(await running).toEqual({ reencrypted: 0, skipped: 1, unreadable: [] });
    expect((await rows())[0]?.gateway_token).toBe(mine.gateway_token);
  });

  test('names the rows that no key reads, and goes on with the others', async () => {
    const lost = await add('pm_lost', newKeyFile());
    await add('pm_1');
    await run('rotate');
    const { code, stderr, stdout } = await run('reencrypt');
    expect(code).toBe(1);
    expect(stdout).toContain('1 tokens are');
    expect(stderr).toContain(lost);
    const [untouched, done] = await rows();
    expect(untouched?.id).toBe(lost);
    expect(done?.token_key_id).toBe(read().current);
    const keys = read();
    const drop = await run('drop');
    expect(drop.code).toBe(1);
    expect(drop.stderr).toContain(untouched?.token_key_id);
    expect(read()).toEqual(keys);
  });

  test('drops a key once no row needs it', async () => {
    const first = read();
    await add('pm_1');
    await run('rotate');
    await run('rotate');
    const all = read();
    await run('drop');
    expect(Object.keys(read().keys)).toEqual([first.current, all.current, all.next]);
    await run('reencrypt');
    await run('drop');
    expect(Object.keys(read().keys)).toEqual([all.current, all.next]);
    expect(await tokens()).toEqual(['pm_1']);
  });

  test.each([[], ['publish'], ['rotate', 'drop']])('refuses %j and changes nothing', async (...words) => {
    const before = read();
    const { code, stderr } = await run(...words);
    expect(code).toBe(1);
    expect(stderr).not.toBe('');
    expect(read()).toEqual(before);
  });

  test('refuses a file of another kind without showing it', async () => {
    writeFileSync(file, 'hidden key');
    const { code, stdout, stderr } = await run('secret');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).not.toContain('hidden');
    rmSync(file);
    expect((await run('rotate')).code).toBe(1);
  });
});
