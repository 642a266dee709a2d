import { randomBytes } from 'node:crypto';

import { decodeJwt } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';

import { deactivate, markDeleted, pointersOf, sql } from './support/accounts.ts';
import { adminsAmong, newAdmin, recordedOf, withOnlyAdmins } from './support/admins.ts';
import { type Answer, api, expectProblem, newShopper, type Shopper, staff } from './support/client.ts';

const unknownId = '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f';

let admin: Shopper;

beforeAll(async () => {
  admin = await newAdmin();
});

const statusesOf = (answers: Answer[]) => answers.map(({ status }) => status).toSorted((a, b) => a - b);

const newName = () => `ROLE_${randomBytes(6).toString('hex').toUpperCase()}`;

function create(body: unknown, token = admin.token) {
  return api('POST', '/v1/admin/roles', { token, body });
}

function assign(userId: string, name: string, token = admin.token) {
  return api('PUT', `/v1/admin/users/${userId}/roles/${name}`, { token });
}

function remove(userId: string, name: string, token = admin.token) {
  return api('DELETE', `/v1/admin/users/${userId}/roles/${name}`, { token });
}

async function rolesOf(userId: string): Promise<unknown[]> {
  const rows = await sql`SELECT name FROM user_roles JOIN user_role_mapping ON role_id = user_roles.id
                          WHERE user_id = ${userId} ORDER BY name`;
  return rows.map((row) => row['name']);
}

async function storedRole(name: string) {
  return sql`SELECT name, description FROM user_roles WHERE name = ${name}`;
}

describe('GET /v1/admin/roles', () => {
  test('lists all roles in one piece, the built-in ones first', async () => {
    const { status, body } = await api('GET', '/v1/admin/roles', { token: admin.token });
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual(['data']);
    expect(body.data.slice(0, 3)).toMatchObject([
      { name: 'CUSTOMER', description: 'Regular user' },
      { name: 'ADMIN', description: 'Administrator' },
      { name: 'MANAGER', description: 'Manager' },
    ]);
  });
});

describe('POST /v1/admin/roles', () => {
  test('makes a role and records it', async () => {
    const role = { name: newName(), description: 'Packs and ships' };
    const { status, body, headers } = await create(role);
    expect(status).toBe(201);
    expect(headers.get('location')).toBe('/v1/admin/roles');
    expect(body).toEqual({ id: body.id, ...role, created_at: body.created_at });
    expect((await api('GET', '/v1/admin/roles', { token: admin.token })).body.data).toContainEqual(body);
    expect(await recordedOf('role', role.name)).toEqual([
      {
        actor_id: admin.user.id,
        action: 'role.created',
        before: null,
        after: role,
        request_id: headers.get('x-request-id'),
      },
    ]);
  });

  test('needs no description', async () => {
    const name = newName();
    expect((await create({ name })).body).toMatchObject({ name, description: null });
  });

  test('refuses a name that there is, and changes nothing', async () => {
    expectProblem(await create({ name: 'MANAGER', description: 'Another' }), 409, 'role_exists');
    expect(await storedRole('MANAGER')).toEqual([{ name: 'MANAGER', description: 'Manager' }]);
    expect(await recordedOf('role', 'MANAGER')).toEqual([]);
  });

  test('makes one role of several requests at once', async () => {
    const name = newName();
    const answers = await Promise.all([1, 2, 3, 4].map(() => create({ name })));
    expect(statusesOf(answers)).toEqual([201, 409, 409, 409]);
    expect(await storedRole(name)).toHaveLength(1);
    expect(await recordedOf('role', name)).toHaveLength(1);
  });

  test.each([
    [{}, '/name'],
    [{ name: 'A' }, '/name'],
    [{ name: 'A'.repeat(51) }, '/name'],
    [{ name: 'packer' }, '/name'],
    [{ name: 'PACKER-1' }, '/name'],
    [{ name: '_PACKER' }, '/name'],
    [{ name: 'PACKER_' }, '/name'],
    [{ name: '1PACKER' }, '/name'],
    [{ name: 'GUEST' }, '/name'],
    [{ name: 'PACKER', description: '' }, '/description'],
    [{ name: 'PACKER', description: 'a'.repeat(1_001) }, '/description'],
    [{ name: 'PACKER', permissions: [] }, '/permissions'],
  ])('refuses %j and makes nothing', async (body, pointer) => {
    const answer = await create(body);
    expectProblem(answer, 422, 'validation_failed');
    expect(new Set(pointersOf(answer.body))).toEqual(new Set([pointer]));
    expect(await storedRole('name' in body ? body.name : '')).toEqual([]);
  });
});

describe('PUT /v1/admin/users/{id}/roles/{name}', () => {
  test('gives the role, which is in the next access token', async () => {
    const { user, token, refreshToken } = await newShopper();
    const { status, body, headers } = await assign(user.id, 'MANAGER');
    expect({ status, body }).toEqual({ status: 200, body: { ...user, roles: ['CUSTOMER', 'MANAGER'] } });
    expect(await rolesOf(user.id)).toEqual(['CUSTOMER', 'MANAGER']);
    expect(await recordedOf('user', user.id)).toEqual([
      {
        actor_id: admin.user.id,
        action: 'role.assigned',
        before: { roles: ['CUSTOMER'] },
        after: { roles: ['CUSTOMER', 'MANAGER'] },
        request_id: headers.get('x-request-id'),
      },
    ]);
    expect(decodeJwt(token)['roles']).toEqual(['CUSTOMER']);
    const renewed = await api('POST', '/v1/auth/refresh', { body: { refresh_token: refreshToken } });
    expect(decodeJwt(renewed.body.access_token)['roles']).toEqual(['CUSTOMER', 'MANAGER']);
  });

  test('twice, or ten times at once, is once', async () => {
    const { user } = await newShopper();
    const answers = await Promise.all(Array.from({ length: 10 }, () => assign(user.id, 'MANAGER')));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200));
    expect(await rolesOf(user.id)).toEqual(['CUSTOMER', 'MANAGER']);
    expect(await recordedOf('user', user.id)).toHaveLength(1);
  });

  test('different roles at once are all given, and recorded one after the other', async () => {
    const { user } = await newShopper();
    const name = newName();
    await create({ name });
    await Promise.all([assign(user.id, 'MANAGER'), assign(user.id, name)]);
    const all = ['CUSTOMER', 'MANAGER', name];
    expect(await rolesOf(user.id)).toEqual(all);
    const [first, second] = await recordedOf('user', user.id);
    const states = [first?.after, second?.after];
    expect(states).toContainEqual({ roles: all });
    expect([first?.before, second?.before]).toContainEqual({ roles: ['CUSTOMER'] });
  });

  test('an unknown role, user or name is not found, and nothing is written', async () => {
    const { user } = await newShopper();
    const deleted = await newShopper();
    await markDeleted(deleted.user.id);
    for (const name of ['NO_SUCH_ROLE', 'manager', 'GUEST']) {
      expectProblem(await assign(user.id, name), 404, 'not_found');
      expectProblem(await remove(user.id, name), 404, 'not_found');
    }
    for (const id of [deleted.user.id, unknownId, 'nonsense']) {
      expectProblem(await assign(id, 'MANAGER'), 404, 'not_found');
      expectProblem(await remove(id, 'CUSTOMER'), 404, 'not_found');
    }
    expect(await rolesOf(user.id)).toEqual(['CUSTOMER']);
    expect(await rolesOf(deleted.user.id)).toEqual(['CUSTOMER']);
    expect(await recordedOf('user', user.id)).toEqual([]);
    expect(await recordedOf('user', deleted.user.id)).toEqual([]);
  });
});

describe('DELETE /v1/admin/users/{id}/roles/{name}', () => {
  test('takes the role, which the next access token lacks', async () => {
    const { user, refreshToken } = await newShopper();
    await assign(user.id, 'MANAGER');
    const { status, body, headers } = await remove(user.id, 'MANAGER');
    expect({ status, body }).toEqual({ status: 204, body: '' });
    expect(await rolesOf(user.id)).toEqual(['CUSTOMER']);
    expect((await recordedOf('user', user.id))[1]).toEqual({
      actor_id: admin.user.id,
      action: 'role.removed',
      before: { roles: ['CUSTOMER', 'MANAGER'] },
      after: { roles: ['CUSTOMER'] },
      request_id: headers.get('x-request-id'),
    });
    const renewed = await api('POST', '/v1/auth/refresh', { body: { refresh_token: refreshToken } });
    expect(decodeJwt(renewed.body.access_token)['roles']).toEqual(['CUSTOMER']);
  });

  test('a role that is not held is not found, and nothing is recorded', async () => {
    const { user } = await newShopper();
    expectProblem(await remove(user.id, 'MANAGER'), 404, 'not_found');
    expect((await remove(user.id, 'CUSTOMER')).status).toBe(204);
    expectProblem(await remove(user.id, 'CUSTOMER'), 404, 'not_found');
    expect(await recordedOf('user', user.id)).toHaveLength(1);
  });

  test('several at once take it once', async () => {
    const { user } = await newShopper();
    const answers = await Promise.all([1, 2, 3, 4].map(() => remove(user.id, 'CUSTOMER')));
    expect(statusesOf(answers)).toEqual([204, 404, 404, 404]);
    expect(await recordedOf('user', user.id)).toHaveLength(1);
  });

  test('the last administrator stays one, and loses other roles', async () => {
    const last = await newAdmin();
    await withOnlyAdmins([last], async () => {
      expectProblem(await remove(last.user.id, 'ADMIN', last.token), 409, 'last_admin');
      expect(await recordedOf('user', last.user.id)).toEqual([]);
      expect((await remove(last.user.id, 'CUSTOMER', last.token)).status).toBe(204);
    });
    expect(await rolesOf(last.user.id)).toEqual(['ADMIN']);
  });

  test('one who is deactivated or deleted does not count as another', async () => {
    for (const end of [deactivate, markDeleted]) {
      const [last, gone] = await Promise.all([newAdmin(), newAdmin()]);
      await end(gone.user.id);
      await withOnlyAdmins([last, gone], async () => {
        expectProblem(await remove(last.user.id, 'ADMIN', last.token), 409, 'last_admin');
      });
    }
  });

  test('a deactivated administrator can lose the role', async () => {
    const gone = await newAdmin();
    await deactivate(gone.user.id);
    expect((await remove(gone.user.id, 'ADMIN')).status).toBe(204);
  });

  test.each([
    ['removals', (id: string, token: string) => remove(id, 'ADMIN', token)],
    [
      'a removal and a deactivation',
      (id: string, token: string) => api('PATCH', `/v1/admin/users/${id}`, { token, body: { is_active: false } }),
    ],
  ])('two administrators against each other at once, by %s: exactly one stays', async (_how, other) => {
    const [one, two] = [await newAdmin(), await newAdmin()];
    await withOnlyAdmins([one, two], async () => {
      for (let round = 0; round < 8; round++) {
        const [first, second] = await Promise.all([
          remove(two.user.id, 'ADMIN', one.token),
          other(one.user.id, two.token),
        ]);
        const stays = first.status === 204 ? one : two;
        expect(await adminsAmong([one, two])).toEqual([stays.user.id]);
        expect([first, second].filter(({ status }) => status < 300)).toHaveLength(1);
        await makeAdminsAgain([one, two]);
      }
    });
  });
});

async function makeAdminsAgain(admins: Shopper[]): Promise<void> {
  const ids = admins.map(({ user }) => user.id);
  await sql`UPDATE users SET is_active = true WHERE id = ANY (${ids})`;
  await sql`INSERT INTO user_role_mapping (user_id, role_id)
            SELECT unnest(${ids}::uuid[]), id FROM user_roles WHERE name = 'ADMIN' ON CONFLICT DO NOTHING`;
}

describe('all of them', () => {
  const calls = [
    ['GET', '/v1/admin/roles', undefined],
    ['POST', '/v1/admin/roles', { name: 'NOBODY_MADE_THIS' }],
    ['PUT', '/v1/admin/users/{id}/roles/ADMIN', undefined],
    ['DELETE', '/v1/admin/users/{id}/roles/CUSTOMER', undefined],
  ] as const;

  test.each(calls)('%s %s is for administrators only', async (method, path, body) => {
    const { user, token } = await newShopper();
    const target = path.replace('{id}', user.id);
    expectProblem(await api(method, target, { body }), 401, 'unauthorized');
    for (const insufficient of [token, await staff('manager')]) {
      expectProblem(await api(method, target, { body, token: insufficient }), 403, 'forbidden');
    }
    expect(await rolesOf(user.id)).toEqual(['CUSTOMER']);
    expect(await storedRole('NOBODY_MADE_THIS')).toEqual([]);
  });

  test.each(calls)('%s %s refuses an administrator who was deactivated or deleted', async (method, path, body) => {
    for (const end of [deactivate, markDeleted]) {
      const [former, { user }] = await Promise.all([newAdmin(), newShopper()]);
      await end(former.user.id);
      const target = path.replace('{id}', user.id);
      expectProblem(await api(method, target, { body, token: former.token }), 401, 'unauthorized');
      expect(await rolesOf(user.id)).toEqual(['CUSTOMER']);
      expect(await storedRole('NOBODY_MADE_THIS')).toEqual([]);
    }
  });
});
