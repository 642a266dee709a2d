import { Client } from 'pg';
import { afterAll, describe, expect, test } from 'vitest';
import { z } from 'zod';

import { sha256 } from '#shared/auth/secrets.ts';
import { connect } from '#shared/db/postgres.ts';

import { newMailToken } from '../workers/users/src/store/mail-tokens.ts';
import { deactivate, markDeleted, newPhoneNumber, newRegistration, pointersOf, sql } from './support/accounts.ts';
import { newAdmin, withOnlyAdmins } from './support/admins.ts';
import { add, openCarts } from './support/carts.ts';
import { type Answer, api, eventually, expectProblem, newShopper, type Shopper } from './support/client.ts';
import { bindingsOf, sqlOf } from './support/databases.ts';
import { settled, settledShopper } from './support/mails.ts';
import { newAddress, newBuyer, newProduct, placeOrder, sweep } from './support/shop.ts';

const db = connect(bindingsOf('users'));
const { storedCarts, close } = openCarts();
afterAll(close);

function login(email: string, password: string) {
  return api('POST', '/v1/auth/login', { body: { email, password } });
}

function refresh(refresh_token: string) {
  return api('POST', '/v1/auth/refresh', { body: { refresh_token } });
}

function statusesOf(answers: Answer[]): number[] {
  return answers.map(({ status }) => status).toSorted((a, b) => a - b);
}

/** All that the users database holds of the user. */
async function stateOf({ user, email }: Shopper) {
  const [row] = await sql`SELECT to_jsonb(users) AS "user",
      ARRAY(SELECT to_jsonb(address) FROM user_addresses AS address WHERE user_id = users.id) AS addresses,
      ARRAY(SELECT to_jsonb(mailed) FROM email_verification_tokens AS mailed WHERE user_id = users.id) AS verifications,
      ARRAY(SELECT to_jsonb(mailed) FROM password_reset_tokens AS mailed WHERE user_id = users.id) AS resets,
      ARRAY(SELECT to_jsonb(session) FROM refresh_tokens AS session WHERE user_id = users.id ORDER BY id) AS sessions,
      ARRAY(SELECT to_jsonb(held) FROM user_role_mapping AS held WHERE user_id = users.id ORDER BY id) AS roles,
      ARRAY(SELECT to_jsonb(failure) FROM login_failures AS failure WHERE account = ${sha256(email)}) AS failures,
      ARRAY(SELECT type FROM outbox WHERE subject_id = users.id ORDER BY id) AS events
    FROM users WHERE id = ${user.id}`;
  return row;
}

async function eventsOf({ user }: Shopper, type: string) {
  return sql`SELECT payload, sent_at IS NOT NULL AS is_sent FROM outbox WHERE subject_id = ${user.id} AND type = ${type}`;
}

describe('PATCH /v1/me', () => {
  const patch = ({ token }: Shopper, body: unknown) => api('PATCH', '/v1/me', { token, body });

  test.each([
    ['the first name', { first_name: ' Augusta ' }, { first_name: 'Augusta' }],
    ['the last name', { last_name: 'King' }, { last_name: 'King' }],
    ['no phone number', { phone_number: null }, { phone_number: null }],
  ])('changes %s and nothing else', async (_what, change, changed) => {
    const shopper = await newShopper();
    const { status, body, headers } = await patch(shopper, change);
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toEqual({ ...shopper.user, ...changed, updated_at: body.updated_at });
    expect(body.updated_at > shopper.user.updated_at).toBe(true);
    expect((await api('GET', '/v1/me', { token: shopper.token })).body).toEqual(body);
  });

  test('sets and removes the phone number, which is then free', async () => {
    const [ada, eve] = [await newShopper(), await newShopper()];
    const phone_number = newPhoneNumber();
    expect((await patch(ada, { phone_number })).body.phone_number).toBe(phone_number);
    expect((await patch(ada, { phone_number })).status).toBe(200);
    expect((await patch(ada, { phone_number: null })).body.phone_number).toBeNull();
    expect((await patch(eve, { phone_number })).body.phone_number).toBe(phone_number);
  });

  test('refuses a taken phone number and changes nothing', async () => {
    const [ada, eve] = [await newShopper(), await settledShopper()];
    const phone_number = newPhoneNumber();
    await patch(ada, { phone_number });
    const before = await stateOf(eve);
    expectProblem(await patch(eve, { phone_number, first_name: 'Eve' }), 409, 'phone_number_taken');
    expect(await stateOf(eve)).toEqual(before);
  });

  test('gives a number to one of those who want it at once', async () => {
    const shoppers = await Promise.all(Array.from({ length: 4 }, newShopper));
    const phone_number = newPhoneNumber();
    const answers = await Promise.all(shoppers.map((shopper) => patch(shopper, { phone_number })));
    expect(statusesOf(answers)).toEqual([200, 409, 409, 409]);
    expect(await sql`SELECT count(*)::int AS users FROM users WHERE phone_number = ${phone_number}`).toEqual([
      { users: 1 },
    ]);
  });

  test.each([
    ['nothing', {}, ''],
    ['an empty name', { first_name: ' ' }, '/first_name'],
    ['no name', { last_name: null }, '/last_name'],
    ['a name of 101 characters', { last_name: 'a'.repeat(101) }, '/last_name'],
    ['a national phone number', { phone_number: '0301234567' }, '/phone_number'],
    ['another email', { email: 'ada@example.com' }, '/email'],
    ['a password', { password: 'a password quite new' }, '/password'],
    ['a verification', { first_name: 'Eve', is_verified: true }, '/is_verified'],
    ['roles', { roles: ['ADMIN'] }, '/roles'],
  ])('refuses %s and changes nothing', async (_what, change, pointer) => {
    const shopper = await settledShopper();
    const before = await stateOf(shopper);
    const answer = await patch(shopper, change);
    expectProblem(answer, 422, 'validation_failed');
    expect(pointersOf(answer.body)).toEqual([pointer]);
    expect(await stateOf(shopper)).toEqual(before);
  });
});

async function passwordOf({ user }: Shopper) {
  return sql`SELECT password, updated_at FROM users WHERE id = ${user.id}`;
}

describe('POST /v1/me/password', () => {
  const change = ({ token }: Shopper, current_password: unknown, new_password: unknown) =>
    api('POST', '/v1/me/password', { token, body: { current_password, new_password } });

  test('sets the password, ends all sessions and makes a reset mail worthless', async () => {
    const shopper = await newShopper();
    await login(shopper.email, shopper.password);
    const mail = await newMailToken(db, 'password_reset', shopper.user.id);
    const { status, body } = await change(shopper, shopper.password, 'a password quite new');
    expect({ status, body }).toEqual({ status: 204, body: '' });

    const alive = await sql`SELECT id FROM refresh_tokens WHERE user_id = ${shopper.user.id} AND revoked_at IS NULL`;
    expect(alive).toEqual([]);
    expectProblem(await refresh(shopper.refreshToken), 401, 'invalid_refresh_token');
    const reset = { token: mail?.token, password: 'a password of the mail' };
    expectProblem(await api('POST', '/v1/auth/reset-password', { body: reset }), 400, 'invalid_token');
    expectProblem(await login(shopper.email, shopper.password), 401, 'invalid_credentials');
    expect((await login(shopper.email, 'a password quite new')).status).toBe(200);
    expect((await api('GET', '/v1/me', { token: shopper.token })).status).toBe(200);
    await eventually(async () => {
      const events = await eventsOf(shopper, 'user.password_changed');
      expect(events).toEqual([{ payload: { user_id: shopper.user.id }, is_sent: true }]);
    });
  });

  test('refuses a wrong current password and changes nothing', async () => {
    const shopper = await newShopper();
    const before = await passwordOf(shopper);
    const answer = await change(shopper, 'not the password', 'a password quite new');
    expectProblem(answer, 422, 'validation_failed');
    expect(answer.body.errors).toEqual([
      { pointer: '/current_password', code: 'wrong_password', message: expect.any(String) },
    ]);
    expect(await passwordOf(shopper)).toEqual(before);
    expect(await eventsOf(shopper, 'user.password_changed')).toEqual([]);
    expect((await refresh(shopper.refreshToken)).status).toBe(200);
  });

  test.each([
    ['the email', ({ email }: Shopper) => email.toUpperCase()],
    ['nine characters', () => '123456789'],
    ['129 characters', () => 'p'.repeat(129)],
    ['a common one', () => 'password123'],
  ])('refuses %s as the new one and changes nothing', async (_what, password) => {
    const shopper = await newShopper();
    const before = await passwordOf(shopper);
    const answer = await change(shopper, shopper.password, password(shopper));
    expectProblem(answer, 422, 'validation_failed');
    expect(pointersOf(answer.body)).toEqual(['/new_password']);
    expect(await passwordOf(shopper)).toEqual(before);
    expect((await refresh(shopper.refreshToken)).status).toBe(200);
  });

  test('counts a wrong current password as a failed login, and a right one not', async () => {
    const shopper = await newShopper();
    const failuresOf = () => sql`SELECT failures FROM login_failures WHERE account = ${sha256(shopper.email)}`;
    expect((await change(shopper, shopper.password, 'a password quite new')).status).toBe(204);
    expect(await failuresOf()).toEqual([{ failures: 0 }, { failures: 0 }]);
    for (let i = 0; i < 10; i++) {
      expectProblem(await change(shopper, 'not the password', 'a password even newer'), 422, 'validation_failed');
    }
    const refused = await change(shopper, 'a password quite new', 'a password even newer');
    expectProblem(refused, 429, 'too_many_attempts');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expectProblem(await login(shopper.email, 'a password quite new'), 429, 'too_many_attempts');
    expect(await failuresOf()).toEqual([{ failures: 10 }, { failures: 10 }]);
  });

  test('lets one of several at once succeed, and its password is the one', async () => {
    const shopper = await newShopper();
    const passwords = Array.from({ length: 5 }, (_, i) => `password number ${i}`);
    const answers = await Promise.all(passwords.map((password) => change(shopper, shopper.password, password)));
    expect(statusesOf(answers)).toEqual([204, 422, 422, 422, 422]);
    const winner = passwords[answers.findIndex(({ status }) => status === 204)] ?? '';
    expect((await login(shopper.email, winner)).status).toBe(200);
    expect(await eventsOf(shopper, 'user.password_changed')).toHaveLength(1);
  });

  test('no session that is being prolonged escapes it', async () => {
    const shopper = await newShopper();
    const prolonging = Array.from({ length: 6 }, () => refresh(shopper.refreshToken));
    const [{ status }] = await Promise.all([change(shopper, shopper.password, 'a password quite new'), ...prolonging]);
    expect(status).toBe(204);
    const alive = await sql`SELECT id FROM refresh_tokens WHERE user_id = ${shopper.user.id} AND revoked_at IS NULL`;
    expect(alive).toEqual([]);
  });
});

/** How many values in the users database contain the text, as `table.column`. */
async function findEverywhere(text: string): Promise<string[]> {
  const columns = z.array(z.object({ table: z.string(), column: z.string() })).parse(
    await sql`SELECT table_name AS "table", column_name AS "column" FROM information_schema.columns
                 WHERE table_schema = 'public' AND data_type IN ('text', 'character varying', 'jsonb', 'ARRAY')`,
  );
  expect(columns.length).toBeGreaterThan(30);
  const client = new Client({ connectionString: bindingsOf('users').DATABASE_URL });
  await client.connect();
  try {
    const found: string[] = [];
    for (const { table, column } of columns) {
      const query = `SELECT 1 FROM ${client.escapeIdentifier(table)}
                      WHERE position(lower($1) IN lower(${client.escapeIdentifier(column)}::text)) > 0`;
      const { rowCount } = await client.query(query, [text]);
      if (rowCount) found.push(`${table}.${column}`);
    }
    return found;
  } finally {
    await client.end();
  }
}

describe('DELETE /v1/me', () => {
  const leave = ({ token }: { token: string }) => api('DELETE', '/v1/me', { token });

  test('erases the personal data from every table and keeps the row', async () => {
    const { email, password } = newRegistration();
    const [first_name, last_name] = [`Ada ${email.slice(0, 30)}`, `Lovelace ${email.slice(0, 30)}`];
    const phone_number = newPhoneNumber();
    const registration = { email, password, first_name, last_name, phone_number };
    const { body } = await api('POST', '/v1/auth/register', { body: registration });
    const { user, access_token: token, refresh_token: refreshToken } = body;
    const full_name = `${first_name} ${last_name}`;
    await newAddress(token, { full_name, phone_number });
    await newMailToken(db, 'verification', user.id);
    await newMailToken(db, 'password_reset', user.id);
    const userAgent = `agent of ${user.id}`;
    await sql`UPDATE refresh_tokens SET user_agent = ${userAgent} WHERE user_id = ${user.id}`;
    await sql`INSERT INTO login_failures (account, client, failures, window_ends_at)
              VALUES (${sha256(email)}, '', 1, now() + interval '1 hour')`;
    const change = JSON.stringify({ first_name, last_name, phone_number, email, is_active: true });
    await sql`INSERT INTO audit_log (id, actor_id, action, resource_type, resource_id, before, after, request_id)
              VALUES (${user.id}, ${user.id}, 'user.updated', 'user', ${user.id}, ${change}, ${change}, 'test')`;
    const traces = [email, first_name, last_name, phone_number, userAgent, sha256(email)];
    for (const text of traces) expect(await findEverywhere(text)).not.toEqual([]);

    const answer = await leave({ token });
    expect({ status: answer.status, body: answer.body }).toEqual({ status: 204, body: '' });

    for (const text of traces) expect(await findEverywhere(text)).toEqual([]);
    const state = await stateOf({ token, refreshToken, user, email, password });
    expect(state).toMatchObject({
      user: {
        id: user.id,
        email: `deleted-${user.id}@deleted.invalid`,
        password: '!',
        first_name: '',
        last_name: '',
        phone_number: null,
        is_active: false,
        is_deleted: true,
        deleted_at: expect.any(String),
      },
      addresses: [],
      verifications: [],
      resets: [],
      sessions: [],
      roles: [],
      failures: [],
    });
    const audited = await sql`SELECT before, after FROM audit_log WHERE resource_id = ${user.id}`;
    expect(audited).toEqual([{ before: { is_active: true }, after: { is_active: true } }]);
    await eventually(async () => {
      const events = await sql`SELECT payload, sent_at IS NOT NULL AS is_sent FROM outbox
                                WHERE subject_id = ${user.id} AND type = 'user.deleted'`;
      expect(events).toEqual([{ payload: { user_id: user.id }, is_sent: true }]);
    });
  });

  test('leaves others alone', async () => {
    const [ada, eve] = [await newShopper(), await settledShopper()];
    await newAddress(eve.token);
    const before = await stateOf(eve);
    expect((await leave(ada)).status).toBe(204);
    expect(await stateOf(eve)).toEqual(before);
  });

  test('ends every access', async () => {
    const shopper = await newShopper();
    await leave(shopper);
    const { token } = shopper;
    const paths = ['/v1/me', '/v1/me/addresses', '/v1/me/sessions'];
    for (const path of paths) expectProblem(await api('GET', path, { token }), 401, 'unauthorized');
    expectProblem(await leave(shopper), 401, 'unauthorized');
    expectProblem(await refresh(shopper.refreshToken), 401, 'invalid_refresh_token');
    expectProblem(await login(shopper.email, shopper.password), 401, 'invalid_credentials');
    expectProblem(await login(`deleted-${shopper.user.id}@deleted.invalid`, '!'), 401, 'invalid_credentials');
  });

  test('frees email and phone number at once', async () => {
    const registration = { ...newRegistration(), phone_number: newPhoneNumber() };
    const first = await api('POST', '/v1/auth/register', { body: registration });
    await leave({ token: first.body.access_token });
    const second = await api('POST', '/v1/auth/register', { body: registration });
    expect(second.status).toBe(201);
    expect(second.body.user.id).not.toBe(first.body.user.id);
    expect((await api('GET', '/v1/me', { token: second.body.access_token })).status).toBe(200);
  });

  test('keeps the orders as they are, and takes the cart', async () => {
    const product = await newProduct();
    const buyer = await newBuyer(product.id);
    const order = await placeOrder(buyer);
    expect(order.status).toBe(201);
    const ordersSql = sqlOf('orders');
    const ordersOf = () => ordersSql`SELECT to_jsonb(orders) AS "order" FROM orders WHERE user_id = ${buyer.user.id}`;
    const before = await ordersOf();
    expect(before).toHaveLength(1);
    await add(buyer, product.id, 2);
    expect(await storedCarts(buyer)).toBe(1);
    expect((await leave(buyer)).status).toBe(204);
    await eventually(async () => expect(await storedCarts(buyer)).toBe(0));
    expect(await ordersOf()).toEqual(before);
  });

  test('a cart that there is not, or no more, is no trouble to the event', async () => {
    const shopper = await newShopper();
    await leave(shopper);
    const unsent = () => sql`SELECT id FROM outbox WHERE subject_id = ${shopper.user.id} AND sent_at IS NULL`;
    await eventually(async () => expect(await unsent()).toEqual([]));
    await sql`UPDATE outbox SET sent_at = NULL WHERE subject_id = ${shopper.user.id} AND type = 'user.deleted'`;
    await sweep();
    expect(await unsent()).toEqual([]);
    expect(await storedCarts(shopper)).toBe(0);
  });

  test('happens once when asked for several times at once', async () => {
    const shopper = await newShopper();
    const answers = await Promise.all(Array.from({ length: 5 }, () => leave(shopper)));
    expect(statusesOf(answers)).toEqual([204, 401, 401, 401, 401]);
    expect(await eventsOf(shopper, 'user.deleted')).toHaveLength(1);
  });

  test('no session, token or address that is being added survives it', async () => {
    for (let round = 0; round < 5; round++) {
      const shopper = await newShopper();
      const address = { full_name: 'Sam Shopper', phone_number: '+15035550100', address_line1: '1 Pine Street' };
      const place = { city: 'Portland', state: 'OR', postal_code: '97201', country: 'US', address_type: 'BILLING' };
      const adding = Array.from({ length: 4 }, () =>
        api('POST', '/v1/me/addresses', { token: shopper.token, body: { ...address, ...place } }),
      );
      const prolonging = Array.from({ length: 3 }, () => refresh(shopper.refreshToken));
      const mails = Array.from({ length: 3 }, () => newMailToken(db, 'password_reset', shopper.user.id));
      const [{ status }] = await Promise.all([leave(shopper), ...adding, ...prolonging, ...mails]);
      expect(status).toBe(204);
      expect(await stateOf(shopper)).toMatchObject({ addresses: [], verifications: [], resets: [], sessions: [] });
    }
  });

  test('is refused to the last administrator and changes nothing', async () => {
    const shopper = await settled(await newAdmin());
    await newAddress(shopper.token);
    await withOnlyAdmins([shopper], async () => {
      const before = await stateOf(shopper);
      expectProblem(await leave(shopper), 409, 'last_admin');
      expect(await stateOf(shopper)).toEqual(before);
      expect((await leave(await newShopper())).status).toBe(204);
    });
    expect((await leave(shopper)).status).toBe(204);
  });

  test('leaves one of several administrators that go at once', async () => {
    const shoppers = await Promise.all(Array.from({ length: 4 }, newAdmin));
    await withOnlyAdmins(shoppers, async () => {
      const answers = await Promise.all(shoppers.map(leave));
      expect(statusesOf(answers)).toEqual([204, 204, 204, 409]);
      const left = shoppers.filter((_, i) => answers[i]?.status === 409);
      expectProblem(await leave({ token: left[0]?.token ?? '' }), 409, 'last_admin');
    });
  });
});

describe('all of them', () => {
  const calls = [
    ['GET', '/v1/me', undefined],
    ['PATCH', '/v1/me', { first_name: 'Eve' }],
    ['DELETE', '/v1/me', undefined],
    ['POST', '/v1/me/password', { current_password: 'not the password', new_password: 'a password quite new' }],
  ] as const;

  test.each(calls)('%s %s refuses who is not signed in, and guests', async (method, path, body) => {
    const guest = z.object({ access_token: z.string() }).parse((await api('POST', '/v1/auth/guest')).body);
    expectProblem(await api(method, path, { body }), 401, 'unauthorized');
    expectProblem(await api(method, path, { body, token: guest.access_token }), 403, 'forbidden');
  });

  test.each(calls)('%s %s refuses a deactivated or deleted user and changes nothing', async (method, path, body) => {
    for (const end of [deactivate, markDeleted]) {
      const shopper = await settledShopper();
      await end(shopper.user.id);
      const before = await stateOf(shopper);
      expectProblem(await api(method, path, { body, token: shopper.token }), 401, 'unauthorized');
      expect(await stateOf(shopper)).toEqual(before);
    }
  });
});
