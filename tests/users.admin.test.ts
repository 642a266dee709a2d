import { randomUUID } from 'node:crypto';

import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';

import {
  deactivate,
  markDeleted,
  newPhoneNumber,
  newRegistration,
  pointersOf,
  Session,
  sql,
} from './support/accounts.ts';
import { adminsAmong, newAdmin, recordedOf, withOnlyAdmins } from './support/admins.ts';
import { api, expectProblem, newShopper, type Shopper, staff } from './support/client.ts';

const unknownId = '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f';
const Page = z.strictObject({
  data: z.array(z.looseObject({ id: z.string() })),
  page: z.strictObject({ next_cursor: z.string().nullable(), has_more: z.boolean() }),
});

let admin: Shopper;

beforeAll(async () => {
  admin = await newAdmin();
});

async function list(query: string) {
  const { status, body } = await api('GET', `/v1/admin/users?${query}`, { token: admin.token });
  expect(status).toBe(200);
  return Page.parse(body);
}

async function idsOf(query: string): Promise<string[]> {
  return (await list(query)).data.map(({ id }) => id);
}

function change(id: string, body: unknown, token = admin.token) {
  return api('PATCH', `/v1/admin/users/${id}`, { token, body });
}

/** Somebody with these names, and an email address that begins with a mark of their own. */
async function register(names: { first_name?: string; last_name?: string; email?: string } = {}): Promise<string> {
  const { body } = await api('POST', '/v1/auth/register', { body: { ...newRegistration(), ...names } });
  return Session.parse(body).user.id;
}

const mark = () => `m${randomUUID().replaceAll('-', '')}`;

async function rowOf(id: string) {
  return (await sql`SELECT * FROM users WHERE id = ${id}`)[0];
}

describe('GET /v1/admin/users', () => {
  test('shows users as they see themselves, and no hash', async () => {
    const { user } = await newShopper();
    const { data } = await list(`q=${user.email}`);
    expect(data).toEqual([user]);
  });

  test('finds by the beginning of email, first and last name, in any case', async () => {
    const word = mark();
    const byEmail = await register({ email: `${word}@example.com` });
    const byFirst = await register({ first_name: `${word.toUpperCase()} Ann` });
    const byLast = await register({ last_name: `${word}sson` });
    await register({ last_name: `Mc${word}` });
    expect(await idsOf(`q=${word}`)).toEqual([byLast, byFirst, byEmail]);
    expect(await idsOf(`q=${word.toUpperCase()}&sort=created_at`)).toEqual([byEmail, byFirst, byLast]);
    expect(await idsOf(`q=${word}x`)).toEqual([]);
  });

  test.each(['_', '%', '\\'])('takes %s literally', async (wildcard) => {
    const word = mark();
    const literal = await register({ last_name: `${word}${wildcard}a` });
    await register({ last_name: `${word}ba` });
    expect(await idsOf(`q=${encodeURIComponent(`${word}${wildcard}`)}`)).toEqual([literal]);
    expect(await idsOf(`q=${encodeURIComponent(`${wildcard}${word}`)}`)).toEqual([]);
  });

  test('filters by role and by activity, and leaves deleted users out', async () => {
    const word = mark();
    const [plain, manager, inactive, deleted] = [
      await register({ last_name: word }),
      await register({ last_name: word }),
      await register({ last_name: word }),
      await register({ last_name: word }),
    ];
    await sql`INSERT INTO user_role_mapping (user_id, role_id)
              SELECT ${manager}, id FROM user_roles WHERE name = 'MANAGER'`;
    await deactivate(inactive);
    await markDeleted(deleted);
    expect(await idsOf(`q=${word}`)).toEqual([inactive, manager, plain]);
    expect(await idsOf(`q=${word}&role=MANAGER`)).toEqual([manager]);
    expect(await idsOf(`q=${word}&role=NOBODY_HAS_THIS`)).toEqual([]);
    expect(await idsOf(`q=${word}&is_active=false`)).toEqual([inactive]);
    expect(await idsOf(`q=${word}&is_active=true`)).toEqual([manager, plain]);
  });

  test.each(['created_at', '-created_at'])('pages by %s, also through one millisecond', async (sort) => {
    const word = mark();
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) ids.push(await register({ first_name: word }));
    await sql`UPDATE users SET created_at = '2026-11-22T21:24:42.123Z' WHERE id = ANY (${ids.slice(1, 4)}::uuid[])`;
    await sql`UPDATE users SET created_at = '2026-11-22T21:24:41Z' WHERE id = ${ids[0]}`;
    if (sort === '-created_at') ids.reverse();
    const query = `q=${word}&limit=2&sort=${sort}`;
    const first = await list(query);
    const second = await list(`${query}&cursor=${first.page.next_cursor}`);
    const third = await list(`${query}&cursor=${second.page.next_cursor}`);
    expect([first, second, third].map(({ data }) => data.map(({ id }) => id))).toEqual([
      ids.slice(0, 2),
      ids.slice(2, 4),
      ids.slice(4),
    ]);
    expect(third.page).toEqual({ next_cursor: null, has_more: false });
  });

  test.each([
    ['limit=0', 422, 'validation_failed'],
    ['sort=email', 422, 'validation_failed'],
    ['is_active=yes', 422, 'validation_failed'],
    ['role=manager', 422, 'validation_failed'],
    ['q=', 422, 'validation_failed'],
    ['q=%20', 422, 'validation_failed'],
    ['q=a%00b', 422, 'validation_failed'],
    ['cursor=nonsense', 400, 'invalid_cursor'],
    ['email=a', 400, 'unknown_parameter'],
  ] as const)('refuses ?%s', async (query, status, code) => {
    expectProblem(await api('GET', `/v1/admin/users?${query}`, { token: admin.token }), status, code);
  });

  test('refuses a cursor of another search', async () => {
    const word = mark();
    await register({ last_name: word });
    await register({ last_name: word });
    const { page } = await list(`q=${word}&limit=1`);
    const answer = await api('GET', `/v1/admin/users?q=other&limit=1&cursor=${page.next_cursor}`, {
      token: admin.token,
    });
    expectProblem(answer, 400, 'invalid_cursor');
  });
});

describe('GET /v1/admin/users/{id}', () => {
  test('shows a user, deactivated or not', async () => {
    const { user } = await newShopper();
    const path = `/v1/admin/users/${user.id}`;
    expect((await api('GET', path, { token: admin.token })).body).toEqual(user);
    await deactivate(user.id);
    const { status, body, headers } = await api('GET', path, { token: admin.token });
    expect({ status, cache: headers.get('cache-control') }).toEqual({ status: 200, cache: 'no-store' });
    expect(body).toMatchObject({ id: user.id, is_active: false });
  });

  test('does not show who is deleted, unknown, or no id', async () => {
    const { user } = await newShopper();
    await markDeleted(user.id);
    for (const id of [user.id, unknownId, 'nonsense']) {
      expectProblem(await api('GET', `/v1/admin/users/${id}`, { token: admin.token }), 404, 'not_found');
      expectProblem(await change(id, { is_active: false }), 404, 'not_found');
    }
    expect(await recordedOf('user', user.id)).toEqual([]);
  });
});

describe('PATCH /v1/admin/users/{id}', () => {
  test('changes what is sent and records what differs', async () => {
    const { user } = await newShopper();
    const phone_number = newPhoneNumber();
    const { status, body, headers } = await change(user.id, {
      first_name: 'Grace',
      last_name: user.last_name,
      phone_number,
      is_verified: true,
    });
    expect(status).toBe(200);
    const changed = { first_name: 'Grace', phone_number, is_verified: true };
    expect(body).toEqual({ ...user, ...changed, updated_at: body.updated_at });
    expect((await api('GET', `/v1/admin/users/${user.id}`, { token: admin.token })).body).toEqual(body);
    expect(await recordedOf('user', user.id)).toEqual([
      {
        actor_id: admin.user.id,
        action: 'user.updated',
        before: { first_name: user.first_name, phone_number: null, is_verified: false },
        after: changed,
        request_id: headers.get('x-request-id'),
      },
    ]);
  });

  test('records nothing and touches nothing when nothing differs', async () => {
    const { user } = await newShopper();
    const before = await rowOf(user.id);
    for (const body of [{}, { is_active: true, first_name: user.first_name, phone_number: null }]) {
      const answer = await change(user.id, body);
      expect({ status: answer.status, body: answer.body }).toEqual({ status: 200, body: user });
    }
    expect(await rowOf(user.id)).toEqual(before);
    expect(await recordedOf('user', user.id)).toEqual([]);
  });

  test('a deactivation ends all sessions at once, and can be repeated', async () => {
    const { token, refreshToken, email, password, user } = await newShopper();
    await api('POST', '/v1/auth/login', { body: { email, password } });
    const [first, second] = [await change(user.id, { is_active: false }), await change(user.id, { is_active: false })];
    expect([first, second].map(({ status, body }) => [status, body.is_active])).toEqual([
      [200, false],
      [200, false],
    ]);
    expect(await sql`SELECT id FROM refresh_tokens WHERE user_id = ${user.id} AND revoked_at IS NULL`).toEqual([]);
    expectProblem(
      await api('POST', '/v1/auth/refresh', { body: { refresh_token: refreshToken } }),
      401,
      'invalid_refresh_token',
    );
    expectProblem(await api('GET', '/v1/me', { token }), 401, 'unauthorized');
    expectProblem(await api('POST', '/v1/auth/login', { body: { email, password } }), 403, 'account_inactive');
    expect(await recordedOf('user', user.id)).toMatchObject([
      { action: 'user.deactivated', before: { is_active: true }, after: { is_active: false } },
    ]);
  });

  test('an activation lets the user in again, but not the old sessions', async () => {
    const { refreshToken, email, password, user } = await newShopper();
    await change(user.id, { is_active: false });
    expect((await change(user.id, { is_active: true })).body.is_active).toBe(true);
    expect((await api('POST', '/v1/auth/login', { body: { email, password } })).status).toBe(200);
    expectProblem(
      await api('POST', '/v1/auth/refresh', { body: { refresh_token: refreshToken } }),
      401,
      'invalid_refresh_token',
    );
    expect((await recordedOf('user', user.id)).map(({ action }) => action)).toEqual([
      'user.deactivated',
      'user.activated',
    ]);
  });

  test('other changes leave the sessions alone', async () => {
    const { refreshToken, user } = await newShopper();
    await change(user.id, { first_name: 'Grace' });
    expect((await api('POST', '/v1/auth/refresh', { body: { refresh_token: refreshToken } })).status).toBe(200);
  });

  test('no session that is being renewed escapes a deactivation', async () => {
    const { refreshToken, user } = await newShopper();
    const renewals = Array.from({ length: 6 }, () =>
      api('POST', '/v1/auth/refresh', { body: { refresh_token: refreshToken } }),
    );
    await Promise.all([...renewals, change(user.id, { is_active: false })]);
    expect(await sql`SELECT id FROM refresh_tokens WHERE user_id = ${user.id} AND revoked_at IS NULL`).toEqual([]);
  });

  test('refuses the phone number of somebody else, with everything else that was sent', async () => {
    const phone_number = newPhoneNumber();
    const [owner, { user }] = await Promise.all([newShopper(), newShopper()]);
    await change(owner.user.id, { phone_number });
    const before = await rowOf(user.id);
    expectProblem(await change(user.id, { phone_number, first_name: 'Eve' }), 409, 'phone_number_taken');
    expect(await rowOf(user.id)).toEqual(before);
    expect(await recordedOf('user', user.id)).toEqual([]);
  });

  test.each([
    [{ is_active: 'false' }, '/is_active'],
    [{ is_active: null }, '/is_active'],
    [{ first_name: ' ' }, '/first_name'],
    [{ last_name: 'a'.repeat(101) }, '/last_name'],
    [{ phone_number: '0301234567' }, '/phone_number'],
    [{ email: 'new@example.com' }, '/email'],
    [{ password: 'a new password' }, '/password'],
    [{ roles: ['ADMIN'] }, '/roles'],
  ])('refuses %j and changes nothing', async (body, pointer) => {
    const { user } = await newShopper();
    const before = await rowOf(user.id);
    const answer = await change(user.id, body);
    expectProblem(answer, 422, 'validation_failed');
    expect(pointersOf(answer.body)).toEqual([pointer]);
    expect(await rowOf(user.id)).toEqual(before);
    expect(await recordedOf('user', user.id)).toEqual([]);
  });

  test('two at once record one change each, of what they found', async () => {
    const { user } = await newShopper();
    await Promise.all(['Ann', 'Bob'].map((first_name) => change(user.id, { first_name })));
    const [first, second] = await recordedOf('user', user.id);
    const states = [first?.before, first?.after, second?.before, second?.after];
    expect(states.filter((state) => JSON.stringify(state) === JSON.stringify({ first_name: 'Sam' }))).toHaveLength(1);
    const { first_name } = z.object({ first_name: z.string() }).parse(await rowOf(user.id));
    expect([first?.after, second?.after]).toContainEqual({ first_name });
    expect([first?.after, second?.after].map((state) => JSON.stringify(state)).sort()).toEqual([
      '{"first_name":"Ann"}',
      '{"first_name":"Bob"}',
    ]);
  });

  test('refuses to deactivate the last administrator, and changes nothing', async () => {
    const before = await rowOf(admin.user.id);
    await withOnlyAdmins([admin], async () => {
      expectProblem(await change(admin.user.id, { is_active: false, first_name: 'Gone' }), 409, 'last_admin');
      expect((await change(admin.user.id, { first_name: admin.user.first_name })).status).toBe(200);
    });
    expect(await rowOf(admin.user.id)).toEqual(before);
    expect(await recordedOf('user', admin.user.id)).toEqual([]);
  });

  test('does not count an administrator who is deactivated or deleted', async () => {
    for (const end of [deactivate, markDeleted]) {
      const other = await newAdmin();
      await end(other.user.id);
      await withOnlyAdmins([admin, other], async () => {
        expectProblem(await change(admin.user.id, { is_active: false }), 409, 'last_admin');
      });
    }
  });

  test('of administrators who deactivate one another at once, exactly one stays', async () => {
    for (let round = 0; round < 3; round++) {
      const admins = await Promise.all([newAdmin(), newAdmin(), newAdmin()]);
      await withOnlyAdmins(admins, async () => {
        const answers = await Promise.all(
          admins.flatMap(({ token }) => admins.map(({ user }) => change(user.id, { is_active: false }, token))),
        );
        expect(await adminsAmong(admins)).toHaveLength(1);
        expect(answers.every(({ status }) => [200, 401, 409].includes(status))).toBe(true);
      });
      const entries = await Promise.all(admins.map(({ user }) => recordedOf('user', user.id)));
      expect(entries.flat().map(({ action }) => action)).toEqual(['user.deactivated', 'user.deactivated']);
    }
  });
});

describe('GET /v1/admin/audit-log', () => {
  async function log(query: string) {
    const { status, body } = await api('GET', `/v1/admin/audit-log?${query}`, { token: admin.token });
    expect(status).toBe(200);
    return z.looseObject({ data: z.array(z.looseObject({ id: z.string(), action: z.string() })) }).parse(body);
  }

  test('lists changes newest first, filtered, page by page', async () => {
    const actor = await newAdmin();
    const [one, two] = [await newShopper(), await newShopper()];
    for (const { user } of [one, two]) {
      await change(user.id, { first_name: 'Grace' }, actor.token);
      await change(user.id, { is_active: false }, actor.token);
    }
    await change(one.user.id, { last_name: 'Hopper' });
    const byActor = await log(`actor_id=${actor.user.id}`);
    expect(byActor.data).toMatchObject([
      { action: 'user.deactivated', resource_type: 'user', resource_id: two.user.id, actor_id: actor.user.id },
      { action: 'user.updated', resource_id: two.user.id },
      { action: 'user.deactivated', resource_id: one.user.id },
      {
        action: 'user.updated',
        resource_id: one.user.id,
        before: { first_name: 'Sam' },
        after: { first_name: 'Grace' },
      },
    ]);
    const byResource = await log(`resource_type=user&resource_id=${one.user.id}`);
    expect(byResource.data).toMatchObject([
      { action: 'user.updated', actor_id: admin.user.id },
      { action: 'user.deactivated', actor_id: actor.user.id },
      { action: 'user.updated', actor_id: actor.user.id },
    ]);
    expect((await log(`resource_type=role&resource_id=${one.user.id}`)).data).toEqual([]);
    const first = Page.parse(await log(`actor_id=${actor.user.id}&limit=3`));
    const rest = Page.parse(await log(`actor_id=${actor.user.id}&limit=3&cursor=${first.page.next_cursor}`));
    expect([...first.data, ...rest.data]).toEqual(byActor.data);
    expect(rest.page).toEqual({ next_cursor: null, has_more: false });
  });

  test.each([
    ['actor_id=me', 422, 'validation_failed'],
    ['resource_type=', 422, 'validation_failed'],
    ['cursor=nonsense', 400, 'invalid_cursor'],
    ['action=user.updated', 400, 'unknown_parameter'],
  ] as const)('refuses ?%s', async (query, status, code) => {
    expectProblem(await api('GET', `/v1/admin/audit-log?${query}`, { token: admin.token }), status, code);
  });
});

describe('all of them', () => {
  const calls = [
    ['GET', '/v1/admin/users', undefined],
    ['GET', `/v1/admin/users/{id}`, undefined],
    ['PATCH', `/v1/admin/users/{id}`, { is_active: false }],
    ['GET', '/v1/admin/audit-log', undefined],
  ] as const;

  test.each(calls)('%s %s is for administrators only', async (method, path, body) => {
    const { user } = await newShopper();
    const target = path.replace('{id}', user.id);
    expectProblem(await api(method, target, { body }), 401, 'unauthorized');
    for (const name of ['customer', 'manager'] as const) {
      expectProblem(await api(method, target, { body, token: await staff(name) }), 403, 'forbidden');
    }
    expect(await rowOf(user.id)).toMatchObject({ is_active: true });
    expect(await recordedOf('user', user.id)).toEqual([]);
  });

  test.each(calls)('%s %s refuses an administrator who was deactivated or deleted', async (method, path, body) => {
    for (const end of [deactivate, markDeleted]) {
      const [former, { user }] = await Promise.all([newAdmin(), newShopper()]);
      await end(former.user.id);
      const target = path.replace('{id}', user.id);
      expectProblem(await api(method, target, { body, token: former.token }), 401, 'unauthorized');
      expect(await rowOf(user.id)).toMatchObject({ is_active: true });
      expect(await recordedOf('user', user.id)).toEqual([]);
    }
  });
});
