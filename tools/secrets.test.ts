import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, expect, test } from 'vitest';

import { KeyFile, privateKeyOf, publicKeysOf } from '#tools/keys/rotation.ts';
import { requiredSecrets } from '#tools/secrets/catalogue.ts';
import { KeyFile as EncryptionKeyFile, secretOf } from '#tools/token-keys/rotation.ts';

const directory = mkdtempSync(join(tmpdir(), 'secrets-test-'));
const file = join(directory, 'staging.json');
afterAll(() => rmSync(directory, { recursive: true }));

function run(args: string[], variables: Record<string, string> = {}) {
  const env = { ...process.env, ...variables };
  return spawnSync(process.execPath, ['tools/secrets.ts', ...args], { encoding: 'utf8', env });
}

const read = (name: string) => JSON.parse(readFileSync(join(directory, name), 'utf8'));

test('makes every secret that can be made, for its owner only, and shows none', () => {
  const given = { DATABASE_URL_USERS: 'postgresql://users.example/users', STRIPE_SECRET_KEY: 'from-stripe' };
  const { status, stdout } = run(['generate', '--file', file], given);
  expect(status).toBe(0);
  expect(readdirSync(directory).sort()).toEqual(['staging.json', 'staging.keys.json', 'staging.token-keys.json']);
  for (const name of readdirSync(directory)) expect(statSync(join(directory, name)).mode & 0o077).toBe(0);
  const keys = KeyFile.parse(read('staging.keys.json'));
  const encryption = EncryptionKeyFile.parse(read('staging.token-keys.json'));
  const secrets = read('staging.json');
  expect(secrets.users).toEqual({
    DATABASE_URL: given.DATABASE_URL_USERS,
    JWT_PRIVATE_KEY: privateKeyOf(keys),
    JWT_PUBLIC_KEYS: publicKeysOf(keys),
  });
  expect(secrets.payments).toMatchObject({
    DATABASE_URL: null,
    TOKEN_ENCRYPTION_KEYS: secretOf(encryption),
    STRIPE_SECRET_KEY: 'from-stripe',
    STRIPE_WEBHOOK_SECRET: null,
  });
  for (const { worker, required } of requiredSecrets()) {
    expect(Object.keys(secrets[worker])).toEqual(expect.arrayContaining(required));
  }
  expect(stdout).toContain('DATABASE_URL of payments');
  expect(stdout).not.toContain('DATABASE_URL of users');
  // What a worker does without is nobody's to fill in.
  expect(JSON.stringify(secrets) + stdout).not.toContain('SANDBOX_WEBHOOK_SECRET');
  for (const value of [keys.current.d, keys.next.d, encryption.keys[encryption.current] ?? '-', 'from-stripe']) {
    expect(stdout).not.toContain(value);
  }
});

test('never writes over another, and prints one worker’s for wrangler', () => {
  const before = readFileSync(file, 'utf8');
  expect(run(['generate', '--file', file]).status).toBe(1);
  expect(readFileSync(file, 'utf8')).toBe(before);
  const { JWT_PUBLIC_KEYS } = read('staging.json').cart;
  expect(JSON.parse(run(['values', '--file', file, '--worker', 'cart']).stdout)).toEqual({ JWT_PUBLIC_KEYS });
});

test.each([[[]], [['generate']], [['values', '--file', file]], [['publish', '--file', file]]])('refuses %j', (args) => {
  const { status, stdout, stderr } = run(args);
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).not.toBe('');
});
