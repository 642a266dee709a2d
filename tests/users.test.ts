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

  test('lets one of twenty win that register the same email at once, however it is written', async () => {
    const body = newRegistration();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => {
        const email = i % 2 === 0 ? body.email : body.email.toUpperCase();
        return api('POST', '/v1/auth/register', { body: { ...body, email } });
      }),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    const others = answers.filter(({ status }) => status !== 201);
    expect(others).toHaveLength(19);
    for (const answer of others) expectProblem(answer, 409, 'email_taken');
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
    ['an email address with a Kelvin sign for a k', { email: 'mar\u212a@example.com' }, '/email'],
    ['an email address with a Cyrillic letter', { email: '\u0430da@example.com' }, '/email'],
    ['an email address with a full-width letter', { email: '\uff41da@example.com' }, '/email'],
    ['an email address in a domain beyond ASCII', { email: 'ada@ex\u00e4mple.com' }, '/email'],
    ['an email address with NUL', { email: 'a\0da@example.com' }, '/email'],
    ['an email address with a line feed', { email: 'ada@example.com\nbcc: eve@example.com' }, '/email'],
    ['a list for an email address', { email: ['ada@example.com'] }, '/email'],
    ['a number for a password', { password: 1_234_567_890 }, '/password'],
    ['an object for a password', { password: { length: 20 } }, '/password'],
    ['a name with NUL', { last_name: 'a\0b' }, '/last_name'],
    ['a name with an escape character', { first_name: 'a\u001b[31mb' }, '/first_name'],
    ['a name with a C1 control character', { first_name: 'a\u0085b' }, '/first_name'],
    ['a name with half a surrogate pair', { first_name: 'a\ud800b' }, '/first_name'],
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

  test.each([
    ['too short', 'aaaaaaaaa', 'password_length'],
    ['the email', null, 'password_is_email'],
    ['common', 'Qwerty12345', 'password_common'],
  ])('says why a password is refused: %s', async (_what, password, code) => {
    const registration = newRegistration();
    const body = { ...registration, password: password ?? registration.email.toUpperCase() };
    const answer = await api('POST', '/v1/auth/register', { body });
    expectProblem(answer, 422, 'validation_failed');
    expect(answer.body.errors).toEqual([{ pointer: '/password', code, message: expect.stringMatching(/^Choose a /) }]);
    expect(await storedFor(registration.email)).toEqual(nothing);
  });

  test('names the code of a control character', async () => {
    const answer = await api('POST', '/v1/auth/register', { body: { ...newRegistration(), last_name: 'a\u0007b' } });
    expect(answer.body.errors).toEqual([
      { pointer: '/last_name', code: 'invalid_character', message: 'Control characters are not allowed.' },
    ]);
  });

  test('counts the characters of a password as people do', async () => {
    const answer = await api('POST', '/v1/auth/register', {
      body: { ...newRegistration(), password: '😀'.repeat(128) },
    });
    expect(answer.status).toBe(201);
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
