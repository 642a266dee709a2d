import { describe, expect, test } from 'vitest';

import { connect } from '#shared/db/postgres.ts';

import { attemptOf, clearFailures } from '../workers/users/src/store/login-failures.ts';
import { api, expectProblem, newShopper } from './support/client.ts';
import { deactivate, newRegistration, refusalOf, sql } from './support/accounts.ts';
import { bindingsOf } from './support/databases.ts';

const here = '198.51.100.1';
const elsewhere = '198.51.100.2';
const wrong = 'not the password';

function logIn(email: string, password: string, address = here) {
  return api('POST', '/v1/auth/login', { body: { email, password }, headers: { 'cf-connecting-ip': address } });
}

async function fail(email: string, times: number, address = here) {
  for (let i = 0; i < times; i++) expectProblem(await logIn(email, wrong, address), 401, 'invalid_credentials');
}

/** The counted failures of an email from a client, and from all of them. */
async function countsOf(email: string, address = here) {
  const { account, client } = attemptOf(email, address);
  const rows = await sql`SELECT client, failures FROM login_failures WHERE account = ${account}`;
  const failuresOf = (key: string) => rows.find((row) => row['client'] === key)?.['failures'] ?? null;
  return { client: failuresOf(client), account: failuresOf('') };
}

/** Sets the count of a client, or of the account alone (''), as earlier attempts would have. */
async function setCount(email: string, failures: number, client = attemptOf(email, here).client): Promise<void> {
  await sql`INSERT INTO login_failures (account, client, failures, window_ends_at)
            VALUES (${attemptOf(email, '').account}, ${client}, ${failures}, now() + interval '1 hour')`;
}

describe('the tenth failure within 15 minutes', () => {
  test.each([
    ['a known email', async () => newShopper()],
    ['an unknown email', async () => newRegistration()],
  ])('refuses more from that client, the right password too: %s', async (_what, prepare) => {
    const { email, password } = await prepare();
    await fail(email, 9);
    const tenth = await logIn(email, wrong);
    expectProblem(tenth, 401, 'invalid_credentials');
    for (const attempt of [await logIn(email, password), await logIn(email, wrong)]) {
      expectProblem(attempt, 429, 'too_many_attempts');
      const seconds = Number(attempt.headers.get('retry-after'));
      expect(seconds).toBeGreaterThan(14 * 60);
      expect(seconds).toBeLessThanOrEqual(15 * 60);
    }
    expect(await countsOf(email)).toEqual({ client: 10, account: 10 });
  });

  test('refuses in the same words whether or not somebody has the email', async () => {
    const [known, unknown] = [(await newShopper()).email, newRegistration().email];
    await setCount(known, 10);
    await setCount(unknown, 10);
    expect(refusalOf(await logIn(known, wrong))).toEqual(refusalOf(await logIn(unknown, wrong)));
  });

  test('leaves other clients and other emails alone', async () => {
    const { email, password } = await newShopper();
    const other = await newShopper();
    await setCount(email, 10);
    expectProblem(await logIn(email, password), 429, 'too_many_attempts');
    expect((await logIn(email, password, elsewhere)).status).toBe(200);
    expect((await logIn(other.email, other.password)).status).toBe(200);
  });

  test('counts however the email is written', async () => {
    const { email, password } = await newShopper();
    await setCount(email, 8);
    await fail(` ${email.toUpperCase()} `, 1);
    await fail(email, 1);
    expectProblem(await logIn(email, password), 429, 'too_many_attempts');
  });

  test('begins no session and leaves nothing but the count', async () => {
    const { email, password, user } = await newShopper();
    await setCount(email, 10);
    await logIn(email, password);
    expect(await sql`SELECT id FROM refresh_tokens WHERE user_id = ${user.id}`).toHaveLength(1);
  });

  test('is forgotten when the window ends, and a new one begins', async () => {
    const { email, password } = await newShopper();
    const { account, client } = attemptOf(email, here);
    await setCount(email, 10);
    await sql`UPDATE login_failures SET window_ends_at = now() WHERE account = ${account} AND client = ${client}`;
    await fail(email, 1);
    expect(await countsOf(email)).toEqual({ client: 1, account: 1 });
    expect((await logIn(email, password)).status).toBe(200);
  });

  test('does not move the end of the window', async () => {
    const { email } = newRegistration();
    const { account } = attemptOf(email, here);
    await fail(email, 1);
    const before =
      await sql`SELECT client, window_ends_at FROM login_failures WHERE account = ${account} ORDER BY client`;
    await fail(email, 2);
    const after =
      await sql`SELECT client, window_ends_at FROM login_failures WHERE account = ${account} ORDER BY client`;
    expect(after).toEqual(before);
  });

  test('is forgotten after a password reset, for all clients', async () => {
    const { email, password } = await newShopper();
    await setCount(email, 10);
    await fail(email, 1, elsewhere);
    await clearFailures(connect(bindingsOf('users')), email);
    expect(await countsOf(email)).toEqual({ client: null, account: null });
    expect((await logIn(email, password)).status).toBe(200);
  });

  test('cannot be outrun: of 50 wrong passwords at once ten are looked at', async () => {
    const { email } = await newShopper();
    const answers = await Promise.all(Array.from({ length: 50 }, () => logIn(email, wrong)));
    const refusals = answers.filter(({ status }) => status === 429);
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(10);
    expect(refusals).toHaveLength(40);
    expect(await countsOf(email)).toEqual({ client: 10, account: 10 });
  });
});

test('a login takes two round trips to the database, a refusal one, whether or not somebody has the email', async () => {
  const { email, password } = await newShopper();
  const unknown = newRegistration().email;
  await setCount(unknown, 10);
  const answers = [
    await logIn(email, password),
    await logIn(email, wrong),
    await logIn(newRegistration().email, wrong),
    await logIn(unknown, wrong),
  ];
  expect(answers.map(({ headers }) => headers.get('server-timing'))).toEqual(
    [2, 1, 1, 1].map((roundTrips) => `db;desc="${roundTrips}"`),
  );
});

describe('a right password', () => {
  test('is no failure', async () => {
    const { email, password } = await newShopper();
    for (let i = 0; i < 12; i++) expect((await logIn(email, password)).status).toBe(200);
    expect(await countsOf(email)).toEqual({ client: 0, account: 0 });
  });

  test('does not make the failures before it forgotten', async () => {
    const { email, password } = await newShopper();
    await setCount(email, 9);
    expect((await logIn(email, password)).status).toBe(200);
    expect(await countsOf(email)).toEqual({ client: 9, account: 0 });
    await fail(email, 1);
    expectProblem(await logIn(email, password), 429, 'too_many_attempts');
  });

  test('is no failure for a deactivated account either', async () => {
    const { email, password, user } = await newShopper();
    await deactivate(user.id);
    expectProblem(await logIn(email, password), 403, 'account_inactive');
    expect(await countsOf(email)).toEqual({ client: 0, account: 0 });
  });

  test('among wrong ones at once leaves exactly those counted', async () => {
    const { email, password } = await newShopper();
    const tried = [password, wrong, password, wrong, password, wrong];
    const answers = await Promise.all(tried.map((each) => logIn(email, each)));
    expect(answers.map(({ status }) => status)).toEqual([200, 401, 200, 401, 200, 401]);
    expect(await countsOf(email)).toEqual({ client: 3, account: 3 });
  });
});

describe('the hundredth failure of an account', () => {
  test('refuses every client until its own window ends', async () => {
    const { email, password } = await newShopper();
    await setCount(email, 99, '');
    await fail(email, 1);
    const refused = await logIn(email, password, elsewhere);
    expectProblem(refused, 429, 'too_many_attempts');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(59 * 60);
    expect(await countsOf(email, elsewhere)).toEqual({ client: 0, account: 100 });
    await sql`UPDATE login_failures SET window_ends_at = now() WHERE account = ${attemptOf(email, '').account}`;
    expect((await logIn(email, password, elsewhere)).status).toBe(200);
  });

  test('cannot be outrun by many clients', async () => {
    const { email } = newRegistration();
    await setCount(email, 95, '');
    const answers = await Promise.all(Array.from({ length: 12 }, (_, i) => logIn(email, wrong, `203.0.113.${i}`)));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(5);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(7);
  });

  test('is not reached by attempts that were refused', async () => {
    const { email } = newRegistration();
    await setCount(email, 10);
    for (let i = 0; i < 3; i++) expectProblem(await logIn(email, wrong), 429, 'too_many_attempts');
    expect(await countsOf(email)).toEqual({ client: 10, account: 0 });
  });
});

test('the sweep deletes counts whose window is over, and no others', async () => {
  const [over, running] = [newRegistration().email, newRegistration().email];
  await fail(over, 1);
  await fail(running, 1);
  await sql`UPDATE login_failures SET window_ends_at = now() WHERE account = ${attemptOf(over, '').account}`;
  expect((await api('POST', '/dev/sweep')).status).toBe(200);
  expect(await countsOf(over)).toEqual({ client: null, account: null });
  expect(await countsOf(running)).toEqual({ client: 1, account: 1 });
});
