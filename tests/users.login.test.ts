import { randomUUID, scryptSync } from 'node:crypto';

import { decodeJwt } from 'jose';
import { describe, expect, test } from 'vitest';

import { api, eventually, expectProblem, newShopper } from './support/client.ts';
import {
  deactivate,
  markDeleted,
  newRegistration,
  pointersOf,
  refusalOf,
  Session,
  sql,
  storedFor,
} from './support/accounts.ts';

function logIn(email: string, password: string) {
  return api('POST', '/v1/auth/login', { body: { email, password } });
}

describe('POST /v1/auth/login', () => {
  test('begins another session', async () => {
    const { email, password, user, refreshToken } = await newShopper();
    const { status, body, headers } = await api('POST', '/v1/auth/login', {
      body: { email: ` ${email.toUpperCase()}`, password },
    });
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    const session = Session.parse(body);
    expect(session.user).toEqual(user);
    expect(session.refresh_token).not.toBe(refreshToken);
    const families = await sql`SELECT DISTINCT family_id FROM refresh_tokens WHERE user_id = ${user.id}`;
    expect(families).toHaveLength(2);
  });

  test('puts all roles into the answer and the token', async () => {
    const { email, password, user } = await newShopper();
    await sql`INSERT INTO user_role_mapping (user_id, role_id)
              SELECT ${user.id}, id FROM user_roles WHERE name IN ('MANAGER', 'ADMIN')`;
    const { body } = await api('POST', '/v1/auth/login', { body: { email, password } });
    const session = Session.parse(body);
    expect(session.user.roles).toEqual(['ADMIN', 'CUSTOMER', 'MANAGER']);
    expect(decodeJwt(session.access_token)['roles']).toEqual(['ADMIN', 'CUSTOMER', 'MANAGER']);
  });

  test('answers the same for an unknown email, a wrong password and a deleted account', async () => {
    const { email, password } = await newShopper();
    const deleted = await newShopper();
    await markDeleted(deleted.user.id);
    const wrong = await api('POST', '/v1/auth/login', { body: { email, password: `${password}!` } });
    const unknown = await api('POST', '/v1/auth/login', { body: { email: newRegistration().email, password } });
    const gone = await api('POST', '/v1/auth/login', { body: { email: deleted.email, password: deleted.password } });
    expectProblem(wrong, 401, 'invalid_credentials');
    expect(wrong.headers.get('www-authenticate')).toBe('Bearer');
    expect(refusalOf(unknown)).toEqual(refusalOf(wrong));
    expect(refusalOf(gone)).toEqual(refusalOf(wrong));
    expect(await storedFor(email)).toMatchObject({ tokens: 1 });
    expect(await storedFor(deleted.email)).toMatchObject({ tokens: 1 });
  });

  test('tells only who knows the password that the account is deactivated', async () => {
    const { email, password, user } = await newShopper();
    await deactivate(user.id);
    const right = await api('POST', '/v1/auth/login', { body: { email, password } });
    const wrong = await api('POST', '/v1/auth/login', { body: { email, password: 'something else' } });
    expectProblem(right, 403, 'account_inactive');
    expectProblem(wrong, 401, 'invalid_credentials');
    expect(await storedFor(email)).toMatchObject({ tokens: 1 });
  });

  test.each([
    ['no password', { password: undefined }, '/password'],
    ['no email address', { email: 'ada' }, '/email'],
    ['an unknown field', { remember: true }, '/remember'],
    ['an email address with a Kelvin sign for a k', { email: 'mar\u212a@example.com' }, '/email'],
    ['an email address with NUL', { email: 'a\0da@example.com' }, '/email'],
    ['a list for a password', { password: ['secret'] }, '/password'],
  ])('refuses %s', async (_what, change, pointer) => {
    const { email, password } = newRegistration();
    const answer = await api('POST', '/v1/auth/login', { body: { email, password, ...change } });
    expectProblem(answer, 422, 'validation_failed');
    expect(pointersOf(answer.body)).toEqual([pointer]);
  });
});

describe('a hash with other parameters', () => {
  /** As an earlier release may have made it. */
  async function keepOldHash(userId: string, password: string): Promise<string> {
    const salt = Buffer.from('sixteen bytes ok');
    const key = scryptSync(password, salt, 32, { N: 2 ** 12, r: 8, p: 1 });
    const [saltText, keyText] = [salt, key].map((bytes) => bytes.toString('base64').replace(/=+$/, ''));
    const hash = `$scrypt$ln=12,r=8,p=1$${saltText}$${keyText}`;
    await sql`UPDATE users SET password = ${hash} WHERE id = ${userId}`;
    return hash;
  }

  async function hashOf(userId: string): Promise<string> {
    const [row] = await sql`SELECT password FROM users WHERE id = ${userId}`;
    return String(row?.['password']);
  }

  test('is made anew after a login, once, and the password still works', async () => {
    const { email, password, user } = await newShopper();
    await keepOldHash(user.id, password);
    expect((await logIn(email, password)).status).toBe(200);
    const upgraded = await eventually(async () => {
      const hash = await hashOf(user.id);
      expect(hash).toMatch(/^\$scrypt\$ln=14,r=8,p=5\$/);
      return hash;
    });
    expect((await logIn(email, password)).status).toBe(200);
    expect(await hashOf(user.id)).toBe(upgraded);
    expectProblem(await logIn(email, 'not the password'), 401, 'invalid_credentials');
  });

  test('stays after a wrong password', async () => {
    const { email, password, user } = await newShopper();
    const hash = await keepOldHash(user.id, password);
    expectProblem(await logIn(email, 'not the password'), 401, 'invalid_credentials');
    expect(await hashOf(user.id)).toBe(hash);
  });

  test('refuses none of many logins at once', async () => {
    const { email, password, user } = await newShopper();
    await keepOldHash(user.id, password);
    const answers = await Promise.all(Array.from({ length: 8 }, () => logIn(email, password)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200));
    await eventually(async () => expect(await hashOf(user.id)).toMatch(/^\$scrypt\$ln=14,r=8,p=5\$/));
    expect((await logIn(email, password)).status).toBe(200);
  });
});

describe('what the client calls itself', () => {
  async function agentsOf(userId: string) {
    const rows = await sql`SELECT user_agent FROM refresh_tokens WHERE user_id = ${userId} ORDER BY created_at, id`;
    return rows.map((row) => row['user_agent']);
  }

  async function registerWith(userAgent: string) {
    const { body } = await api('POST', '/v1/auth/register', {
      body: newRegistration(),
      headers: { 'user-agent': userAgent },
    });
    return Session.parse(body);
  }

  test('is kept with the session, through its rotation', async () => {
    const { user, refresh_token } = await registerWith('Shop/1.0 (phone)');
    const refreshing = { body: { refresh_token }, headers: { 'user-agent': 'Other/2.0' } };
    expect((await api('POST', '/v1/auth/refresh', refreshing)).status).toBe(200);
    expect(await agentsOf(user.id)).toEqual(['Shop/1.0 (phone)', 'Shop/1.0 (phone)']);
  });

  test('is kept of a login', async () => {
    const { email, password, user } = await newShopper();
    const headers = { 'user-agent': `Shop/${randomUUID()}` };
    expect((await api('POST', '/v1/auth/login', { body: { email, password }, headers })).status).toBe(200);
    expect((await agentsOf(user.id)).at(-1)).toBe(headers['user-agent']);
  });

  test('is cut to 255 characters', async () => {
    const { user } = await registerWith('a'.repeat(1_000));
    expect(await agentsOf(user.id)).toEqual(['a'.repeat(255)]);
  });
});
