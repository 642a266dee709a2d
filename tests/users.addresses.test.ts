import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { connect } from '#shared/db/postgres.ts';

import { findShopper } from '../workers/users/src/store/addresses.ts';
import { api, expectProblem, newShopper } from './support/client.ts';
import { bindingsOf } from './support/databases.ts';
import { deactivate, markDeleted, pointersOf, sql } from './support/accounts.ts';

const Address = z.looseObject({ id: z.uuidv7(), is_default: z.boolean() });
const Page = z.strictObject({
  data: z.array(Address),
  page: z.strictObject({ next_cursor: z.string().nullable(), has_more: z.boolean() }),
});

const address = {
  address_type: 'SHIPPING',
  full_name: 'Ada Lovelace',
  phone_number: '+14155550123',
  address_line1: '1 Market Street',
  city: 'San Francisco',
  state: 'CA',
  postal_code: '94105',
  country: 'US',
};

function add(token: string, change: object = {}) {
  return api('POST', '/v1/me/addresses', { token, body: { ...address, ...change } });
}

async function added(token: string, change: object = {}): Promise<string> {
  return Address.parse((await add(token, change)).body).id;
}

async function list(token: string, query = '') {
  return Page.parse((await api('GET', `/v1/me/addresses${query}`, { token })).body);
}

/** The default addresses of the user, as the database has them. */
async function defaultsOf(userId: string) {
  return sql`SELECT id, address_type FROM user_addresses WHERE user_id = ${userId} AND is_default ORDER BY address_type`;
}

async function countOf(userId: string) {
  return (await sql`SELECT id FROM user_addresses WHERE user_id = ${userId}`).length;
}

describe('POST /v1/me/addresses', () => {
  test('adds an address that can be read at its location', async () => {
    const { token } = await newShopper();
    const { status, body, headers } = await add(token, { full_name: ' Ada Lovelace ', address_line2: 'Floor 3' });
    expect(status).toBe(201);
    expect(headers.get('cache-control')).toBe('no-store');
    const { id } = Address.parse(body);
    expect(headers.get('location')).toBe(`/v1/me/addresses/${id}`);
    const timestamps = z.looseObject({ created_at: z.iso.datetime({ precision: 3 }), updated_at: z.string() });
    const { created_at, updated_at } = timestamps.parse(body);
    expect(body).toEqual({ id, ...address, address_line2: 'Floor 3', is_default: false, created_at, updated_at });
    const read = await api('GET', `/v1/me/addresses/${id}`, { token });
    expect({ status: read.status, body: read.body }).toEqual({ status: 200, body });
  });

  test('a new default takes the flag from the old one of its type only', async () => {
    const { token, user } = await newShopper();
    const billing = await added(token, { address_type: 'BILLING', is_default: true });
    const first = await added(token, { is_default: true });
    const second = await added(token, { is_default: true });
    await added(token);
    expect(await defaultsOf(user.id)).toEqual([
      { id: second, address_type: 'SHIPPING' },
      { id: billing, address_type: 'BILLING' },
    ]);
    const { body } = await api('GET', `/v1/me/addresses/${first}`, { token });
    expect(Address.parse(body).is_default).toBe(false);
  });

  test('defaults added at once all succeed and one stays', async () => {
    const { token, user } = await newShopper();
    const answers = await Promise.all(Array.from({ length: 8 }, () => add(token, { is_default: true })));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 201));
    expect(await defaultsOf(user.id)).toHaveLength(1);
    expect(await countOf(user.id)).toBe(8);
  });

  test('leaves the defaults of other users alone', async () => {
    const [ada, eve] = await Promise.all([newShopper(), newShopper()]);
    const id = await added(ada.token, { is_default: true });
    await added(eve.token, { is_default: true });
    expect(await defaultsOf(ada.user.id)).toEqual([{ id, address_type: 'SHIPPING' }]);
  });

  test.each([
    ['an unknown type', { address_type: 'HOME' }, '/address_type'],
    ['no name', { full_name: undefined }, '/full_name'],
    ['a name of 201 characters', { full_name: 'a'.repeat(201) }, '/full_name'],
    ['a blank line', { address_line1: ' ' }, '/address_line1'],
    ['a line of 256 characters', { address_line2: 'a'.repeat(256) }, '/address_line2'],
    ['a city of 101 characters', { city: 'a'.repeat(101) }, '/city'],
    ['an empty state', { state: '' }, '/state'],
    ['a postal code of 21 characters', { postal_code: '1'.repeat(21) }, '/postal_code'],
    ['a national phone number', { phone_number: '415 555 0123' }, '/phone_number'],
    ['a country in lower case', { country: 'us' }, '/country'],
    ['a region that is no country', { country: 'EU' }, '/country'],
    ['the name of a country', { country: 'Germany' }, '/country'],
    ['a text for a boolean', { is_default: 'true' }, '/is_default'],
    ['an id of its own', { id: '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f' }, '/id'],
    ['another user', { user_id: '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f' }, '/user_id'],
  ])('refuses %s and writes nothing', async (_what, change, pointer) => {
    const { token, user } = await newShopper();
    const answer = await add(token, change);
    expectProblem(answer, 422, 'validation_failed');
    expect(pointersOf(answer.body)).toEqual([pointer]);
    expect(await countOf(user.id)).toBe(0);
  });
});

describe('GET /v1/me/addresses', () => {
  test('lists the own ones, newest first, page by page', async () => {
    const [{ token }, eve] = await Promise.all([newShopper(), newShopper()]);
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) ids.unshift(await added(token));
    await added(eve.token);
    const first = await api('GET', '/v1/me/addresses?limit=2', { token });
    const { data, page } = Page.parse(first.body);
    expect(data.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    expect(page.has_more).toBe(true);
    expect(first.headers.get('link')).toBe(`</v1/me/addresses?limit=2&cursor=${page.next_cursor}>; rel="next"`);
    const second = await list(token, `?limit=2&cursor=${page.next_cursor}`);
    expect(second.data.map(({ id }) => id)).toEqual(ids.slice(2, 4));
    const third = await list(token, `?limit=2&cursor=${second.page.next_cursor}`);
    expect(third.data.map(({ id }) => id)).toEqual(ids.slice(4));
    expect(third.page).toEqual({ next_cursor: null, has_more: false });
  });

  test('does not lose addresses made in the same millisecond', async () => {
    const { token, user } = await newShopper();
    const ids = [await added(token), await added(token), await added(token)].toReversed();
    await sql`UPDATE user_addresses SET created_at = '2026-11-22T21:24:42.123Z' WHERE user_id = ${user.id}`;
    const first = await list(token, '?limit=1');
    const rest = await list(token, `?limit=2&cursor=${first.page.next_cursor}`);
    expect([...first.data, ...rest.data].map(({ id }) => id)).toEqual(ids);
  });

  test('is empty for a new user', async () => {
    const { token } = await newShopper();
    expect(await list(token)).toEqual({ data: [], page: { next_cursor: null, has_more: false } });
  });

  test.each([
    ['limit=0', 422, 'validation_failed'],
    ['limit=101', 422, 'validation_failed'],
    ['limit=many', 422, 'validation_failed'],
    ['cursor=nonsense', 400, 'invalid_cursor'],
    ['page=2', 400, 'unknown_parameter'],
  ] as const)('refuses ?%s', async (query, status, code) => {
    const { token } = await newShopper();
    expectProblem(await api('GET', `/v1/me/addresses?${query}`, { token }), status, code);
  });

  test('refuses a cursor with a time that the database cannot hold', async () => {
    const { token } = await newShopper();
    await added(token);
    await added(token);
    const cursor = (await list(token, '?limit=1')).page.next_cursor ?? '';
    const parts = z.looseObject({}).parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    const forged = Buffer.from(JSON.stringify({ ...parts, key: '0000-01-01T00:00:00Z' })).toString('base64url');
    expectProblem(await api('GET', `/v1/me/addresses?cursor=${forged}`, { token }), 400, 'invalid_cursor');
  });
});

describe('GET /v1/me/addresses/{id}', () => {
  test('looks the same for what is not there, not yours, and no id', async () => {
    const [ada, eve] = await Promise.all([newShopper(), newShopper()]);
    const id = await added(eve.token);
    for (const path of [id, '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f', 'nonsense']) {
      expectProblem(await api('GET', `/v1/me/addresses/${path}`, { token: ada.token }), 404, 'not_found');
    }
  });
});

function update(token: string, id: string, body: unknown) {
  return api('PATCH', `/v1/me/addresses/${id}`, { token, body });
}

describe('PATCH /v1/me/addresses/{id}', () => {
  test('changes what is sent and nothing else', async () => {
    const { token } = await newShopper();
    const before = (await add(token, { address_line2: 'Floor 3' })).body;
    const sent = { full_name: ' Grace Hopper ', address_line2: null, country: 'DE' };
    const { status, body, headers } = await update(token, before.id, sent);
    expect({ status, cache: headers.get('cache-control') }).toEqual({ status: 200, cache: 'no-store' });
    expect(body).toEqual({ ...before, ...sent, full_name: 'Grace Hopper', updated_at: body.updated_at });
    expect((await api('GET', `/v1/me/addresses/${before.id}`, { token })).body).toEqual(body);
  });

  test('with nothing to change answers the address untouched', async () => {
    const { token } = await newShopper();
    const before = (await add(token, { is_default: true })).body;
    const { status, body } = await update(token, before.id, {});
    expect({ status, body }).toEqual({ status: 200, body: before });
  });

  test('a new default takes the flag from the old one of its type only, and can be repeated', async () => {
    const { token, user } = await newShopper();
    const billing = await added(token, { address_type: 'BILLING', is_default: true });
    await added(token, { is_default: true });
    const next = await added(token);
    for (let i = 0; i < 2; i++) expect((await update(token, next, { is_default: true })).body.is_default).toBe(true);
    expect(await defaultsOf(user.id)).toEqual([
      { id: next, address_type: 'SHIPPING' },
      { id: billing, address_type: 'BILLING' },
    ]);
  });

  test('a default can give the flag up', async () => {
    const { token, user } = await newShopper();
    const id = await added(token, { is_default: true });
    expect((await update(token, id, { is_default: false })).body.is_default).toBe(false);
    expect(await defaultsOf(user.id)).toEqual([]);
  });

  test('a default that changes its type is the default there', async () => {
    const { token, user } = await newShopper();
    await added(token, { address_type: 'BILLING', is_default: true });
    const moved = await added(token, { is_default: true });
    expect((await update(token, moved, { address_type: 'BILLING' })).body).toMatchObject({
      address_type: 'BILLING',
      is_default: true,
    });
    expect(await defaultsOf(user.id)).toEqual([{ id: moved, address_type: 'BILLING' }]);
  });

  test('one that is no default changes its type and leaves the default there', async () => {
    const { token, user } = await newShopper();
    const billing = await added(token, { address_type: 'BILLING', is_default: true });
    const moved = await added(token);
    expect((await update(token, moved, { address_type: 'BILLING' })).status).toBe(200);
    const givesUp = await added(token, { is_default: true });
    expect((await update(token, givesUp, { address_type: 'BILLING', is_default: false })).status).toBe(200);
    expect(await defaultsOf(user.id)).toEqual([{ id: billing, address_type: 'BILLING' }]);
  });

  test('defaults chosen and added at once all succeed and one stays', async () => {
    const { token, user } = await newShopper();
    const ids = [await added(token, { is_default: true }), await added(token), await added(token), await added(token)];
    const billing = await added(token, { address_type: 'BILLING', is_default: true });
    const answers = await Promise.all([
      ...ids.map((id) => update(token, id, { is_default: true })),
      update(token, billing, { address_type: 'SHIPPING' }),
      add(token, { is_default: true }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 201]);
    expect(await defaultsOf(user.id)).toHaveLength(1);
    expect(await countOf(user.id)).toBe(6);
  });

  test.each([
    ['a blank name', { full_name: ' ' }, '/full_name'],
    ['a name of 201 characters', { full_name: 'a'.repeat(201) }, '/full_name'],
    ['no city', { city: null }, '/city'],
    ['a national phone number', { phone_number: '415 555 0123' }, '/phone_number'],
    ['a country in lower case', { country: 'us' }, '/country'],
    ['an unknown type', { address_type: 'HOME' }, '/address_type'],
    ['another user', { user_id: '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f' }, '/user_id'],
  ])('refuses %s and changes nothing', async (_what, body, pointer) => {
    const { token } = await newShopper();
    const before = (await add(token)).body;
    const answer = await update(token, before.id, { is_default: true, ...body });
    expectProblem(answer, 422, 'validation_failed');
    expect(pointersOf(answer.body)).toEqual([pointer]);
    expect((await api('GET', `/v1/me/addresses/${before.id}`, { token })).body).toEqual(before);
  });

  test('does not find what is not there, not yours, or no id, and changes nothing of either', async () => {
    const [ada, eve] = await Promise.all([newShopper(), newShopper()]);
    const [mine, hers] = [await added(ada.token, { is_default: true }), await added(eve.token, { is_default: true })];
    for (const id of [hers, '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f', 'nonsense']) {
      expectProblem(await update(ada.token, id, { city: 'Berlin', is_default: true }), 404, 'not_found');
      expectProblem(await update(ada.token, id, {}), 404, 'not_found');
    }
    expect(await defaultsOf(ada.user.id)).toEqual([{ id: mine, address_type: 'SHIPPING' }]);
    expect((await api('GET', `/v1/me/addresses/${hers}`, { token: eve.token })).body.city).toBe('San Francisco');
  });
});

describe('DELETE /v1/me/addresses/{id}', () => {
  test('deletes the address once, and no other becomes the default', async () => {
    const { token, user } = await newShopper();
    const [id] = [await added(token, { is_default: true }), await added(token)];
    const { status, body } = await api('DELETE', `/v1/me/addresses/${id}`, { token });
    expect({ status, body }).toEqual({ status: 204, body: '' });
    expectProblem(await api('GET', `/v1/me/addresses/${id}`, { token }), 404, 'not_found');
    expectProblem(await api('DELETE', `/v1/me/addresses/${id}`, { token }), 404, 'not_found');
    expect(await countOf(user.id)).toBe(1);
    expect(await defaultsOf(user.id)).toEqual([]);
  });

  test('does not find what is not yours, and leaves it', async () => {
    const [ada, eve] = await Promise.all([newShopper(), newShopper()]);
    const id = await added(eve.token);
    for (const path of [id, '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f', 'nonsense']) {
      expectProblem(await api('DELETE', `/v1/me/addresses/${path}`, { token: ada.token }), 404, 'not_found');
    }
    expect(await countOf(eve.user.id)).toBe(1);
  });
});

describe('all of them', () => {
  const id = '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f';
  const calls = [
    ['POST', '/v1/me/addresses', { ...address, is_default: true }],
    ['GET', '/v1/me/addresses', undefined],
    ['GET', `/v1/me/addresses/${id}`, undefined],
    ['PATCH', `/v1/me/addresses/${id}`, { is_default: false }],
    ['DELETE', `/v1/me/addresses/${id}`, undefined],
  ] as const;

  test.each(calls)('%s %s refuses who is not signed in, and guests', async (method, path, body) => {
    const guest = z.object({ access_token: z.string() }).parse((await api('POST', '/v1/auth/guest')).body);
    expectProblem(await api(method, path, { body }), 401, 'unauthorized');
    expectProblem(await api(method, path, { body, token: guest.access_token }), 403, 'forbidden');
  });

  test.each(calls)('%s %s refuses a deactivated or deleted user and changes nothing', async (method, path, body) => {
    for (const end of [deactivate, markDeleted]) {
      const { token, user } = await newShopper();
      const standing = await added(token, { is_default: true });
      await end(user.id);
      expectProblem(await api(method, path.replace(id, standing), { body, token }), 401, 'unauthorized');
      expect(await defaultsOf(user.id)).toEqual([{ id: standing, address_type: 'SHIPPING' }]);
      expect(await countOf(user.id)).toBe(1);
    }
  });
});

describe('what other services are told of a shopper', () => {
  const db = connect(bindingsOf('users'));
  const { address_type: _type, ...told } = { ...address, address_line2: null };

  test('the email, and of the addresses asked for those that are the shopper’s', async () => {
    const [ada, eve] = await Promise.all([newShopper(), newShopper()]);
    const mine = await added(ada.token);
    await added(ada.token);
    const address_ids = [mine, await added(eve.token), '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f'];
    expect(await findShopper(db, { user_id: ada.user.id, address_ids })).toEqual({
      email: ada.email,
      addresses: [{ id: mine, ...told }],
    });
    expect(await findShopper(db, { user_id: ada.user.id, address_ids: [] })).toEqual({
      email: ada.email,
      addresses: [],
    });
  });

  test.each([
    ['deactivated', deactivate],
    ['deleted', markDeleted],
  ])('nothing once the user is %s', async (_what, end) => {
    const { token, user } = await newShopper();
    const id = await added(token);
    await end(user.id);
    expect(await findShopper(db, { user_id: user.id, address_ids: [id] })).toEqual({ email: null, addresses: [] });
  });

  test('nothing of somebody unknown', async () => {
    const nobody = { user_id: '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f', address_ids: [] };
    expect(await findShopper(db, nobody)).toEqual({ email: null, addresses: [] });
  });
});
