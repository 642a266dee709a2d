import { beforeAll, describe, expect, it } from 'vitest';

import { type Answer, api, eventually, expectProblem, newShopper, staff } from './support/client.ts';
import { sqlOf } from './support/databases.ts';
import { newPayment, type Paid, refund } from './support/payments.ts';
import { manager, newProduct, pay } from './support/shop.ts';

const unknownId = '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f';
const path = '/v1/admin/transactions';
let product: Answer['body'];
let admin: string;

beforeAll(async () => {
  product = await newProduct({ price: '20.00', quantity: 1_000 });
  admin = await staff('admin');
});

async function list(query: string): Promise<Answer> {
  return api('GET', `${path}?${query}`, { token: await manager() });
}

const idsOf = ({ body }: Answer) => body.data.map(({ id }: { id: string }) => id);

describe('GET /v1/admin/transactions', () => {
  let paid: Paid;
  /** The transactions of one order, the newest first. */
  let three: Answer['body'][];

  beforeAll(async () => {
    paid = await newPayment(product.id, 'tok_declined');
    const expired = await pay(paid.buyer.token, paid.order.id, 'tok_expired_card');
    three = [(await pay(paid.buyer.token, paid.order.id)).body, expired.body, paid.payment];
  });

  it('shows all of everybody, the newest first, page by page', async () => {
    const other = await newPayment(product.id);
    const first = await list('limit=2');
    expect(idsOf(first)).toEqual([other.payment.id, three[0].id]);
    expect(first.body.data[1]).toEqual({
      ...three[0],
      user_id: paid.buyer.user.id,
      gateway: 'sandbox',
      gateway_transaction_id: expect.stringMatching(/^sandbox_/),
      refunds: [],
    });
    expect(first.headers.get('cache-control')).toBe('no-store');
    const next = /^<(.+)>; rel="next"$/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
    const second = await api('GET', next, { token: await manager() });
    expect(idsOf(second)).toEqual([three[1].id, three[2].id]);
    expectProblem(await list(`status=FAILED&cursor=${first.body.page.next_cursor}`), 400, 'invalid_cursor');
  });

  it('shows each with its own refunds, the first one first, in one round trip', async () => {
    const [one, other] = [await newPayment(product.id), await newPayment(product.id)];
    const made = [
      (await refund(one.payment.id, { amount: '1.00' })).body,
      (await refund(one.payment.id, { amount: '2.00', reason: 'Late' })).body,
    ];
    const { body: whole } = await refund(other.payment.id);
    const shown = await list('limit=2');
    expect(idsOf(shown)).toEqual([other.payment.id, one.payment.id]);
    expect(shown.body.data[0]).toMatchObject({ status: 'REFUNDED', refunds: [whole] });
    expect(shown.body.data[1]).toMatchObject({ status: 'SUCCESS', refund_amount: '3.00' });
    expect(shown.body.data[1].refunds).toEqual(made);
    expect(shown.headers.get('server-timing')).toBe('db;desc="1"');
  });

  it('the oldest first, page by page, where that is asked for', async () => {
    const query = `order_id=${paid.order.id}&sort=created_at&limit=2`;
    const first = await list(query);
    const ids = three.map(({ id }) => id).toReversed();
    expect(idsOf(first)).toEqual(ids.slice(0, 2));
    const second = await list(`${query}&cursor=${first.body.page.next_cursor}`);
    expect(idsOf(second)).toEqual(ids.slice(2));
    expectProblem(await list(`order_id=${paid.order.id}&cursor=${first.body.page.next_cursor}`), 400, 'invalid_cursor');
  });

  it('finds by order, user, status, number and time', async () => {
    const ids = three.map(({ id }) => id);
    expect(idsOf(await list(`order_id=${paid.order.id}`))).toEqual(ids);
    expect(idsOf(await list(`user_id=${paid.buyer.user.id}`))).toEqual(ids);
    expect(idsOf(await list(`user_id=${paid.buyer.user.id}&status=FAILED`))).toEqual(ids.slice(1));
    expect(idsOf(await list(`order_id=${unknownId}`))).toEqual([]);
    const number: string = three[1].transaction_number;
    expect(idsOf(await list(`q=${number}`))).toEqual([ids[1]]);
    expect(idsOf(await list(`q=${number.slice(0, -1).toLowerCase()}`))).toContain(ids[1]);
    expect(idsOf(await list(`q=${number.slice(1)}`))).toEqual([]);
    const between = `created_at[gte]=${three[1].created_at}&created_at[lt]=${three[0].created_at}`;
    expect(idsOf(await list(`order_id=${paid.order.id}&${between}`))).toEqual([ids[1]]);
  });

  it('refuses what it does not know', async () => {
    for (const query of [
      'status=PAID',
      'sort=amount',
      'order_id=42',
      'user_id=42',
      'q=',
      'q=%25',
      'created_at[gte]=yesterday',
    ]) {
      expectProblem(await list(query), 422, 'validation_failed');
    }
    expectProblem(await list('amount=1'), 400, 'unknown_parameter');
    expectProblem(await list('cursor=x'), 400, 'invalid_cursor');
  });

  it('is for staff', async () => {
    expectProblem(await api('GET', path), 401, 'unauthorized');
    expectProblem(await api('GET', path, { token: paid.buyer.token }), 403, 'forbidden');
    expect((await api('GET', path, { token: admin })).status).toBe(200);
  });

  it('shows one with its refunds', async () => {
    const shown = await api('GET', `${path}/${three[0].id}`, { token: await manager() });
    expect(shown.status).toBe(200);
    expect(shown.body).toEqual({
      ...three[0],
      user_id: paid.buyer.user.id,
      gateway: 'sandbox',
      gateway_transaction_id: expect.stringMatching(/^sandbox_/),
      refunds: [],
    });
    expectProblem(await api('GET', `${path}/${unknownId}`, { token: admin }), 404, 'not_found');
    expectProblem(await api('GET', `${path}/42`, { token: admin }), 404, 'not_found');
    expectProblem(await api('GET', `${path}/${three[0].id}`, { token: paid.buyer.token }), 403, 'forbidden');
    expectProblem(await api('GET', `${path}/${three[0].id}`), 401, 'unauthorized');
  });
});

describe('/v1/admin/payment-methods', () => {
  const methods = '/v1/admin/payment-methods';
  const patch = (id: number | string, body: unknown, token = admin) =>
    api('PATCH', `${methods}/${id}`, { token, body });
  const all = () => api('GET', methods, { token: admin });
  const offered = async (): Promise<string[]> =>
    (await api('GET', '/v1/payment-methods')).body.data.map(({ code }: { code: string }) => code);

  it('lists all five, those switched off too', async () => {
    const { status, body } = await all();
    expect(status).toBe(200);
    expect(body.data[0]).toEqual({
      id: 1,
      code: 'CREDIT_CARD',
      name: 'Credit card',
      display_order: 1,
      is_active: true,
      created_at: expect.any(String),
    });
    expect(body.data.map(({ code }: { code: string }) => code)).toEqual([
      'CREDIT_CARD',
      'DEBIT_CARD',
      'UPI',
      'NET_BANKING',
      'WALLET',
    ]);
  });

  it('switches one off and on, renames and moves it, and says who did', async () => {
    try {
      const changed = await patch(5, { is_active: false, display_order: 0, name: 'Purse' });
      expect(changed.status).toBe(200);
      expect(changed.body).toMatchObject({ id: 5, code: 'WALLET', name: 'Purse', display_order: 0, is_active: false });
      expect((await all()).body.data[0]).toEqual(changed.body);
      expect(await offered()).toEqual(['CREDIT_CARD', 'DEBIT_CARD', 'UPI', 'NET_BANKING']);
      await patch(5, { is_active: true });
      expect(await offered()).toEqual(['WALLET', 'CREDIT_CARD', 'DEBIT_CARD', 'UPI', 'NET_BANKING']);
    } finally {
      await patch(5, { is_active: true, display_order: 5, name: 'Wallet' });
    }
    await eventually(async () => {
      const entries = await sqlOf('users')`
        SELECT action, before, after FROM audit_log WHERE resource_type = 'payment_method' AND resource_id = '5'
         ORDER BY created_at, id LIMIT 2`;
      expect(entries).toEqual([
        {
          action: 'payment_method.updated',
          before: { is_active: true, display_order: 5, name: 'Wallet' },
          after: { is_active: false, display_order: 0, name: 'Purse' },
        },
        { action: 'payment_method.updated', before: { is_active: false }, after: { is_active: true } },
      ]);
    });
  });

  it('takes changes of the same moment one after the other', async () => {
    const orders = [11, 12, 13];
    try {
      const answers = await Promise.all(orders.map((display_order) => patch(4, { display_order })));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    } finally {
      await patch(4, { display_order: 4 });
    }
  });

  it.each([
    ['nothing', {}, ''],
    ['a code', { code: 'CASH' }, '/code'],
    ['an empty name', { name: ' ' }, '/name'],
    ['a long name', { name: 'x'.repeat(51) }, '/name'],
    ["another's name", { name: 'UPI' }, '/name'],
    ['an order below zero', { display_order: -1 }, '/display_order'],
    ['an order that no column holds', { display_order: 2_147_483_648 }, '/display_order'],
    ['no switch', { is_active: 'yes' }, '/is_active'],
  ])('refuses %s and changes nothing', async (_what, body, pointer) => {
    const before = await all();
    const refused = await patch(1, body);
    expectProblem(refused, 422, 'validation_failed');
    expect(refused.body.errors).toMatchObject([{ pointer }]);
    expect((await all()).body).toEqual(before.body);
  });

  it.each(['99', '0', '-1', '1.5', '1e0', 'one', '2147483648', unknownId])('knows no method %s', async (id) => {
    expectProblem(await patch(id, { is_active: true }), 404, 'not_found');
  });

  it('is for administrators', async () => {
    const { token } = await newShopper();
    for (const lower of [token, await manager()]) {
      expectProblem(await api('GET', methods, { token: lower }), 403, 'forbidden');
      expectProblem(await patch(1, { is_active: false }, lower), 403, 'forbidden');
    }
    expectProblem(await api('GET', methods), 401, 'unauthorized');
    expectProblem(await api('PATCH', `${methods}/1`, { body: { is_active: false } }), 401, 'unauthorized');
    expect(await offered()).toHaveLength(5);
  });
});
