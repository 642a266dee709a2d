import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { decryptToken, encryptToken, importTokenKeys, type TokenKeys } from './token-encryption.ts';

const rowId = '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f';
const otherRowId = '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e2f';
const key = (fill: number) => Buffer.alloc(32, fill).toString('base64');
const one = { current: 'one', keys: { one: key(1) } };
const rotated = { current: 'two', keys: { one: key(1), two: key(2) } };

function keys(set: unknown): Promise<TokenKeys> {
  return importTokenKeys(JSON.stringify(set));
}

/** What it fails with, in words. */
async function messageOf(attempt: Promise<unknown>): Promise<string> {
  return attempt.then(
    () => 'nothing',
    (error: unknown) => String(error),
  );
}

describe('an encrypted token', () => {
  it('is text with its version, key, iv, and the token and tag', async () => {
    const { gateway_token, token_key_id } = await encryptToken(await keys(one), rowId, 'pm_secret');
    expect(token_key_id).toBe('one');
    expect(gateway_token).toMatch(/^v1\.one\.[\w-]{16}\.[\w-]{34}$/);
    expect(gateway_token).not.toContain('pm_secret');
  });

  it('decrypts to any token that was encrypted, also after a rotation', async () => {
    const [before, after] = [await keys(one), await keys(rotated)];
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 300 }), fc.uuid(), async (token, id) => {
        const { gateway_token } = await encryptToken(before, id, token);
        expect(await decryptToken(before, id, gateway_token)).toBe(token);
        expect(await decryptToken(after, id.toUpperCase(), gateway_token)).toBe(token);
      }),
    );
  });

  it('is another one each time', async () => {
    const all = await Promise.all(Array.from({ length: 200 }, async () => encryptToken(await keys(one), rowId, 'pm')));
    expect(new Set(all.map(({ gateway_token }) => gateway_token.split('.')[2])).size).toBe(200);
  });

  it('does not decrypt in another row', async () => {
    const { gateway_token } = await encryptToken(await keys(one), rowId, 'pm_secret');
    expect(await messageOf(decryptToken(await keys(one), otherRowId, gateway_token))).toBe(
      'Error: A saved token cannot be decrypted.',
    );
  });

  it('does not decrypt without its key, or with another of its name', async () => {
    const { gateway_token } = await encryptToken(await keys(rotated), rowId, 'pm_secret');
    expect(await messageOf(decryptToken(await keys(one), rowId, gateway_token))).toBe(
      'Error: TOKEN_ENCRYPTION_KEYS lacks the key that a saved token was encrypted with.',
    );
    const other = await keys({ current: 'two', keys: { two: key(3) } });
    expect(await messageOf(decryptToken(other, rowId, gateway_token))).toBe(
      'Error: A saved token cannot be decrypted.',
    );
  });

  it('does not decrypt once any character of it has changed', async () => {
    const known = await keys(rotated);
    const { gateway_token } = await encryptToken(known, rowId, 'pm_secret');
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: gateway_token.length - 1 }),
        fc.constantFrom('A', 'Z', 'a', 'z', '0', '9', '_', '-', '.'),
        async (at, character) => {
          const changed = gateway_token.slice(0, at) + character + gateway_token.slice(at + 1);
          // The last character of base64 has bits that mean nothing.
          fc.pre(Buffer.from(changed.split('.')[3] ?? '', 'base64url').toString('base64url') === changed.split('.')[3]);
          fc.pre(changed !== gateway_token);
          expect(await messageOf(decryptToken(known, rowId, changed))).toMatch(/^Error: /);
        },
      ),
    );
  });

  it.each(['', 'pm_secret', 'v1', 'v1.one..', 'v2.one.AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAA', 'v1.one.AA.AA.AA'])(
    'is not %j',
    async (stored) => {
      const message = await messageOf(decryptToken(await keys(one), rowId, stored));
      expect(message).toBe('Error: A saved token cannot be decrypted.');
    },
  );
});

describe('TOKEN_ENCRYPTION_KEYS', () => {
  it.each([
    ['nothing', ''],
    ['no JSON', '{'],
    ['no object', '"one"'],
    ['no keys', '{"current":"one"}'],
    ['a current key that is not there', JSON.stringify({ ...one, current: 'two' })],
    ['a current key that all objects have', JSON.stringify({ ...one, current: 'constructor' })],
    ['a short key', JSON.stringify({ current: 'one', keys: { one: 'c2hvcnRfc2VjcmV0' } })],
    ['a long key', JSON.stringify({ current: 'one', keys: { one: Buffer.alloc(33).toString('base64') } })],
    ['a key that is no base64', JSON.stringify({ current: 'one', keys: { one: 'short_secret*' } })],
    ['an id with a dot', JSON.stringify({ current: 'o.e', keys: { 'o.e': key(1) } })],
    [
      'an id that the column cannot hold',
      JSON.stringify({ current: 'k'.repeat(51), keys: { ['k'.repeat(51)]: key(1) } }),
    ],
  ])('is refused with %s, and the error says nothing of it', async (_what, secret) => {
    expect(await messageOf(importTokenKeys(secret))).toBe(
      'Error: TOKEN_ENCRYPTION_KEYS must be {"current":"<key id>","keys":{"<key id>":"<32 bytes in base64>"}}.',
    );
  });
});
