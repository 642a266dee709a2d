import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { deactivate, markDeleted, sql } from './support/accounts.ts';
import { api, expectProblem, newShopper, type Shopper } from './support/client.ts';

const OpenSession = z.strictObject({
  id: z.uuidv7(),
  user_agent: z.string().nullable(),
  created_at: z.iso.datetime({ precision: 3 }),
  last_used_at: z.iso.datetime({ precision: 3 }),
  expires_at: z.iso.datetime({ precision: 3 }),
});
const Page = z.strictObject({
  data: z.array(OpenSession),
  page: z.strictObject({ next_cursor: z.string().nullable(), has_more: z.boolean() }),
});

const nobody = '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f';

async function list({ token }: Shopper, query = '') {
  return Page.parse((await api('GET', `/v1/me/sessions${query}`, { token })).body);
}

async function idsOf(shopper: Shopper): Promise<string[]> {
  return (await list(shopper)).data.map(({ id }) => id);
}

function end({ token }: { token?: string }, id: string) {
  return api('DELETE', `/v1/me/sessions/${id}`, token === undefined ? {} : { token });
}

/** Signs in once more; the refresh token. */
async function signIn({ email, password }: Shopper, headers: Record<string, string> = {}): Promise<string> {
  const { status, body } = await api('POST', '/v1/auth/login', { body: { email, password }, headers });
  expect(status).toBe(200);
  return body.refresh_token;
}

function refresh(refresh_token: string) {
  return api('POST', '/v1/auth/refresh', { body: { refresh_token } });
}

async function tokensOf({ user }: Shopper) {
  return sql`SELECT * FROM refresh_tokens WHERE user_id = ${user.id} ORDER BY id`;
}

describe('GET /v1/me/sessions', () => {
  test('lists one session for each login, newest first', async () => {
    const shopper = await newShopper();
    await newShopper();
    await signIn(shopper);
    await signIn(shopper);
    const families = await sql`SELECT family_id FROM refresh_tokens WHERE user_id = ${shopper.user.id}
                                ORDER BY created_at DESC, id DESC`;
    expect(await idsOf(shopper)).toEqual(families.map(({ family_id }) => family_id));
    expect((await api('GET', '/v1/me/sessions', { token: shopper.token })).headers.get('cache-control')).toBe(
      'no-store',
    );
  });

  test('shows what the client called itself, and since when and until when it is signed in', async () => {
    const shopper = await newShopper();
    await api('DELETE', `/v1/me/sessions/${(await idsOf(shopper))[0]}`, { token: shopper.token });
    await signIn(shopper, { 'user-agent': 'Firefox on Linux' });
    const token = (await tokensOf(shopper)).at(-1);
    const stored = z.object({ family_id: z.string(), created_at: z.date(), expires_at: z.date() }).parse(token);
    const { data } = await list(shopper);
    expect(data).toEqual([
      {
        id: stored.family_id,
        user_agent: 'Firefox on Linux',
        created_at: expect.any(String),
        last_used_at: stored.created_at.toISOString(),
        expires_at: stored.expires_at.toISOString(),
      },
    ]);
    // Made by the service just before the row was.
    const began = new Date(data[0]?.created_at ?? 0).getTime();
    expect(Math.abs(stored.created_at.getTime() - began)).toBeLessThan(60_000);
  });

  test('counts a prolonged session once: with its beginning, and the time of its last token', async () => {
    const shopper = await newShopper();
    const [before] = (await list(shopper)).data;
    // As if it had begun ten days ago.
    await sql`UPDATE refresh_tokens SET created_at = created_at - interval '10 days',
                     expires_at = expires_at - interval '10 days' WHERE user_id = ${shopper.user.id}`;
    expect((await refresh(shopper.refreshToken)).status).toBe(200);
    const [latest] = (await tokensOf(shopper)).slice(-1);
    const { created_at, expires_at } = z.object({ created_at: z.date(), expires_at: z.date() }).parse(latest);
    const times = { last_used_at: created_at.toISOString(), expires_at: expires_at.toISOString() };
    expect((await list(shopper)).data).toEqual([{ ...before, ...times }]);
    await sql`DELETE FROM refresh_tokens WHERE user_id = ${shopper.user.id} AND replaced_at IS NOT NULL`;
    expect((await list(shopper)).data).toEqual([{ ...before, ...times }]);
  });

  test('leaves out what has been revoked or has expired', async () => {
    const shopper = await newShopper();
    const [kept = ''] = await idsOf(shopper);
    await api('POST', '/v1/auth/logout', { body: { refresh_token: await signIn(shopper) } });
    await signIn(shopper);
    await sql`UPDATE refresh_tokens SET expires_at = now()
               WHERE user_id = ${shopper.user.id} AND revoked_at IS NULL AND family_id <> ${kept}`;
    expect(await idsOf(shopper)).toEqual([kept]);
  });

  test('comes page by page', async () => {
    const shopper = await newShopper();
    for (let i = 0; i < 4; i++) await signIn(shopper);
    const ids = await idsOf(shopper);
    expect(ids).toHaveLength(5);
    const first = await api('GET', '/v1/me/sessions?limit=2', { token: shopper.token });
    const { data, page } = Page.parse(first.body);
    expect(data.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    expect(first.headers.get('link')).toBe(`</v1/me/sessions?limit=2&cursor=${page.next_cursor}>; rel="next"`);
    const second = await list(shopper, `?limit=2&cursor=${page.next_cursor}`);
    const third = await list(shopper, `?limit=2&cursor=${second.page.next_cursor}`);
    expect([...second.data, ...third.data].map(({ id }) => id)).toEqual(ids.slice(2));
    expect(third.page).toEqual({ next_cursor: null, has_more: false });
  });

  test.each([
    ['limit=0', 422, 'validation_failed'],
    ['limit=101', 422, 'validation_failed'],
    ['cursor=nonsense', 400, 'invalid_cursor'],
    ['user_id=1', 400, 'unknown_parameter'],
  ] as const)('refuses ?%s', async (query, status, code) => {
    const { token } = await newShopper();
    expectProblem(await api('GET', `/v1/me/sessions?${query}`, { token }), status, code);
  });
});

describe('DELETE /v1/me/sessions/{id}', () => {
  test('ends that session, once, and no other', async () => {
    const shopper = await newShopper();
    const other = await signIn(shopper);
    const [kept = '', ended = ''] = await idsOf(shopper);
    const { status, body } = await end(shopper, ended);
    expect({ status, body }).toEqual({ status: 204, body: '' });
    expect(await idsOf(shopper)).toEqual([kept]);
    expectProblem(await refresh(shopper.refreshToken), 401, 'invalid_refresh_token');
    expect((await refresh(other)).status).toBe(200);
    expectProblem(await end(shopper, ended), 404, 'not_found');
  });

  test('looks the same for what is not there, not yours, and no id', async () => {
    const [ada, eve] = await Promise.all([newShopper(), newShopper()]);
    const [hers = ''] = await idsOf(eve);
    const before = await tokensOf(eve);
    for (const id of [hers, nobody, 'nonsense']) expectProblem(await end(ada, id), 404, 'not_found');
    expect(await tokensOf(eve)).toEqual(before);
    expect((await refresh(eve.refreshToken)).status).toBe(200);
  });

  test('no token that is being added escapes it', async () => {
    const shopper = await newShopper();
    const [id = ''] = await idsOf(shopper);
    const prolonging = Array.from({ length: 6 }, () => refresh(shopper.refreshToken));
    const [{ status }] = await Promise.all([end(shopper, id), ...prolonging]);
    expect(status).toBe(204);
    expect((await tokensOf(shopper)).filter(({ revoked_at }) => revoked_at === null)).toEqual([]);
  });

  test('lets one of two at once end it', async () => {
    const shopper = await newShopper();
    const [id = ''] = await idsOf(shopper);
    const answers = await Promise.all([end(shopper, id), end(shopper, id), end(shopper, id)]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([204, 404, 404]);
  });
});

describe('both', () => {
  const calls = [
    ['GET', '/v1/me/sessions'],
    ['DELETE', `/v1/me/sessions/${nobody}`],
  ] as const;

  test.each(calls)('%s %s refuses who is not signed in, and guests', async (method, path) => {
    const guest = z.object({ access_token: z.string() }).parse((await api('POST', '/v1/auth/guest')).body);
    expectProblem(await api(method, path), 401, 'unauthorized');
    expectProblem(await api(method, path, { token: guest.access_token }), 403, 'forbidden');
  });

  test.each([
    ['deactivated', deactivate],
    ['deleted', markDeleted],
  ])('refuse a %s user and change nothing', async (_what, endAccount) => {
    const shopper = await newShopper();
    const [id = ''] = await idsOf(shopper);
    const before = await tokensOf(shopper);
    await endAccount(shopper.user.id);
    expectProblem(await api('GET', '/v1/me/sessions', { token: shopper.token }), 401, 'unauthorized');
    expectProblem(await end(shopper, id), 401, 'unauthorized');
    expect(await tokensOf(shopper)).toEqual(before);
  });
});
