import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import { uuidv7 } from 'uuidv7';
import { beforeAll, describe, expect, inject, test } from 'vitest';

import { KeyFile, publicKeysOf } from '#tools/keys/rotation.ts';

import { api, expectProblem, newShopper, type Shopper } from './support/client.ts';

let shopper: Shopper;
let theirs: JWK;
let keys: KeyFile;

beforeAll(async () => {
  shopper = await newShopper();
  keys = KeyFile.parse(JSON.parse(readFileSync(join(inject('stack').directory, 'keys.json'), 'utf8')));
  theirs = await exportJWK((await generateKeyPair('ES256', { extractable: true })).privateKey);
});

function seconds(): number {
  return Math.floor(Date.now() / 1_000);
}

interface Forgery {
  claims?: Record<string, unknown>;
  header?: Record<string, unknown>;
  key?: JWK;
}

/** The shopper's own token, signed by us unless told otherwise, with other claims and header. */
async function forge({ claims, header, key }: Forgery = {}): Promise<string> {
  return new SignJWT({ ...decodeJwt(shopper.token), ...claims })
    .setProtectedHeader({ alg: 'ES256', ...decodeProtectedHeader(shopper.token), ...header })
    .sign(await importJWK(key ?? keys.current, 'ES256'));
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** One route of each service that verifies tokens. */
const routes = [
  ['GET', '/v1/me'],
  ['GET', '/v1/cart'],
  ['GET', '/v1/orders'],
  ['GET', '/v1/payments'],
  ['POST', '/v1/admin/products/import'],
] as const;

/** Everywhere: every service verifies by itself. */
async function expectRefused(authorization: string): Promise<void> {
  for (const [method, path] of routes) {
    const answer = await api(method, path, { headers: { authorization } });
    expectProblem(answer, 401, 'unauthorized');
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  }
}

test('a token made as the forged ones are, with nothing wrong in it, is taken', async () => {
  const { status, body } = await api('GET', '/v1/me', { token: await forge() });
  expect({ status, id: body.id }).toEqual({ status: 200, id: shopper.user.id });
});

describe('refused is', () => {
  const forgeries: [string, () => Forgery][] = [
    ['another issuer', () => ({ claims: { iss: 'elsewhere' } })],
    ['another audience', () => ({ claims: { aud: 'elsewhere' } })],
    ['an end in the past', () => ({ claims: { iat: seconds() - 901, exp: seconds() - 1 } })],
    ['no end', () => ({ claims: { exp: undefined } })],
    ['a beginning in the future', () => ({ claims: { nbf: seconds() + 120 } })],
    ['a token of the future', () => ({ claims: { iat: seconds() + 120 } })],
    ['a key nobody knows', () => ({ key: theirs, header: { kid: uuidv7() } })],
    ['another key by the name of ours', () => ({ key: theirs })],
    ['another type of token', () => ({ header: { typ: 'JWT' } })],
    ['a key that the token brings along', () => ({ key: theirs, header: { jwk: theirs, kid: undefined } })],
    ['a subject that is no id', () => ({ claims: { sub: 'admin' } })],
    ['roles that are no list', () => ({ claims: { roles: 'ADMIN' } })],
  ];

  test.each(forgeries)('%s', async (_what, forgery) => {
    await expectRefused(`Bearer ${await forge(forgery())}`);
  });

  test.each(['none', 'None', 'NONE'])('no signature at all: alg "%s"', async (alg) => {
    const claims = { ...decodeJwt(shopper.token), roles: ['ADMIN'] };
    await expectRefused(`Bearer ${encode({ alg, typ: 'at+jwt', kid: keys.current.kid })}.${encode(claims)}.`);
  });

  test('an HMAC with the public keys as its secret', async () => {
    const published = await api('GET', '/.well-known/jwks.json');
    for (const secret of [publicKeysOf(keys), JSON.stringify(published.body.keys[0])]) {
      const token = await new SignJWT(decodeJwt(shopper.token))
        .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: keys.current.kid })
        .sign(new TextEncoder().encode(secret));
      await expectRefused(`Bearer ${token}`);
    }
  });

  test('claims changed after signing', async () => {
    const [header, , signature] = shopper.token.split('.');
    const claims = { ...decodeJwt(shopper.token), roles: ['CUSTOMER', 'ADMIN'] };
    await expectRefused(`Bearer ${header}.${encode(claims)}.${signature}`);
  });

  test('an empty signature', async () => {
    const [header, claims] = shopper.token.split('.');
    await expectRefused(`Bearer ${header}.${claims}.`);
  });

  test.each(['', 'Bearer', 'Bearer ', 'Bearer garbage', 'Bearer a.b.c', 'Bearer ..', 'Basic YWRhOnNlY3JldA=='])(
    'the header "%s"',
    async (authorization) => {
      await expectRefused(authorization);
    },
  );

  test('a refresh token', async () => {
    await expectRefused(`Bearer ${shopper.refreshToken}`);
  });
});

test('the published keys are the current and the next one, and nothing private', async () => {
  const { status, body } = await api('GET', '/.well-known/jwks.json');
  expect(status).toBe(200);
  expect(body).toEqual(JSON.parse(publicKeysOf(keys)));
  expect(body.keys).toHaveLength(2);
  expect(decodeProtectedHeader(shopper.token).kid).toBe(body.keys[0].kid);
  for (const key of body.keys) expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
});

test('a token of the next key is taken already', async () => {
  const token = await forge({ key: keys.next, header: { kid: keys.next.kid } });
  const { status } = await api('GET', '/v1/me', { token });
  expect(status).toBe(200);
});
