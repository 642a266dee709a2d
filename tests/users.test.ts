import { decodeJwt } from 'jose';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { api, eventually, expectProblem, newShopper } from './support/client.ts';
import {
  deactivate,
  markDeleted,
  newPhoneNumber,
  newRegistration,
  pointersOf,
  refusalOf,
  Session,
  sql,
  storedFor,
} from './support/accounts.ts';

const nothing = { users: 0, roles: 0, tokens: 0, events: 0 };

describe('POST /v1/auth/register', () => {
  test('creates user, role, session and event, and signs in', async () => {
    const registration = newRegistration();
    const phone_number = newPhoneNumber();
    const { status, body, headers } = await api('POST', '/v1/auth/register', {
      body: { ...registration, phone_number },
    });
    expect(status).toBe(201);
    expect(headers.get('location')).toBe('/v1/me');
    expect(headers.get('cache-control')).toBe('no-store');
    const { user, access_token } = Session.parse(body);
    expect(user).toEqual({
      id: user.id,
      email: registration.email,
      first_name: 'Ada',
      last_name: 'Lovelace',
      phone_number,
      is_active: true,
      is_verified: false,
      roles: ['CUSTOMER'],
      created_at: user.created_at,
      updated_at: user.created_at,
    });
    expect(decodeJwt(access_token)).toMatchObject({ sub: user.id, roles: ['CUSTOMER'] });
    expect(await storedFor(registration.email)).toEqual({ users: 1, roles: 1, tokens: 1, events: 1 });
  });

  test('keeps the password and the refresh token as hashes only', async () => {
    const { user, password, refreshToken } = await newShopper();
    const [row] = await sql`SELECT users.password, token_hash FROM users JOIN refresh_tokens ON user_id = users.id
                             WHERE users.id = ${user.id}`;
    const stored = z.object({ password: z.string(), token_hash: z.string() }).parse(row);
    expect(stored.password).toMatch(/^\$scrypt\$ln=14,r=8,p=5\$/);
    expect(stored.password).not.toContain(password);
    expect(stored.token_hash).toMatch(/^[0-9a-f]{64}$/);
    expect(stored.token_hash).not.toBe(refreshToken);
  });

  test('sends the event after the commit', async () => {
    const { user } = await newShopper();
    await eventually(async () => {
      const rows =
        await sql`SELECT type, payload, sent_at IS NOT NULL AS sent FROM outbox WHERE subject_id = ${user.id}`;
      expect(rows).toEqual([{ type: 'user.registered', payload: { user_id: user.id }, sent: true }]);
    });
  });

  test('trims and lower-cases the email, trims the names', async () => {
    const { email, ...rest } = newRegistration();
    const body = { ...rest, email: `  ${email.toUpperCase()} `, first_name: ' Ada ' };
    const answer = await api('POST', '/v1/auth/register', { body });
    expect(Session.parse(answer.body).user).toMatchObject({ email, first_name: 'Ada' });
  });

  test('refuses a taken email, however it is written, and writes nothing', async () => {
    const { email, password } = await newShopper();
    const before = await storedFor(email);
    const body = { ...newRegistration(), password, email: email.toUpperCase() };
    expectProblem(await api('POST', '/v1/auth/register', { body }), 409, 'email_taken');
    expect(await storedFor(email)).toEqual(before);
  });

  test('refuses a taken phone number and writes nothing', async () => {
    const phone_number = newPhoneNumber();
    await api('POST', '/v1/auth/register', { body: { ...newRegistration(), phone_number } });
    const body = { ...newRegistration(), phone_number };
    expectProblem(await api('POST', '/v1/auth/register', { body }), 409, 'phone_number_taken');
    expect(await storedFor(body.email)).toEqual(nothing);
  });

  test('lets one of two win that register the same email at once', async () => {
    const body = newRegistration();
    const answers = await Promise.all([1, 2, 3, 4].map(() => api('POST', '/v1/auth/register', { body })));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(3);
    expect(await storedFor(body.email)).toEqual({ users: 1, roles: 1, tokens: 1, events: 1 });
  });

  test('gives the email of a deleted account to a new one', async () => {
    const { email, user } = await newShopper();
    await markDeleted(user.id);
    const { status, body } = await api('POST', '/v1/auth/register', { body: { ...newRegistration(), email } });
    expect(status).toBe(201);
    expect(Session.parse(body).user.id).not.toBe(user.id);
  });

  test.each([
    ['no email address', { email: 'ada' }, '/email'],
    ['an email address of 256 characters', { email: `${'a'.repeat(244)}@example.com` }, '/email'],
    ['a password of 9 characters', { password: '123456789' }, '/password'],
    ['a password of 129 characters', { password: 'p'.repeat(129) }, '/password'],
    ['a blank name', { first_name: '  ' }, '/first_name'],
    ['a name of 101 characters', { last_name: 'a'.repeat(101) }, '/last_name'],
    ['a name with NUL', { last_name: 'a\0b' }, '/last_name'],
    ['no name', { first_name: undefined }, '/first_name'],
    ['a number for a name', { first_name: 1 }, '/first_name'],
    ['a national phone number', { phone_number: '0301234567' }, '/phone_number'],
    ['a phone number of 16 digits', { phone_number: '+1234567890123456' }, '/phone_number'],
    ['an unknown field', { roles: ['ADMIN'] }, '/roles'],
  ])('refuses %s and writes nothing', async (_what, change, pointer) => {
    const registration = newRegistration();
    const answer = await api('POST', '/v1/auth/register', { body: { ...registration, ...change } });
    expectProblem(answer, 422, 'validation_failed');
    expect(pointersOf(answer.body)).toEqual([pointer]);
    expect(await storedFor(registration.email)).toEqual(nothing);
  });

  test('refuses the email as the password', async () => {
    const registration = newRegistration();
    const body = { ...registration, password: registration.email.toUpperCase() };
    const answer = await api('POST', '/v1/auth/register', { body });
    expectProblem(answer, 422, 'validation_failed');
    expect(pointersOf(answer.body)).toEqual(['/password']);
    expect(await storedFor(registration.email)).toEqual(nothing);
  });
});

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
  ])('refuses %s', async (_what, change, pointer) => {
    const { email, password } = newRegistration();
    const answer = await api('POST', '/v1/auth/login', { body: { email, password, ...change } });
    expectProblem(answer, 422, 'validation_failed');
    expect(pointersOf(answer.body)).toEqual([pointer]);
  });
});

describe('POST /v1/auth/guest', () => {
  test('gives a new identity for seven days', async () => {
    const first = await api('POST', '/v1/auth/guest');
    const second = await api('POST', '/v1/auth/guest');
    expect(first.status).toBe(201);
    expect(first.headers.get('cache-control')).toBe('no-store');
    const Guest = z.strictObject({ access_token: z.string(), token_type: z.literal('Bearer'), expires_in: z.number() });
    const { access_token, expires_in } = Guest.parse(first.body);
    const { sub, roles, iat = 0, exp } = decodeJwt(access_token);
    expect({ roles, expires_in, exp }).toEqual({ roles: ['GUEST'], expires_in: 604_800, exp: iat + 604_800 });
    expect(z.uuidv7().parse(sub)).not.toBe(decodeJwt(Guest.parse(second.body).access_token).sub);
  });
});

describe('GET /v1/me', () => {
  test('shows the user, and no hash', async () => {
    const { token, user } = await newShopper();
    const { status, body, headers } = await api('GET', '/v1/me', { token });
    expect(status).toBe(200);
    expect(body).toEqual(user);
    expect(headers.get('cache-control')).toBe('no-store');
  });

  test('refuses who is not signed in, and guests', async () => {
    const { body } = await api('POST', '/v1/auth/guest');
    const { access_token } = z.object({ access_token: z.string() }).parse(body);
    expectProblem(await api('GET', '/v1/me'), 401, 'unauthorized');
    expectProblem(await api('GET', '/v1/me', { token: 'not.a.token' }), 401, 'unauthorized');
    expectProblem(await api('GET', '/v1/me', { token: access_token }), 403, 'forbidden');
  });

  test.each([
    ['deactivated', deactivate],
    ['deleted', markDeleted],
  ])('refuses a %s user at once', async (_what, end) => {
    const { token, user } = await newShopper();
    await end(user.id);
    const answer = await api('GET', '/v1/me', { token });
    expectProblem(answer, 401, 'unauthorized');
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  });
});
