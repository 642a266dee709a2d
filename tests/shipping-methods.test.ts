import { afterAll, describe, expect, it } from 'vitest';

import { statuses } from './support/admin-products.ts';
import { unique } from './support/catalogue.ts';
import { type Answer, api, eventually, expectProblem, staff } from './support/client.ts';
import { sqlOf } from './support/databases.ts';
import { manager } from './support/shop.ts';

const path = '/v1/admin/shipping-methods';
const sql = sqlOf('orders');
const made: string[] = [];

// A method on offer would be the cheapest for other tests too.
afterAll(async () => {
  await sql`DELETE FROM shipping_methods WHERE id = ANY(${made})`;
});

/** Off unless the test says otherwise. */
async function post(fields: Record<string, unknown> = {}): Promise<Answer> {
  const body = { code: unique(), name: 'Courier', base_amount: '3', is_active: false, ...fields };
  const answer = await api('POST', path, { token: await manager(), body });
  if (answer.status === 201) made.push(answer.body.id);
  return answer;
}

async function newMethod(fields: Record<string, unknown> = {}): Promise<Answer['body']> {
  const { status, body } = await post(fields);
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
}

async function get(id: string): Promise<Answer> {
  return api('GET', `${path}/${id}`, { token: await manager() });
}

async function change(method: 'PATCH' | 'DELETE', id: string, ifMatch: string | null, body?: unknown): Promise<Answer> {
  const headers: Record<string, string> = ifMatch === null ? {} : { 'if-match': ifMatch };
  return api(method, `${path}/${id}`, { token: await manager(), headers, ...(body === undefined ? {} : { body }) });
}

/** Everything that a change of the method writes: the row, and how many events tell of it. */
function stored(id: string) {
  return sql`
    SELECT to_jsonb(method) AS method,
           (SELECT count(*)::int FROM outbox WHERE payload ->> 'resource_id' = ${id}) AS events
      FROM (SELECT) one LEFT JOIN shipping_methods method ON method.id = ${id}`;
}

describe('POST /v1/admin/shipping-methods', () => {
  it('adds a method, and the audit log tells of it', async () => {
    const code = unique();
    const added = await post({ code, countries: ['US', 'CA', 'US'], free_over: '75', per_kg_amount: '0.5' });
    expect(added.status).toBe(201);
    expect(added.body).toEqual({
      id: expect.any(String),
      code,
      name: 'Courier',
      base_amount: '3.00',
      per_kg_amount: '0.50',
      free_over: '75.00',
      countries: ['CA', 'US'],
      is_active: false,
      version: 1,
      created_at: expect.any(String),
      updated_at: expect.any(String),
    });
    expect(added.headers.get('etag')).toBe('"1"');
    expect(added.headers.get('location')).toBe(`${path}/${added.body.id}`);
    const read = await get(added.body.id);
    expect({ status: read.status, etag: read.headers.get('etag'), body: read.body }).toEqual({
      status: 200,
      etag: '"1"',
      body: added.body,
    });
    const token = await staff('admin');
    await eventually(async () => {
      const log = await api('GET', `/v1/admin/audit-log?resource_type=shipping_method&resource_id=${added.body.id}`, {
        token,
      });
      expect(log.body.data).toMatchObject([{ action: 'shipping_method.created', before: null, after: { code } }]);
    });
  });

  it('has defaults', async () => {
    const body = { code: unique(), name: 'Pick-up', base_amount: '0', countries: ['BV'] };
    const { status, body: method } = await api('POST', path, { token: await manager(), body });
    made.push(method.id);
    expect({ status, method }).toMatchObject({
      status: 201,
      method: { base_amount: '0.00', per_kg_amount: '0.00', free_over: null, is_active: true },
    });
  });

  it('refuses a code that there is', async () => {
    const { code } = await newMethod();
    expectProblem(await post({ code }), 409, 'shipping_method_exists');
    expect(await sql`SELECT count(*)::int AS methods FROM shipping_methods WHERE code = ${code}`).toEqual([
      { methods: 1 },
    ]);
  });

  it('takes one of two with the same code at once', async () => {
    const code = unique();
    const answers = await Promise.all([post({ code }), post({ code })]);
    expect(statuses(answers)).toEqual({ 201: 1, 409: 1 });
  });

  it.each([
    [{ code: 'Express' }, '/code'],
    [{ code: 'a--b' }, '/code'],
    [{ code: 'a'.repeat(51) }, '/code'],
    [{ name: ' ' }, '/name'],
    [{ name: 'a\u0000b' }, '/name'],
    [{ base_amount: 3 }, '/base_amount'],
    [{ base_amount: '-1.00' }, '/base_amount'],
    [{ base_amount: '1.005' }, '/base_amount'],
    [{ per_kg_amount: '100000000.00' }, '/per_kg_amount'],
    [{ free_over: 'never' }, '/free_over'],
    [{ countries: ['us'] }, '/countries/0'],
    [{ countries: ['US', 'EU'] }, '/countries/1'],
    [{ countries: 'US' }, '/countries'],
    [{ is_active: 'yes' }, '/is_active'],
    [{ id: '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f' }, '/id'],
  ])('refuses %j', async (wrong, pointer) => {
    const code = unique();
    const refused = await post({ code, ...wrong });
    expectProblem(refused, 422, 'validation_failed');
    expect(refused.body.errors.map((entry: { pointer: string }) => entry.pointer)).toEqual([pointer]);
    expect(await sql`SELECT id FROM shipping_methods WHERE code = ${code}`).toEqual([]);
  });
});

describe('GET /v1/admin/shipping-methods', () => {
  it('lists all of them by code, those that are off too', async () => {
    const { id, code } = await newMethod();
    const { status, body } = await api('GET', path, { token: await manager() });
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual(['data']);
    const codes = body.data.map((method: { code: string }) => method.code);
    expect(codes).toEqual(expect.arrayContaining([code, 'express', 'standard']));
    expect(body.data.find((method: { id: string }) => method.id === id)).toEqual((await get(id)).body);
    expectProblem(await api('GET', `${path}?limit=5`, { token: await manager() }), 400, 'unknown_parameter');
  });

  it('knows no others', async () => {
    expectProblem(await get('01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f'), 404, 'not_found');
    expectProblem(await get('express'), 404, 'not_found');
  });
});

describe('PATCH /v1/admin/shipping-methods/{id}', () => {
  it('changes what is sent, and tells of it', async () => {
    const before = await newMethod({ free_over: '50.00' });
    const { status, headers, body } = await change('PATCH', before.id, '"1"', { base_amount: '2.5', free_over: null });
    expect({ status, etag: headers.get('etag') }).toEqual({ status: 200, etag: '"2"' });
    expect(body).toEqual({
      ...before,
      base_amount: '2.50',
      free_over: null,
      version: 2,
      updated_at: expect.not.stringMatching(before.updated_at),
    });
    const [event] = await sql`
      SELECT payload FROM outbox WHERE payload ->> 'resource_id' = ${before.id} ORDER BY id DESC LIMIT 1`;
    expect(event).toMatchObject({
      payload: {
        action: 'shipping_method.updated',
        before: { base_amount: '3.00', free_over: '50.00' },
        after: { base_amount: '2.50', free_over: null },
      },
    });
  });

  it('leaves the version where nothing differs', async () => {
    const before = await newMethod();
    const was = await stored(before.id);
    for (const body of [{}, { name: 'Courier', base_amount: '3.00' }]) {
      expect(await change('PATCH', before.id, '"1"', body)).toMatchObject({ status: 200, body: before });
    }
    expect(await stored(before.id)).toEqual(was);
  });

  it('needs the version that was read', async () => {
    const { id } = await newMethod();
    const was = await stored(id);
    expectProblem(await change('PATCH', id, null, { name: 'X' }), 428, 'precondition_required');
    expectProblem(await change('PATCH', id, '"2"', { name: 'X' }), 412, 'precondition_failed');
    expectProblem(await change('PATCH', id, null, { name: '' }), 422, 'validation_failed');
    expect(await stored(id)).toEqual(was);
  });

  it('lets one of two at once through', async () => {
    const { id } = await newMethod();
    const answers = await Promise.all(['A', 'B', 'C', 'D'].map((name) => change('PATCH', id, '"1"', { name })));
    expect(statuses(answers)).toEqual({ 200: 1, 412: 3 });
    const winner = answers.find(({ status }) => status === 200);
    expect((await get(id)).body).toEqual(winner?.body);
    expect(await stored(id)).toMatchObject([{ events: 2 }]);
  });

  it('refuses the code of another', async () => {
    const other = await newMethod();
    const { id } = await newMethod();
    const was = await stored(id);
    expectProblem(await change('PATCH', id, '"1"', { code: other.code }), 409, 'shipping_method_exists');
    expect(await stored(id)).toEqual(was);
  });
});

describe('DELETE /v1/admin/shipping-methods/{id}', () => {
  it('is for good, and frees the code', async () => {
    const { id, code } = await newMethod();
    expectProblem(await change('DELETE', id, null), 428, 'precondition_required');
    expectProblem(await change('DELETE', id, '"7"'), 412, 'precondition_failed');
    expect((await get(id)).status).toBe(200);
    expect((await change('DELETE', id, '"1"')).status).toBe(204);
    expectProblem(await get(id), 404, 'not_found');
    expectProblem(await change('DELETE', id, '"1"'), 404, 'not_found');
    expect(await stored(id)).toEqual([{ method: null, events: 2 }]);
    expect((await newMethod({ code })).code).toBe(code);
  });
});
