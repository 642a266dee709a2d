import { Decimal128, Int32, ObjectId } from 'mongodb';
import { afterAll, describe, expect, it } from 'vitest';

import { pointersOf } from './support/accounts.ts';
import { statuses, times } from './support/admin-products.ts';
import { type Answer, api, eventually, expectProblem, staff } from './support/client.ts';
import {
  deleteCoupon,
  getCoupon,
  newCode,
  newCoupon,
  openCoupons,
  patchCoupon,
  postCoupon,
} from './support/coupons.ts';
import { manager, sweep } from './support/shop.ts';

const { coupons, close } = openCoupons();
afterAll(close);

const list = async (query: string) => api('GET', `/v1/admin/coupons${query}`, { token: await manager() });
const codesOf = ({ body }: Answer) => body.data.map(({ code }: { code: string }) => code);

/** What the audit log says of the coupon, oldest first, once it has so many entries. */
async function auditOf(id: string, entries: number): Promise<Answer['body'][]> {
  const token = await staff('admin');
  return eventually(async () => {
    const path = `/v1/admin/audit-log?resource_type=coupon&resource_id=${id}`;
    const { body } = await api('GET', path, { token });
    expect(body.data).toHaveLength(entries);
    return body.data.toReversed();
  });
}

describe('a new coupon', () => {
  it('has what it was given, the rest by default, and its code in upper case', async () => {
    const code = newCode();
    const { status, body, headers } = await postCoupon({ code: code.toLowerCase(), value: '12.5' });
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/v1/admin/coupons/${code}`);
    expect(headers.get('etag')).toBe('"1"');
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{24}$/),
      code,
      type: 'percentage',
      value: '12.50',
      min_subtotal: null,
      starts_at: null,
      ends_at: null,
      usage_limit: null,
      per_user_limit: null,
      is_active: true,
      used_count: 0,
      version: 1,
      created_at: expect.any(String),
      updated_at: body.created_at,
    });
    for (const spelling of [code, code.toLowerCase()]) {
      const found = await getCoupon(spelling);
      expect([found.status, found.headers.get('etag'), found.body]).toEqual([200, '"1"', body]);
    }
  });

  it('takes everything there is to say, and is stored with exact types', async () => {
    const said = {
      type: 'fixed_amount',
      value: '5.00',
      min_subtotal: '20.00',
      starts_at: '2026-11-01T01:00:00+01:00',
      ends_at: '2099-12-01T00:00:00.500Z',
      usage_limit: 1_000_000,
      per_user_limit: 2,
      is_active: false,
    };
    const body = await newCoupon(said);
    expect(body).toMatchObject({
      ...said,
      starts_at: '2026-11-01T00:00:00.000Z',
      ends_at: '2099-12-01T00:00:00.500Z',
    });
    const stored = await coupons.findOne({ code: body.code }, { promoteValues: false });
    expect(stored).toMatchObject({
      _id: new ObjectId(body.id),
      value: Decimal128.fromString('5.00'),
      min_subtotal: Decimal128.fromString('20.00'),
      usage_limit: new Int32(1_000_000),
      per_user_limit: new Int32(2),
      version: new Int32(1),
      deleted_at: null,
    });
  });

  it('of each type is taken at the edges of its values', async () => {
    expect(await newCoupon({ value: '0.01' })).toMatchObject({ value: '0.01' });
    expect(await newCoupon({ value: '100' })).toMatchObject({ value: '100.00' });
    expect(await newCoupon({ type: 'fixed_amount', value: '99999999.99' })).toMatchObject({ value: '99999999.99' });
    expect(await newCoupon({ type: 'free_shipping', value: null })).toMatchObject({ value: null });
    expect(await newCoupon({ type: 'free_shipping', value: undefined })).toMatchObject({ value: null });
    expect(await newCoupon({ code: newCode().padEnd(50, '_') })).toMatchObject({ used_count: 0 });
  });

  it.each([
    ['an empty code', { code: '' }, ['/code']],
    ['a code of 51 characters', { code: 'A'.repeat(51) }, ['/code']],
    ['a code with other characters', { code: 'TEN%' }, ['/code']],
    ['a letter that becomes two in upper case', { code: 'GROß' }, ['/code']],
    ['an object where the code belongs', { code: { $gt: '' } }, ['/code']],
    ['an unknown type', { type: 'gift' }, ['/type']],
    ['a percentage over 100', { value: '100.01' }, ['/value']],
    ['no percentage', { value: null }, ['/value']],
    ['a percentage of nothing', { value: '0.00' }, ['/value']],
    ['a third decimal', { value: '1.005' }, ['/value']],
    ['a number', { value: 10 }, ['/value']],
    ['a negative value', { value: '-1.00' }, ['/value']],
    ['an amount of nothing', { type: 'fixed_amount', value: '0' }, ['/value']],
    ['an amount beyond what is stored', { type: 'fixed_amount', value: '100000000' }, ['/value']],
    ['free shipping with a value', { type: 'free_shipping', value: '1.00' }, ['/value']],
    ['an end at the start', { starts_at: '2026-11-01T00:00:00Z', ends_at: '2026-11-01T00:00:00Z' }, ['/ends_at']],
    ['an end before the start', { starts_at: '2026-11-01T00:00:01Z', ends_at: '2026-11-01T00:00:00Z' }, ['/ends_at']],
    ['a day without a time', { ends_at: '2026-11-01' }, ['/ends_at']],
    ['limits of nothing', { usage_limit: 0, per_user_limit: 0 }, ['/usage_limit', '/per_user_limit']],
    ['limits out of bounds', { usage_limit: 1_000_001, per_user_limit: 1.5 }, ['/usage_limit', '/per_user_limit']],
    ['a flag that is none', { is_active: 'yes' }, ['/is_active']],
    ['unknown fields', { used_count: 5 }, ['/used_count']],
  ])('is refused with %s', async (_name, change, pointers) => {
    const code = newCode();
    const answer = await postCoupon({ code, ...change });
    expectProblem(answer, 422, 'validation_failed');
    expect(pointersOf(answer.body)).toEqual(pointers);
    expect(await coupons.countDocuments({ code })).toBe(0);
  });

  it('is refused when there is one of its code, in whatever case, 10 times at once too', async () => {
    const code = newCode();
    const answers = await times(10, (i) => postCoupon({ code: i % 2 ? code : code.toLowerCase(), value: `${i + 1}` }));
    expect(statuses(answers)).toEqual({ 201: 1, 409: 9 });
    for (const answer of answers.filter(({ status }) => status === 409)) expectProblem(answer, 409, 'coupon_exists');
    const made = answers.find(({ status }) => status === 201);
    expect((await getCoupon(code)).body).toEqual(made?.body);
    expect(await auditOf(made?.body.id, 1)).toMatchObject([{ action: 'coupon.created' }]);
  });
});

describe('changing a coupon', () => {
  it('sets what is sent and nothing else, and says so in the audit log', async () => {
    const { code, id, ...made } = await newCoupon({ usage_limit: 5, ends_at: '2099-01-01T00:00:00Z' });
    const { status, body, headers } = await patchCoupon(code.toLowerCase(), { value: '15.00', ends_at: null }, '"1"');
    expect([status, headers.get('etag')]).toEqual([200, '"2"']);
    expect(body).toEqual({
      ...made,
      id,
      code,
      value: '15.00',
      ends_at: null,
      version: 2,
      updated_at: expect.any(String),
    });
    expect(Date.parse(body.updated_at)).toBeGreaterThanOrEqual(Date.parse(made.updated_at));
    expect((await getCoupon(code)).body).toEqual(body);
    const [created, updated] = await auditOf(id, 2);
    expect(created).toMatchObject({
      action: 'coupon.created',
      resource_type: 'coupon',
      before: null,
      after: { code, value: '10.00', usage_limit: 5, ends_at: '2099-01-01T00:00:00.000Z' },
    });
    expect(updated).toMatchObject({
      action: 'coupon.updated',
      before: { value: '10.00', ends_at: '2099-01-01T00:00:00.000Z' },
      after: { value: '15.00', ends_at: null },
    });
    expect(Object.keys(updated.after)).toHaveLength(2);
    await eventually(async () => expect(await coupons.findOne({ code })).toMatchObject({ unsent_events: [] }));
  });

  it('to what it is already changes nothing', async () => {
    const made = await newCoupon({ starts_at: '2026-11-01T00:00:00Z' });
    const { status, body } = await patchCoupon(made.code, { value: '10', starts_at: '2026-11-01T01:00:00+01:00' });
    expect([status, body]).toEqual([200, made]);
    expect((await patchCoupon(made.code, {})).body).toEqual(made);
  });

  it('needs the version that was read', async () => {
    const { code } = await newCoupon();
    const token = await manager();
    const body = { is_active: false };
    expectProblem(await api('PATCH', `/v1/admin/coupons/${code}`, { token, body }), 428, 'precondition_required');
    expectProblem(await patchCoupon(code, body, '"2"'), 412, 'precondition_failed');
    expectProblem(await patchCoupon(code, body, 'W/"1"'), 412, 'precondition_failed');
    expect((await getCoupon(code)).body).toMatchObject({ is_active: true, version: 1 });
    const answers = await times(10, (i) => patchCoupon(code, { usage_limit: i + 1 }, '"1"'));
    expect(statuses(answers)).toEqual({ 200: 1, 412: 9 });
    const changed = answers.find(({ status }) => status === 200);
    expect((await getCoupon(code)).body).toEqual(changed?.body);
  });

  it.each([
    ['an end before the stored start', { starts_at: '2027-01-01T00:00:00Z' }, { ends_at: '2026-12-01T00:00:00Z' }],
    ['a start after the stored end', { ends_at: '2026-12-01T00:00:00Z' }, { starts_at: '2027-01-01T00:00:00Z' }],
  ])('to %s is refused', async (_name, stored, change) => {
    const { code } = await newCoupon(stored);
    const answer = await patchCoupon(code, change);
    expectProblem(answer, 422, 'validation_failed');
    expect(pointersOf(answer.body)).toEqual(['/ends_at']);
    expect((await getCoupon(code)).body.version).toBe(1);
  });

  it('to a type that the value does not go with is refused', async () => {
    const percentage = await newCoupon();
    expectProblem(await patchCoupon(percentage.code, { type: 'free_shipping' }), 422, 'validation_failed');
    const amount = await newCoupon({ type: 'fixed_amount', value: '250.00' });
    expectProblem(await patchCoupon(amount.code, { type: 'percentage' }), 422, 'validation_failed');
    const shipping = await newCoupon({ type: 'free_shipping', value: null });
    expectProblem(await patchCoupon(shipping.code, { type: 'fixed_amount' }), 422, 'validation_failed');
    expectProblem(await patchCoupon(percentage.code, { code: newCode() }), 422, 'validation_failed');
    for (const { code, ...before } of [percentage, amount, shipping]) {
      expect((await getCoupon(code)).body).toEqual({ code, ...before });
    }
    const changed = await patchCoupon(percentage.code, { type: 'free_shipping', value: null });
    expect(changed.body).toMatchObject({ type: 'free_shipping', value: null, version: 2 });
  });
});

describe('deleting a coupon', () => {
  it('frees its code, and takes the version that was read', async () => {
    const { code, id } = await newCoupon();
    const token = await manager();
    expectProblem(await api('DELETE', `/v1/admin/coupons/${code}`, { token }), 428, 'precondition_required');
    expectProblem(await deleteCoupon(code, '"7"'), 412, 'precondition_failed');
    expect((await deleteCoupon(code)).status).toBe(204);
    expectProblem(await getCoupon(code), 404, 'not_found');
    expectProblem(await patchCoupon(code, { is_active: false }, '"1"'), 404, 'not_found');
    expectProblem(await deleteCoupon(code, '"1"'), 404, 'not_found');
    expect(codesOf(await list(`?q=${code}`))).toEqual([]);
    expect(await auditOf(id, 2)).toMatchObject([{}, { action: 'coupon.deleted', before: { code }, after: null }]);

    const again = await newCoupon({ code });
    expect(again.id).not.toBe(id);
    expect((await getCoupon(code)).body).toEqual(again);
  });

  it('10 times at once deletes it once', async () => {
    const { code, id } = await newCoupon();
    const answers = await times(10, () => deleteCoupon(code, '"1"'));
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1);
    expect(answers.filter(({ status }) => ![204, 404, 412].includes(status))).toEqual([]);
    expect((await auditOf(id, 2)).map(({ action }) => action)).toEqual(['coupon.created', 'coupon.deleted']);
  });
});

describe('the list', () => {
  it('has pages, the newest first, by the beginning of codes and whether they are on', async () => {
    const prefix = newCode();
    const codes: string[] = [];
    for (let i = 0; i < 5; i++)
      codes.unshift((await newCoupon({ code: `${prefix}-${i}`, is_active: i % 2 === 0 })).code);
    const seen: string[] = [];
    let path: string | null = `?limit=2&q=${prefix.toLowerCase()}`;
    while (path !== null) {
      const answer: Answer = await list(path);
      seen.push(...codesOf(answer));
      const next = /^<\/v1\/admin\/coupons(\?[^>]+)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1] ?? null;
      expect(answer.body.page.has_more).toBe(next !== null);
      path = next;
    }
    expect(seen).toEqual(codes);
    expect(codesOf(await list(`?q=${prefix}&is_active=true`))).toEqual(codes.filter((_, i) => i % 2 === 0));
    expect(codesOf(await list(`?q=${prefix}&is_active=false`))).toEqual(codes.filter((_, i) => i % 2 === 1));
    expect(codesOf(await list(`?q=${prefix}-4`))).toEqual([codes[0]]);
  });

  it('refuses cursors of other lists and filters that make no sense', async () => {
    const prefix = newCode();
    await newCoupon({ code: `${prefix}-1` });
    await newCoupon({ code: `${prefix}-2` });
    const { body } = await list(`?limit=1&q=${prefix}`);
    expectProblem(await list(`?limit=1&cursor=${body.page.next_cursor}`), 400, 'invalid_cursor');
    expectProblem(await list('?cursor=nonsense'), 400, 'invalid_cursor');
    expectProblem(await list('?q=a%25'), 422, 'validation_failed');
    expectProblem(await list('?q[$gt]='), 400, 'unknown_parameter');
    expectProblem(await list('?is_active=1'), 422, 'validation_failed');
  });
});

it('a path that is no code names nothing', async () => {
  expectProblem(await getCoupon('NO.CODE'), 404, 'not_found');
  expectProblem(await getCoupon(`${newCode()}%23`), 404, 'not_found');
  expectProblem(await getCoupon('A'.repeat(51)), 404, 'not_found');
});

it('an entry of the audit log that was not sent is sent by the sweep', async () => {
  const { code, id } = await newCoupon();
  const [entry] = await auditOf(id, 1);
  const event = {
    id: '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f',
    type: 'audit.recorded',
    subject_id: entry.actor_id,
    payload: {
      actor_id: entry.actor_id,
      action: 'coupon.updated',
      resource_type: 'coupon',
      resource_id: id,
      before: { usage_limit: null },
      after: { usage_limit: 3 },
      recorded_at: new Date().toISOString(),
    },
    request_id: 'left-behind',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  };
  // As a worker leaves it that dies between its change and the sending.
  await coupons.updateOne({ code }, { $set: { unsent_events: [event] } });
  await sweep();
  expect(await auditOf(id, 2)).toMatchObject([{}, { after: { usage_limit: 3 }, request_id: 'left-behind' }]);
  expect(await coupons.findOne({ code })).toMatchObject({ unsent_events: [] });
});
