import { describe, expect, test } from 'vitest';

import { newSecret, sha256 } from '#shared/auth/secrets.ts';
import { connect } from '#shared/db/postgres.ts';
import { newEvent } from '#shared/events/events.ts';

import { findContact, newMailToken } from '../workers/users/src/store/mail-tokens.ts';
import { resetPassword } from '../workers/users/src/store/passwords.ts';
import { deactivate, markDeleted, pointersOf, sql } from './support/accounts.ts';
import { type Answer, api, eventually, expectProblem, newShopper, type Shopper } from './support/client.ts';
import { bindingsOf } from './support/databases.ts';
import { settledShopper } from './support/mails.ts';

const db = connect(bindingsOf('users'));
const nobody = '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f';

async function mailed(kind: 'verification' | 'password_reset', { user }: Shopper): Promise<string> {
  const mail = await newMailToken(db, kind, user.id);
  if (!mail) throw new Error('There is nobody to write to.');
  return mail.token;
}

function verify(token: unknown) {
  return api('POST', '/v1/auth/verify-email', { body: { token } });
}

function reset(token: unknown, password: unknown) {
  return api('POST', '/v1/auth/reset-password', { body: { token, password } });
}

function login(email: string, password: string) {
  return api('POST', '/v1/auth/login', { body: { email, password } });
}

function refresh(refresh_token: string) {
  return api('POST', '/v1/auth/refresh', { body: { refresh_token } });
}

function statusesOf(answers: Answer[]): number[] {
  return answers.map(({ status }) => status).toSorted((a, b) => a - b);
}

/** The user's rows that a mailed token can change. */
async function stateOf({ user }: Shopper) {
  const [row] = await sql`SELECT to_jsonb(users) AS "user",
      ARRAY(SELECT to_jsonb(mailed) FROM email_verification_tokens AS mailed WHERE user_id = users.id) AS verifications,
      ARRAY(SELECT to_jsonb(mailed) FROM password_reset_tokens AS mailed WHERE user_id = users.id) AS resets,
      ARRAY(SELECT to_jsonb(session) FROM refresh_tokens AS session WHERE user_id = users.id ORDER BY id) AS sessions,
      ARRAY(SELECT type FROM outbox WHERE subject_id = users.id ORDER BY id) AS events
    FROM users WHERE id = ${user.id}`;
  return row;
}

async function eventsOf({ user }: Shopper, type: string) {
  return sql`SELECT payload, sent_at IS NOT NULL AS is_sent FROM outbox WHERE subject_id = ${user.id} AND type = ${type}`;
}

async function ageTokens({ user }: Shopper, table: string) {
  return table === 'verification'
    ? sql`UPDATE email_verification_tokens SET expires_at = now() WHERE user_id = ${user.id}`
    : sql`UPDATE password_reset_tokens SET expires_at = now() WHERE user_id = ${user.id}`;
}

describe('the token of a mail', () => {
  test.each([
    ['verification', 86_400],
    ['password_reset', 3_600],
  ] as const)('for %s is kept as a hash, lives %i seconds and is told with the contact', async (kind, seconds) => {
    const shopper = await settledShopper();
    const mail = await newMailToken(db, kind, shopper.user.id);
    expect(mail).toEqual({
      email: shopper.email,
      first_name: 'Sam',
      token: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
      expires_at: expect.any(Date),
    });
    const kept = await sql`
      SELECT token, is_used, EXTRACT(EPOCH FROM expires_at - created_at)::int AS seconds, expires_at
        FROM (SELECT * FROM email_verification_tokens UNION ALL SELECT * FROM password_reset_tokens) AS tokens
       WHERE user_id = ${shopper.user.id} AND token = ${sha256(mail?.token ?? '')}`;
    expect(kept).toEqual([{ token: sha256(mail?.token ?? ''), is_used: false, seconds, expires_at: mail?.expires_at }]);
  });

  test('replaces the one before, also when many are made at once', async () => {
    const shopper = await settledShopper();
    const old = await mailed('password_reset', shopper);
    const made = await Promise.all(Array.from({ length: 10 }, () => mailed('password_reset', shopper)));
    const kept = await sql`SELECT token FROM password_reset_tokens WHERE user_id = ${shopper.user.id}`;
    expect(kept).toHaveLength(1);
    expect(made.map(sha256)).toContain(kept[0]?.['token']);
    expectProblem(await reset(old, 'a password of the old mail'), 400, 'invalid_token');
  });

  test.each([
    ['deactivated', deactivate],
    ['deleted', markDeleted],
  ])('is not made for somebody who is %s', async (_what, end) => {
    const shopper = await settledShopper();
    await mailed('password_reset', shopper);
    await end(shopper.user.id);
    const before = await stateOf(shopper);
    expect(await newMailToken(db, 'verification', shopper.user.id)).toBeNull();
    expect(await newMailToken(db, 'password_reset', shopper.user.id)).toBeNull();
    expect(await stateOf(shopper)).toEqual(before);
  });

  test('is not made for somebody unknown, nor to verify once more', async () => {
    expect(await newMailToken(db, 'verification', nobody)).toBeNull();
    expect(await newMailToken(db, 'password_reset', nobody)).toBeNull();
    const shopper = await settledShopper();
    expect((await verify(await mailed('verification', shopper))).status).toBe(204);
    expect(await newMailToken(db, 'verification', shopper.user.id)).toBeNull();
  });
});

describe('the contact of a user', () => {
  test('is told, also of somebody deactivated', async () => {
    const { user, email } = await newShopper();
    expect(await findContact(db, user.id)).toEqual({ email, first_name: 'Sam' });
    await deactivate(user.id);
    expect(await findContact(db, user.id)).toEqual({ email, first_name: 'Sam' });
  });

  test('is not told of somebody deleted or unknown', async () => {
    const { user } = await newShopper();
    await markDeleted(user.id);
    expect(await findContact(db, user.id)).toBeNull();
    expect(await findContact(db, nobody)).toBeNull();
  });
});

describe('POST /v1/auth/verify-email', () => {
  test('verifies the email address, once', async () => {
    const shopper = await settledShopper();
    const token = await mailed('verification', shopper);
    const { status, body, headers } = await verify(token);
    expect({ status, body }).toEqual({ status: 204, body: '' });
    expect(headers.get('cache-control')).toBe('no-store');
    const me = await api('GET', '/v1/me', { token: shopper.token });
    expect(me.body.is_verified).toBe(true);
    const after = await stateOf(shopper);
    expect(after).toMatchObject({ verifications: [{ token: sha256(token), is_used: true }] });
    expectProblem(await verify(token), 400, 'invalid_token');
    expect(await stateOf(shopper)).toEqual(after);
  });

  test('lets one of twenty at once succeed', async () => {
    const token = await mailed('verification', await settledShopper());
    const answers = await Promise.all(Array.from({ length: 20 }, () => verify(token)));
    expect(statusesOf(answers)).toEqual([204, ...Array.from({ length: 19 }, () => 400)]);
  });

  test('gets on with new mails under way', async () => {
    const shopper = await settledShopper();
    const token = await mailed('verification', shopper);
    const mails = Array.from({ length: 8 }, () => newMailToken(db, 'verification', shopper.user.id));
    const [{ status }] = await Promise.all([verify(token), ...mails]);
    expect([204, 400]).toContain(status);
    const [row] = await sql`SELECT is_verified FROM users WHERE id = ${shopper.user.id}`;
    expect(row).toEqual({ is_verified: status === 204 });
  });

  test.each([
    ['expired', (shopper: Shopper) => ageTokens(shopper, 'verification')],
    ['of a deactivated account', ({ user }: Shopper) => deactivate(user.id)],
    ['of a deleted account', ({ user }: Shopper) => markDeleted(user.id)],
  ])('refuses a token that is %s', async (_what, spoil) => {
    const shopper = await settledShopper();
    const token = await mailed('verification', shopper);
    await spoil(shopper);
    const before = await stateOf(shopper);
    expectProblem(await verify(token), 400, 'invalid_token');
    expect(await stateOf(shopper)).toEqual(before);
  });

  test('refuses a token that is unknown, replaced, a hash, or for a password', async () => {
    const shopper = await settledShopper();
    const replaced = await mailed('verification', shopper);
    const current = await mailed('verification', shopper);
    const other = await mailed('password_reset', shopper);
    const before = await stateOf(shopper);
    for (const token of [newSecret(), replaced, sha256(current), other, 'a\0b']) {
      expectProblem(await verify(token), 400, 'invalid_token');
    }
    expect(await stateOf(shopper)).toEqual(before);
  });

  test.each([{}, { token: '' }, { token: 1 }, { token: 'a'.repeat(501) }, { token: 'a', more: 1 }])(
    'refuses the body %j',
    async (body) => {
      expectProblem(await api('POST', '/v1/auth/verify-email', { body }), 422, 'validation_failed');
    },
  );
});

describe.each([
  ['/v1/auth/resend-verification', 'user.verification_requested'],
  ['/v1/auth/forgot-password', 'user.password_reset_requested'],
] as const)('POST %s', (path, type) => {
  const ask = (email: unknown) => api('POST', path, { body: { email } });

  test('tells of the request, however the email is written', async () => {
    const shopper = await newShopper();
    const { status, body, headers } = await ask(` ${shopper.email.toUpperCase()} `);
    expect({ status, body }).toEqual({ status: 202, body: '' });
    expect(headers.get('cache-control')).toBe('no-store');
    await eventually(async () => {
      expect(await eventsOf(shopper, type)).toEqual([{ payload: { user_id: shopper.user.id }, is_sent: true }]);
    });
  });

  test('answers the same for who is not to be written to, and tells of nothing', async () => {
    const known = await ask((await newShopper()).email);
    const [inactive, deleted] = [await newShopper(), await newShopper()];
    await deactivate(inactive.user.id);
    await markDeleted(deleted.user.id);
    const [before] = await sql`SELECT count(*)::int AS events FROM outbox`;
    for (const email of [`${newSecret()}@example.com`, inactive.email, deleted.email]) {
      const { status, body, headers } = await ask(email);
      expect({ status, body }).toEqual({ status: known.status, body: known.body });
      expect([...headers.keys()]).toEqual([...known.headers.keys()]);
      // The same round trips to the database: those that the answer was made with.
      expect(headers.get('server-timing')).toBe(known.headers.get('server-timing'));
    }
    expect(await sql`SELECT count(*)::int AS events FROM outbox`).toEqual([before]);
  });

  test('asks for five mails an hour at most, and answers all requests alike', async () => {
    const shopper = await newShopper();
    const answers = await Promise.all(Array.from({ length: 12 }, () => ask(shopper.email)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 12 }, () => 202));
    expect(await eventsOf(shopper, type)).toHaveLength(5);
    expect((await ask(shopper.email)).status).toBe(202);
    expect(await eventsOf(shopper, type)).toHaveLength(5);
    // Event ids begin with their time: these now lie decades back.
    await sql`UPDATE outbox SET id = overlay(id::text PLACING '00' FROM 1 FOR 2)::uuid
               WHERE subject_id = ${shopper.user.id}`;
    expect((await ask(shopper.email)).status).toBe(202);
    expect(await eventsOf(shopper, type)).toHaveLength(6);
  });

  test('counts for one account and kind of mail only', async () => {
    const [busy, other] = [await newShopper(), await newShopper()];
    for (let i = 0; i < 6; i++) await ask(busy.email);
    await ask(other.email);
    expect(await eventsOf(other, type)).toHaveLength(1);
    for (const each of ['/v1/auth/resend-verification', '/v1/auth/forgot-password']) {
      await api('POST', each, { body: { email: busy.email } });
    }
    const counts = await sql`SELECT type, count(*)::int AS events FROM outbox
      WHERE subject_id = ${busy.user.id} AND type LIKE 'user.%_requested' GROUP BY type ORDER BY events`;
    expect(counts.map(({ events }) => events)).toEqual([1, 5]);
  });

  test.each([{}, { email: 'ada' }, { email: 1 }, { email: 'ada@example.com', more: 1 }])(
    'refuses the body %j',
    async (body) => {
      expectProblem(await api('POST', path, { body }), 422, 'validation_failed');
    },
  );
});

test('a verified account can ask for no verification', async () => {
  const shopper = await settledShopper();
  await verify(await mailed('verification', shopper));
  const { status } = await api('POST', '/v1/auth/resend-verification', { body: { email: shopper.email } });
  expect(status).toBe(202);
  expect(await eventsOf(shopper, 'user.verification_requested')).toEqual([]);
});

describe('POST /v1/auth/reset-password', () => {
  test('sets the password, ends all sessions and forgives failed logins', async () => {
    const [shopper, other] = [await settledShopper(), await settledShopper()];
    for (const { email } of [shopper, other]) {
      await sql`INSERT INTO login_failures (account, client, failures, window_ends_at)
                VALUES (${sha256(email)}, ${sha256('client')}, 3, now() + interval '1 hour'),
                       (${sha256(email)}, '', 3, now() + interval '1 hour')`;
    }
    const untouched = await stateOf(other);
    const token = await mailed('password_reset', shopper);
    const { status, body, headers } = await reset(token, 'a password quite new');
    expect({ status, body }).toEqual({ status: 204, body: '' });
    expect(headers.get('cache-control')).toBe('no-store');

    expectProblem(await refresh(shopper.refreshToken), 401, 'invalid_refresh_token');
    expect(await stateOf(shopper)).toMatchObject({
      user: { is_verified: true, password: expect.stringMatching(/^\$scrypt\$/) },
      resets: [{ is_used: true }],
      sessions: [{ revoked_at: expect.any(String) }],
    });
    const failures = await sql`SELECT account FROM login_failures
                                WHERE account IN (${sha256(shopper.email)}, ${sha256(other.email)})`;
    expect(failures).toEqual([{ account: sha256(other.email) }, { account: sha256(other.email) }]);
    expect(await stateOf(other)).toEqual(untouched);
    await eventually(async () => {
      const events = await eventsOf(shopper, 'user.password_changed');
      expect(events).toEqual([{ payload: { user_id: shopper.user.id }, is_sent: true }]);
    });
    expectProblem(await login(shopper.email, shopper.password), 401, 'invalid_credentials');
    expect((await login(shopper.email, 'a password quite new')).status).toBe(200);
  });

  test('lets one of twenty at once succeed, and its password is the one', async () => {
    const shopper = await settledShopper();
    const token = await mailed('password_reset', shopper);
    const passwords = Array.from({ length: 20 }, (_, i) => `password number ${i}`);
    const answers = await Promise.all(passwords.map((password) => reset(token, password)));
    expect(statusesOf(answers)).toEqual([204, ...Array.from({ length: 19 }, () => 400)]);
    const winner = passwords[answers.findIndex(({ status }) => status === 204)] ?? '';
    expect((await login(shopper.email, winner)).status).toBe(200);
    expect(await eventsOf(shopper, 'user.password_changed')).toHaveLength(1);
  });

  test('lets one of twenty that come to the database at once succeed', async () => {
    const shopper = await settledShopper();
    const token = await mailed('password_reset', shopper);
    const account = { id: shopper.user.id, email: shopper.email };
    const resets = Array.from({ length: 20 }, (_, i) => {
      const event = newEvent('user.password_changed', account.id, { user_id: account.id });
      return resetPassword(db, token, { account, hash: `hash ${i}`, event });
    });
    const succeeded = await Promise.all(resets);
    expect(succeeded.filter(Boolean)).toHaveLength(1);
    const [row] = await sql`SELECT password FROM users WHERE id = ${account.id}`;
    expect(row).toEqual({ password: `hash ${succeeded.indexOf(true)}` });
    expect(await eventsOf(shopper, 'user.password_changed')).toHaveLength(1);
  });

  test('no session that is being prolonged escapes it', async () => {
    const shopper = await settledShopper();
    const token = await mailed('password_reset', shopper);
    const prolonging = Array.from({ length: 6 }, () => refresh(shopper.refreshToken));
    const [{ status }] = await Promise.all([reset(token, 'a password quite new'), ...prolonging]);
    expect(status).toBe(204);
    const alive = await sql`SELECT id FROM refresh_tokens WHERE user_id = ${shopper.user.id} AND revoked_at IS NULL`;
    expect(alive).toEqual([]);
  });

  test('a refused password does not use the token up', async () => {
    const shopper = await settledShopper();
    const token = await mailed('password_reset', shopper);
    const before = await stateOf(shopper);
    for (const password of [shopper.email, shopper.email.toUpperCase(), 'password123', '123456789', 'p'.repeat(129)]) {
      const answer = await reset(token, password);
      expectProblem(answer, 422, 'validation_failed');
      expect(pointersOf(answer.body)).toEqual(['/password']);
    }
    expect(await stateOf(shopper)).toEqual(before);
    expect((await reset(token, 'a password quite new')).status).toBe(204);
  });

  test.each([
    ['expired', (shopper: Shopper) => ageTokens(shopper, 'password_reset')],
    ['of a deactivated account', ({ user }: Shopper) => deactivate(user.id)],
    ['of a deleted account', ({ user }: Shopper) => markDeleted(user.id)],
  ])('refuses a token that is %s', async (_what, spoil) => {
    const shopper = await settledShopper();
    const token = await mailed('password_reset', shopper);
    await spoil(shopper);
    const before = await stateOf(shopper);
    expectProblem(await reset(token, 'a password quite new'), 400, 'invalid_token');
    expect(await stateOf(shopper)).toEqual(before);
  });

  test('refuses a token that is unknown, used, a hash, or for an email address', async () => {
    const shopper = await settledShopper();
    const used = await mailed('password_reset', shopper);
    await reset(used, 'a password quite new');
    const other = await mailed('verification', await settledShopper());
    const before = await stateOf(shopper);
    for (const token of [newSecret(), used, sha256(used), other]) {
      expectProblem(await reset(token, 'a password even newer'), 400, 'invalid_token');
    }
    expect(await stateOf(shopper)).toEqual(before);
  });

  test.each([
    {},
    { token: 'a' },
    { password: 'a password quite new' },
    { token: 'a', password: 'p'.repeat(10), more: 1 },
  ])('refuses the body %j', async (body) => {
    expectProblem(await api('POST', '/v1/auth/reset-password', { body }), 422, 'validation_failed');
  });
});
