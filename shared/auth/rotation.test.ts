import { decodeProtectedHeader } from 'jose';
import { expect, test } from 'vitest';

import { parseKeySet, signAccessToken, verifyAccessToken } from '#shared/auth/tokens.ts';
import { type KeyFile, newKeyFile, privateKeyOf, publicKeysOf, rotate } from '#tools/keys/rotation.ts';

const issuer = 'edge-commerce';
const identity = { id: '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f', roles: ['CUSTOMER'] };
const day = 24 * 60 * 60 * 1_000;

function sign(keys: KeyFile): Promise<string> {
  return signAccessToken(identity, { privateKey: JSON.parse(privateKeyOf(keys)), issuer, seconds: 900 });
}

function verify(token: string, keys: KeyFile) {
  return verifyAccessToken(token, { publicKeys: publicKeysOf(keys), issuer });
}

function publishedBy(keys: KeyFile) {
  return parseKeySet(publicKeysOf(keys)).keys.map(({ kid }) => kid);
}

test('new keys publish the current and the next one, and sign with the current', async () => {
  const keys = await newKeyFile();
  expect(keys.current.kid).not.toBe(keys.next.kid);
  expect(publishedBy(keys)).toEqual([keys.current.kid, keys.next.kid]);
  const token = await sign(keys);
  expect(decodeProtectedHeader(token).kid).toBe(keys.current.kid);
  expect(await verify(token, keys)).toEqual(identity);
});

test('a key already in use stays the current one', async () => {
  const { current } = await newKeyFile();
  const keys = await newKeyFile(current);
  expect(keys.current).toEqual(current);
  expect(keys.next.kid).not.toBe(current.kid);
});

test('rotation lets the next key sign, and refuses no token on either side of it', async () => {
  const before = await newKeyFile();
  const after = await rotate(before, new Date());
  expect(publishedBy(after)).toEqual([before.next.kid, after.next.kid, before.current.kid]);
  const [oldToken, newToken] = [await sign(before), await sign(after)];
  expect(decodeProtectedHeader(newToken).kid).toBe(before.next.kid);
  expect(await verify(oldToken, after)).toEqual(identity);
  expect(await verify(newToken, after)).toEqual(identity);
  // A worker that has not been given the new keys yet.
  expect(await verify(newToken, before)).toEqual(identity);
});

test('a key is trusted until the last guest token of it has died, then no more', async () => {
  const start = Date.parse('2026-11-01T00:00:00Z');
  const first = await newKeyFile();
  const token = await sign(first);
  const second = await rotate(first, new Date(start));
  const within = await rotate(second, new Date(start + 7 * day));
  expect(await verify(token, within)).toEqual(identity);
  const beyond = await rotate(second, new Date(start + 8 * day));
  expect(publishedBy(beyond)).not.toContain(first.current.kid);
  expect(await verify(token, beyond)).toBeNull();
});

test('what is published holds nothing private', async () => {
  const keys = await rotate(await newKeyFile(), new Date());
  const names = parseKeySet(publicKeysOf(keys)).keys.map((key) => Object.keys(key).sort());
  expect(names).toEqual(Array.from({ length: 3 }, () => ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']));
  const careless = JSON.stringify({ keys: [keys.current] });
  expect(parseKeySet(careless).keys[0]).not.toHaveProperty('d');
});
