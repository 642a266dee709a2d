import { expect, test } from 'vitest';

import { newSecret, sha256 } from '#shared/auth/secrets.ts';

test('a secret has 256 bits, is safe in a URL, and is never the same twice', () => {
  const secrets = Array.from({ length: 100 }, newSecret);
  expect(new Set(secrets).size).toBe(100);
  expect(secrets.filter((secret) => !/^[A-Za-z0-9_-]{43}$/.test(secret))).toEqual([]);
});

test('SHA-256 in hexadecimal (FIPS 180-2, example B.1)', () => {
  expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});
