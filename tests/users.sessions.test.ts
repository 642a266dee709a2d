import { Client } from 'pg';
import { describe, expect, test } from 'vitest';

import { newSecret } from '#shared/auth/secrets.ts';
import { connect } from '#shared/db/postgres.ts';

import { attemptOf } from '../workers/users/src/store/login-failures.ts';
import { beginSession } from '../workers/users/src/store/sessions.ts';
import { api, eventually, expectProblem, newShopper } from './support/client.ts';
import { bindingsOf } from './support/databases.ts';
import { deactivate, markDeleted, Session, sql } from './support/accounts.ts';

function refresh(refresh_token: string) {
  return api('POST', '/v1/auth/refresh', { body: { refresh_token } });
}

async function refreshed(token: string): Promise<string> {
  return Session.parse((await refresh(token)).body).refresh_token;
}

function logout(refresh_token: string) {
  return api('POST', '/v1/auth/logout', { body: { refresh_token } });
}

/** The user's tokens by state. */
async function tokensOf(userId: string) {
  const [row] = await sql`
    SELECT count(*) FILTER (WHERE replaced_at IS NULL AND revoked_at IS NULL)::int AS fresh,
           count(*) FILTER (WHERE replaced_at IS NOT NULL AND revoked_at IS NULL)::int AS replaced,
           count(*) FILTER (WHERE revoked_at IS NOT NULL)::int AS revoked
      FROM refresh_tokens WHERE user_id = ${userId}`;
  return row;
}

/** Makes the replacement of the user's tokens lie this long back. */
async function ageReplacement(userId: string, seconds: number): Promise<void> {
  await sql`UPDATE refresh_tokens SET replaced_at = now() - make_interval(secs => ${seconds})
             WHERE user_id = ${userId} AND replaced_at IS NOT NULL`;
}

describe('POST /v1/auth/refresh', () => {
  test('replaces the token and gives a working access token', async () => {
    const { refreshToken, user } = await newShopper();
    const { status, body, headers } = await refresh(refreshToken);
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    const session = Session.parse(body);
    expect(session.user).toEqual(user);
    expect(session.refresh_token).not.toBe(refreshToken);
    expect((await api('GET', '/v1/me', { token: session.access_token })).status).toBe(200);
    expect(await tokensOf(user.id)).toEqual({ fresh: 1, replaced: 1, revoked: 0 });
    const families = await sql`SELECT DISTINCT family_id FROM refresh_tokens WHERE user_id = ${user.id}`;
    expect(families).toHaveLength(1);
  });

  test('a token lives 30 days from its own creation', async () => {
    const { refreshToken, user } = await newShopper();
    await refreshed(refreshToken);
    const lives = await sql`SELECT EXTRACT(EPOCH FROM expires_at - created_at)::int AS seconds
                              FROM refresh_tokens WHERE user_id = ${user.id}`;
    expect(lives).toEqual([{ seconds: 2_592_000 }, { seconds: 2_592_000 }]);
  });

  test('the token just replaced works again, each time for a new one of the family', async () => {
    const { refreshToken, user } = await newShopper();
    const tokens = [await refreshed(refreshToken), await refreshed(refreshToken), await refreshed(refreshToken)];
    expect(new Set(tokens).size).toBe(3);
    expect(await tokensOf(user.id)).toEqual({ fresh: 3, replaced: 1, revoked: 0 });
    for (const token of tokens) expect((await refresh(token)).status).toBe(200);
  });

  test('using it again does not prolong its time', async () => {
    const { refreshToken, user } = await newShopper();
    await refreshed(refreshToken);
    await ageReplacement(user.id, 8);
    await refreshed(refreshToken);
    const [replaced] = await sql`SELECT replaced_at < now() - interval '7 seconds' AS long_ago FROM refresh_tokens
                                  WHERE user_id = ${user.id} AND replaced_at IS NOT NULL`;
    expect(replaced).toEqual({ long_ago: true });
  });

  test('ten at once with one token all get tokens of one family', async () => {
    const { refreshToken, user } = await newShopper();
    const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(refreshToken)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200));
    expect(new Set(answers.map(({ body }) => Session.parse(body).refresh_token)).size).toBe(10);
    expect(await tokensOf(user.id)).toEqual({ fresh: 10, replaced: 1, revoked: 0 });
  });

  test('a replaced token after 10 seconds revokes the whole family, and no other', async () => {
    const { refreshToken, user, email, password } = await newShopper();
    const other = Session.parse((await api('POST', '/v1/auth/login', { body: { email, password } })).body);
    const next = await refreshed(refreshToken);
    await ageReplacement(user.id, 11);
    const reused = await refresh(refreshToken);
    expectProblem(reused, 401, 'invalid_refresh_token');
    expect(reused.headers.get('www-authenticate')).toBe('Bearer');
    expectProblem(await refresh(next), 401, 'invalid_refresh_token');
    expect(await tokensOf(user.id)).toEqual({ fresh: 1, replaced: 0, revoked: 2 });
    expect((await refresh(other.refresh_token)).status).toBe(200);
  });

  test('a revoked token revokes what is left of its family', async () => {
    const { refreshToken, user } = await newShopper();
    await refreshed(refreshToken);
    await sql`UPDATE refresh_tokens SET revoked_at = now() WHERE user_id = ${user.id} AND replaced_at IS NOT NULL`;
    expectProblem(await refresh(refreshToken), 401, 'invalid_refresh_token');
    expect(await tokensOf(user.id)).toEqual({ fresh: 0, replaced: 0, revoked: 2 });
  });

  test('an old token and the current one at once leave no token alive', async () => {
    const { refreshToken, user } = await newShopper();
    const current = await refreshed(refreshToken);
    await ageReplacement(user.id, 11);
    await Promise.all([current, refreshToken, current, refreshToken, current].map(refresh));
    expect(await tokensOf(user.id)).toMatchObject({ fresh: 0, replaced: 0 });
  });

  test('a token unknown, or past its life, is refused and changes nothing', async () => {
    const { refreshToken, user } = await newShopper();
    await sql`UPDATE refresh_tokens SET expires_at = now() WHERE user_id = ${user.id}`;
    expectProblem(await refresh(refreshToken), 401, 'invalid_refresh_token');
    expectProblem(await refresh('A'.repeat(43)), 401, 'invalid_refresh_token');
    expect(await tokensOf(user.id)).toEqual({ fresh: 1, replaced: 0, revoked: 0 });
  });

  test.each([
    ['deactivated', deactivate],
    ['deleted', markDeleted],
  ])('a %s user is refused and nothing changes', async (_what, end) => {
    const { refreshToken, user } = await newShopper();
    await end(user.id);
    expectProblem(await refresh(refreshToken), 401, 'invalid_refresh_token');
    expect(await tokensOf(user.id)).toEqual({ fresh: 1, replaced: 0, revoked: 0 });
  });

  test.each([{}, { refresh_token: '' }, { refresh_token: 1 }, { refresh_token: 'a', more: 1 }])(
    'refuses the body %j',
    async (body) => {
      expectProblem(await api('POST', '/v1/auth/refresh', { body }), 422, 'validation_failed');
    },
  );
});

describe('POST /v1/auth/logout', () => {
  test('ends the session of the token, and no other', async () => {
    const { refreshToken, user, email, password } = await newShopper();
    const other = Session.parse((await api('POST', '/v1/auth/login', { body: { email, password } })).body);
    const next = await refreshed(refreshToken);
    const { status, body } = await logout(next);
    expect({ status, body }).toEqual({ status: 204, body: '' });
    expectProblem(await refresh(next), 401, 'invalid_refresh_token');
    expectProblem(await refresh(refreshToken), 401, 'invalid_refresh_token');
    expect((await refresh(other.refresh_token)).status).toBe(200);
    expect(await tokensOf(user.id)).toEqual({ fresh: 1, replaced: 1, revoked: 2 });
  });

  test('answers 204 for a dead or unknown token too', async () => {
    const { refreshToken } = await newShopper();
    expect((await logout(refreshToken)).status).toBe(204);
    expect((await logout(refreshToken)).status).toBe(204);
    expect((await logout('A'.repeat(43))).status).toBe(204);
  });

  test('a replaced token ends the session it belongs to', async () => {
    const { refreshToken, user } = await newShopper();
    await refreshed(refreshToken);
    await ageReplacement(user.id, 60);
    expect((await logout(refreshToken)).status).toBe(204);
    expect(await tokensOf(user.id)).toEqual({ fresh: 0, replaced: 0, revoked: 2 });
  });

  test('no token that is being added escapes it', async () => {
    const { refreshToken, user } = await newShopper();
    const racing = Array.from({ length: 6 }, () => refresh(refreshToken));
    await Promise.all([...racing, logout(refreshToken)]);
    expect(await tokensOf(user.id)).toMatchObject({ fresh: 0, replaced: 0 });
  });
});

describe('a login whose account changes after it was read', () => {
  const db = connect(bindingsOf('users'));
  const attempt = attemptOf('nobody@example.com', 'local');

  function begin(credentials: { id: string; password: string }): Promise<boolean> {
    return beginSession(db, credentials, { token: newSecret(), userAgent: null }, attempt);
  }

  async function credentialsOf(id: string): Promise<{ id: string; password: string }> {
    const [row] = await sql`SELECT password FROM users WHERE id = ${id}`;
    return { id, password: String(row?.['password']) };
  }

  test.each([
    ['deactivated', deactivate],
    ['deleted', markDeleted],
  ])('begins no session when it was %s', async (_what, end) => {
    const { user } = await newShopper();
    const credentials = await credentialsOf(user.id);
    await end(user.id);
    expect(await begin(credentials)).toBe(false);
    expect(await tokensOf(user.id)).toEqual({ fresh: 1, replaced: 0, revoked: 0 });
  });

  test('waits for a change of password under way, then begins none', async () => {
    const { user } = await newShopper();
    const credentials = await credentialsOf(user.id);
    const client = new Client({ connectionString: bindingsOf('users').DATABASE_URL });
    await client.connect();
    try {
      await client.query('BEGIN');
      await client.query(`UPDATE users SET password = 'another hash' WHERE id = $1`, [user.id]);
      const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      const begun = begin(credentials);
      await eventually(async () => {
        const waiting = await sql`SELECT 1 FROM pg_stat_activity WHERE ${rows[0]?.pid} = ANY(pg_blocking_pids(pid))`;
        expect(waiting).toHaveLength(1);
      });
      await client.query('COMMIT');
      expect(await begun).toBe(false);
    } finally {
      await client.end();
    }
    expect(await tokensOf(user.id)).toEqual({ fresh: 1, replaced: 0, revoked: 0 });
  });
});

describe('the sweep', () => {
  test('deletes tokens past their life, and no others', async () => {
    const gone = await newShopper();
    const kept = await newShopper();
    await sql`UPDATE refresh_tokens SET expires_at = now() - interval '1 second' WHERE user_id = ${gone.user.id}`;
    expect((await api('POST', '/dev/sweep')).status).toBe(200);
    expect(await tokensOf(gone.user.id)).toEqual({ fresh: 0, replaced: 0, revoked: 0 });
    expect(await tokensOf(kept.user.id)).toEqual({ fresh: 1, replaced: 0, revoked: 0 });
  });

  test('sends events that were left behind', async () => {
    const { user } = await newShopper();
    const unsent = () => sql`SELECT id FROM outbox WHERE subject_id = ${user.id} AND sent_at IS NULL`;
    await eventually(async () => expect(await unsent()).toEqual([]));
    await sql`UPDATE outbox SET sent_at = NULL WHERE subject_id = ${user.id}`;
    expect((await api('POST', '/dev/sweep')).status).toBe(200);
    expect(await unsent()).toEqual([]);
  });
});
