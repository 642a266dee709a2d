import { decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';

import { parseKeySet, signAccessToken, verifyAccessToken } from '#shared/auth/tokens.ts';

const issuer = 'edge-commerce';
const identity = { id: '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f', roles: ['CUSTOMER', 'MANAGER'] };
let ours: KeyPair;
let theirs: KeyPair;

interface KeyPair {
  privateKey: JWK;
  publicKeys: string;
}

beforeAll(async () => {
  ours = await newKeyPair('key-1');
  theirs = await newKeyPair('key-1');
});

describe('signAccessToken', () => {
  test('sets the claims of RFC 9068 and our roles', async () => {
    const token = await sign();
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'ES256', typ: 'at+jwt', kid: 'key-1' });
    const { iat = 0, jti, ...claims } = decodeJwt(token);
    expect(claims).toEqual({
      iss: issuer,
      aud: 'commerce-api',
      sub: identity.id,
      roles: identity.roles,
      exp: iat + 900,
    });
    expect(Math.abs(Date.now() / 1_000 - iat)).toBeLessThan(60);
    expect(jti).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  test('gives every token its own id', async () => {
    expect(decodeJwt(await sign()).jti).not.toBe(decodeJwt(await sign()).jti);
  });
});

describe('verifyAccessToken', () => {
  test('answers whom a token of ours speaks for', async () => {
    expect(await verify(await sign())).toEqual(identity);
  });

  test('accepts a token of any key in the set', async () => {
    const next = await newKeyPair('key-2');
    const keys = [...parseKeySet(ours.publicKeys).keys, ...parseKeySet(next.publicKeys).keys];
    const token = await signAccessToken(identity, { privateKey: next.privateKey, issuer, seconds: 900 });
    expect(await verifyAccessToken(token, { publicKeys: JSON.stringify({ keys }), issuer })).toEqual(identity);
    expect(await verify(token)).toBeNull();
  });

  test('refuses another issuer', async () => {
    const token = await signAccessToken(identity, { privateKey: ours.privateKey, issuer: 'elsewhere', seconds: 900 });
    expect(await verify(token)).toBeNull();
  });

  test('refuses an expired token', async () => {
    const token = await signAccessToken(identity, { privateKey: ours.privateKey, issuer, seconds: -1 });
    expect(await verify(token)).toBeNull();
  });

  test('refuses another key under the same id', async () => {
    const token = await signAccessToken(identity, { privateKey: theirs.privateKey, issuer, seconds: 900 });
    expect(await verify(token)).toBeNull();
  });

  test('refuses changed claims', async () => {
    const [header, , signature] = (await sign()).split('.');
    const claims = { ...decodeJwt(await sign()), roles: ['ADMIN'] };
    expect(await verify(`${header}.${encode(claims)}.${signature}`)).toBeNull();
  });

  test('refuses an unsigned token', async () => {
    const claims = decodeJwt(await sign());
    expect(await verify(`${encode({ alg: 'none', typ: 'at+jwt' })}.${encode(claims)}.`)).toBeNull();
  });

  test('refuses a token signed by HMAC with the public key as the secret', async () => {
    const token = await new SignJWT(decodeJwt(await sign()))
      .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: 'key-1' })
      .sign(new TextEncoder().encode(ours.publicKeys));
    expect(await verify(token)).toBeNull();
  });

  test('accepts its own kind only, so the next ones fail for what they name', async () => {
    expect(await verify(await signClaims({}))).toEqual(identity);
  });

  test.each([
    ['another audience', { aud: 'elsewhere' }],
    ['a subject that is no id', { sub: 'ada' }],
    ['roles that are no list', { roles: 'ADMIN' }],
    ['no roles', { roles: undefined }],
    ['no audience', { aud: undefined }],
    ['no issuer', { iss: undefined }],
    ['no subject', { sub: undefined }],
    ['no end', { exp: undefined }],
    ['no beginning', { iat: undefined }],
    ['a beginning more than a minute ahead', { iat: seconds() + 90 }],
    ['one not valid yet', { nbf: seconds() + 90 }],
    ['one that has ended', { exp: seconds() - 1 }],
  ])('refuses %s', async (_what, change) => {
    expect(await verify(await signClaims(change))).toBeNull();
  });

  test('bears a clock that is a little ahead of ours', async () => {
    expect(await verify(await signClaims({ iat: seconds() + 30 }))).toEqual(identity);
  });

  test('refuses another type of token', async () => {
    expect(await verify(await signClaims({}, 'JWT'))).toBeNull();
  });

  test.each(['', 'token', 'a.b.c', '..'])('refuses "%s"', async (token) => {
    expect(await verify(token)).toBeNull();
  });
});

function seconds(): number {
  return Math.floor(Date.now() / 1_000);
}

function sign(): Promise<string> {
  return signAccessToken(identity, { privateKey: ours.privateKey, issuer, seconds: 900 });
}

function verify(token: string) {
  return verifyAccessToken(token, { publicKeys: ours.publicKeys, issuer });
}

/** A token of our key with other claims. */
async function signClaims(change: Record<string, unknown>, typ = 'at+jwt'): Promise<string> {
  return new SignJWT({ ...decodeJwt(await sign()), ...change })
    .setProtectedHeader({ alg: 'ES256', typ, kid: 'key-1' })
    .sign(await importJWK(ours.privateKey, 'ES256'));
}

async function newKeyPair(kid: string): Promise<KeyPair> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  return {
    privateKey: { ...(await exportJWK(privateKey)), kid },
    publicKeys: JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid, alg: 'ES256' }] }),
  };
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
