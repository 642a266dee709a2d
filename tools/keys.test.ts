import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, test } from 'vitest';

import { KeyFile, newKeyFile, privateKeyOf, publicKeysOf } from '#tools/keys/rotation.ts';
import { loadKeys } from '#tools/stack/keys.ts';

const directory = mkdtempSync(join(tmpdir(), 'keys-test-'));
afterAll(() => rmSync(directory, { recursive: true }));

function run(...words: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, 'keys.ts'), ...words], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

function read(file: string): KeyFile {
  return KeyFile.parse(JSON.parse(readFileSync(file, 'utf8')));
}

describe('npm run keys', () => {
  const file = join(directory, 'token-keys.json');

  test('generates a file for its owner only, and never over another', () => {
    expect(run('generate', '--file', file).status).toBe(0);
    expect(statSync(file).mode & 0o077).toBe(0);
    const keys = read(file);
    expect(run('generate', '--file', file).status).toBe(1);
    expect(read(file)).toEqual(keys);
  });

  test('rotates, shows no private key, and says where the values go', () => {
    const before = read(file);
    const { status, stdout } = run('rotate', '--file', file);
    expect(status).toBe(0);
    const { current, next, previous } = read(file);
    expect(current).toEqual(before.next);
    expect(previous.map(({ kid }) => kid)).toEqual([before.current.kid]);
    expect(statSync(file).mode & 0o077).toBe(0);
    for (const secret of [current.d, next.d, before.current.d]) expect(stdout).not.toContain(secret);
    expect(stdout.match(/secret put JWT_PUBLIC_KEYS/g)?.length).toBeGreaterThanOrEqual(6);
    expect(stdout).toContain('secret put JWT_PRIVATE_KEY -c workers/users/wrangler.toml -e production');
  });

  test('prints the values', () => {
    expect(run('private', '--file', file).stdout).toBe(`${privateKeyOf(read(file))}\n`);
    expect(run('public', '--file', file).stdout).toBe(`${publicKeysOf(read(file))}\n`);
  });

  test.each([[], ['rotate'], ['publish', '--file', file], ['rotate', '--file', join(directory, 'nowhere.json')]])(
    'refuses %j and changes nothing',
    (...words) => {
      const before = read(file);
      const { status, stderr } = run(...words);
      expect(status).toBe(1);
      expect(stderr).not.toBe('');
      expect(read(file)).toEqual(before);
    },
  );
});

describe("a local shop's keys", () => {
  test('are made once', async () => {
    const made = await loadKeys(directory);
    expect(await loadKeys(directory)).toEqual(made);
    expect(JSON.parse(made.public_keys).keys).toHaveLength(2);
    const { current, keys } = JSON.parse(made.token_encryption_keys);
    expect(Object.keys(keys)).toContain(current);
    for (const file of ['keys.json', 'payment-token-keys.json']) {
      expect(statSync(join(directory, file)).mode & 0o077).toBe(0);
    }
  });

  test('stay when there was only one of them', async () => {
    const { current } = await newKeyFile();
    const single = { private_key: JSON.stringify(current), public_keys: JSON.stringify({ keys: [current] }) };
    writeFileSync(join(directory, 'keys.json'), JSON.stringify(single));
    const keys = await loadKeys(directory);
    expect(JSON.parse(keys.private_key)).toEqual(current);
    expect(JSON.parse(keys.public_keys).keys).toHaveLength(2);
    expect(await loadKeys(directory)).toEqual(keys);
  });
});
