import { afterAll, describe, expect, it } from 'vitest';

import { statuses } from './support/admin-products.ts';
import { unique } from './support/catalogue.ts';
import { type Answer, api, eventually, expectProblem, newShopper, staff } from './support/client.ts';
import { sqlOf } from './support/databases.ts';
import { addToCart, manager, newAddress, newProduct, placeOrder } from './support/shop.ts';

const path = '/v1/admin/tax-rates';
const sql = sqlOf('orders');
const made: string[] = [];

afterAll(async () => {
  await sql`DELETE FROM tax_rates WHERE id = ANY(${made})`;
});

async function post(fields: Record<string, unknown> = {}): Promise<Answer> {
  const body = { country: 'AQ', state: unique(), name: 'Ice tax', rate: '0.05', ...fields };
  const answer = await api('POST', path, { token: await manager(), body });
  if (answer.status === 201) made.push(answer.body.id);
  return answer;
}

async function newRate(fields: Record<string, unknown> = {}): Promise<Answer['body']> {
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

/** Everything that a change of the rate writes: the row, and how many events tell of it. */
function stored(id: string) {
  return sql`
    SELECT to_jsonb(rate) AS rate,
           (SELECT count(*)::int FROM outbox WHERE payload ->> 'resource_id' = ${id}) AS events
      FROM (SELECT) one LEFT JOIN tax_rates rate ON rate.id = ${id}`;
}

describe('POST /v1/admin/tax-rates', () => {
  it('adds a rate, and the audit log tells of it', async () => {
    const state = unique();
    const { status, headers, body } = await post({ state });
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.any(String),
      country: 'AQ',
      state,
      name: 'Ice tax',
      rate: '0.0500',
      version: 1,
      created_at: expect.any(String),
      updated_at: expect.any(String),
    });
    expect(headers.get('etag')).toBe('"1"');
    expect(headers.get('location')).toBe(`${path}/${body.id}`);
    const read = await get(body.id);
    expect([read.status, read.headers.get('etag'), read.body]).toEqual([200, '"1"', body]);
    const token = await staff('admin');
    await eventually(async () => {
      const log = await api('GET', `/v1/admin/audit-log?resource_type=tax_rate&resource_id=${body.id}`, { token });
      expect(log.body.data).toMatchObject([{ action: 'tax_rate.created', before: null, after: { state } }]);
    });
  });

  it('is one for a place, whatever the case of its state', async () => {
    const { state } = await newRate();
    expectProblem(await post({ state: state.toUpperCase() }), 409, 'tax_rate_exists');
    expectProblem(await post({ state: ` ${state} ` }), 409, 'tax_rate_exists');
    expect((await post({ state, country: 'BV' })).status).toBe(201);
    expect(await sql`SELECT country FROM tax_rates WHERE lower(state) = lower(${state}) ORDER BY country`).toEqual([
      { country: 'AQ' },
      { country: 'BV' },
    ]);
  });

  it('is one for a whole country', async () => {
    const { id } = await newRate({ country: 'HM', state: null });
    const again = { country: 'HM', name: 'Again', rate: '1' };
    expectProblem(await api('POST', path, { token: await manager(), body: again }), 409, 'tax_rate_exists');
    expect(await sql`SELECT id FROM tax_rates WHERE country = 'HM'`).toEqual([{ id }]);
  });

  it('takes one of two for the same place at once', async () => {
    const state = unique();
    const answers = await Promise.all([post({ state }), post({ state: state.toUpperCase() })]);
    expect(statuses(answers)).toEqual({ 201: 1, 409: 1 });
  });

  it.each([
    ['0', '0.0000'],
    ['1', '1.0000'],
    ['1.000', '1.0000'],
    ['0.0825', '0.0825'],
  ])('reads a rate of %s as %s', async (rate, read) => {
    expect((await newRate({ rate })).rate).toBe(read);
  });

  it.each([
    [{ rate: '1.0001' }, '/rate'],
    [{ rate: '-0.01' }, '/rate'],
    [{ rate: '0.08255' }, '/rate'],
    [{ rate: '8.25' }, '/rate'],
    [{ rate: 0.05 }, '/rate'],
    [{ country: 'aq' }, '/country'],
    [{ country: 'EU' }, '/country'],
    [{ country: null }, '/country'],
    [{ state: '' }, '/state'],
    [{ name: 'x'.repeat(101) }, '/name'],
    [{ version: 1 }, '/version'],
  ])('refuses %j', async (wrong, pointer) => {
    const state = unique();
    const refused = await post({ state, ...wrong });
    expectProblem(refused, 422, 'validation_failed');
    expect(refused.body.errors.map((entry: { pointer: string }) => entry.pointer)).toEqual([pointer]);
    expect(await sql`SELECT id FROM tax_rates WHERE state = ${state}`).toEqual([]);
  });
});

describe('GET /v1/admin/tax-rates', () => {
  it('lists them by country, its own first, then by state', async () => {
    const own = await newRate({ country: 'GS', state: null });
    const later = await newRate({ country: 'GS', state: 'b' });
    const earlier = await newRate({ country: 'GS', state: 'A' });
    const { status, body } = await api('GET', path, { token: await manager() });
    expect([status, Object.keys(body)]).toEqual([200, ['data']]);
    expect(body.data.filter((rate: { country: string }) => rate.country === 'GS')).toEqual([own, earlier, later]);
    const countries = body.data.map((rate: { country: string }) => rate.country);
    expect(countries).toEqual(countries.toSorted());
  });

  it('knows no others', async () => {
    expectProblem(await get('01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f'), 404, 'not_found');
  });
});

describe('PATCH /v1/admin/tax-rates/{id}', () => {
  it('changes what is sent, and tells of it', async () => {
    const before = await newRate();
    const { status, headers, body } = await change('PATCH', before.id, '"1"', { rate: '0.075' });
    expect([status, headers.get('etag')]).toEqual([200, '"2"']);
    expect(body).toEqual({
      ...before,
      rate: '0.0750',
      version: 2,
      updated_at: expect.not.stringMatching(before.updated_at),
    });
    expect((await change('PATCH', before.id, '"2"', { rate: '0.0750' })).body).toEqual(body);
    expect(await stored(before.id)).toMatchObject([{ events: 2 }]);
  });

  it('needs the version that was read, and a free place', async () => {
    const other = await newRate();
    const { id } = await newRate();
    const was = await stored(id);
    expectProblem(await change('PATCH', id, null, { name: 'X' }), 428, 'precondition_required');
    expectProblem(await change('PATCH', id, '"2"', { name: 'X' }), 412, 'precondition_failed');
    expectProblem(await change('PATCH', id, '"1"', { state: other.state.toUpperCase() }), 409, 'tax_rate_exists');
    expect(await stored(id)).toEqual(was);
  });

  it('may spell its own state in another case', async () => {
    const { id, state } = await newRate();
    expect((await change('PATCH', id, '"1"', { state: state.toUpperCase() })).body.state).toBe(state.toUpperCase());
  });

  it('lets one of two at once through', async () => {
    const { id } = await newRate();
    const answers = await Promise.all(['0.1', '0.2', '0.3'].map((rate) => change('PATCH', id, '"1"', { rate })));
    expect(statuses(answers)).toEqual({ 200: 1, 412: 2 });
    expect(await stored(id)).toMatchObject([{ events: 2 }]);
  });
});

describe('DELETE /v1/admin/tax-rates/{id}', () => {
  it('is for good, and frees the place', async () => {
    const { id, state } = await newRate();
    expectProblem(await change('DELETE', id, null), 428, 'precondition_required');
    expectProblem(await change('DELETE', id, '"2"'), 412, 'precondition_failed');
    expect((await change('DELETE', id, '"1"')).status).toBe(204);
    expectProblem(await get(id), 404, 'not_found');
    expect(await stored(id)).toEqual([{ rate: null, events: 2 }]);
    expect((await newRate({ state })).state).toBe(state);
  });
});

describe('at the checkout', () => {
  it('the most specific rate is taken, and an order keeps it', async () => {
    const product = await newProduct({ price: '10.00' });
    const whole = await newRate({ country: 'TF', state: null, rate: '0.2' });
    const own = await newRate({ country: 'TF', state: 'Kerguelen', rate: '0.1' });
    const shopper = await newShopper();
    const order = async (state: string) => {
      const addressId = await newAddress(shopper.token, { country: 'TF', state });
      await addToCart(shopper.token, product.id, 1);
      const { status, body } = await placeOrder({ token: shopper.token, addressId });
      expect(status, JSON.stringify(body)).toBe(201);
      await eventually(async () =>
        expect((await api('GET', '/v1/cart', { token: shopper.token })).body.items).toEqual([]),
      );
      return body;
    };
    const first = await order('KERGUELEN');
    expect([first.tax_rate, first.tax_amount]).toEqual([own.rate, '1.00']);
    const second = await order('Crozet');
    expect([second.tax_rate, second.tax_amount]).toEqual([whole.rate, '2.00']);
    expect((await change('DELETE', own.id, '"1"')).status).toBe(204);
    expect((await order('Kerguelen')).tax_amount).toBe('2.00');
    const kept = await api('GET', `/v1/orders/${first.id}`, { token: shopper.token });
    expect([kept.body.tax_rate, kept.body.tax_amount]).toEqual(['0.1000', '1.00']);
  });
});
