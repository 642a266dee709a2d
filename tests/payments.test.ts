import { randomUUID } from 'node:crypto';

import { beforeAll, describe, expect, it } from 'vitest';

import { fromCents, toCents } from '#shared/money/money.ts';

import { type Answer, api, eventually, expectProblem, newShopper, type Shopper, staff } from './support/client.ts';
import { sqlOf } from './support/databases.ts';
import { gatewayBooks, gatewayTotals } from './support/payments.ts';
import { newBuyer, newProduct, pay, placeOrder, sweep } from './support/shop.ts';

const unknownId = '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f';
const payments = sqlOf('payments');
let product: Answer['body'];
let shopper: Shopper;

beforeAll(async () => {
  product = await newProduct({ price: '19.99', quantity: 1_000 });
  shopper = await newShopper();
});

/** Somebody new, with an order to pay. */
async function newOrder(): Promise<{ buyer: Shopper; order: Answer['body'] }> {
  const buyer = await newBuyer(product.id);
  const { status, body } = await placeOrder(buyer);
  expect({ status, of: body.status }).toEqual({ status: 201, of: 'PENDING' });
  return { buyer, order: body };
}

function orderStatus(buyer: Shopper, orderId: string): Promise<string> {
  return api('GET', `/v1/orders/${orderId}`, { token: buyer.token }).then(({ body }) => body.status);
}

function read(buyer: Shopper, transactionId: string): Promise<Answer['body']> {
  return api('GET', `/v1/payments/${transactionId}`, { token: buyer.token }).then(({ body }) => body);
}

function transactionsOf(orderId: string) {
  return payments`SELECT status::text, failure_reason FROM transactions WHERE order_id = ${orderId} ORDER BY created_at`;
}

function plus(sum: string, { total_amount }: Answer['body']): string {
  return fromCents(toCents(sum) + toCents(total_amount));
}

function eventsOf(transactionId: string) {
  return payments`SELECT type FROM outbox WHERE subject_id = ${transactionId}`;
}

describe('GET /v1/payment-methods', () => {
  it('lists the five of the seed in their order, for everybody', async () => {
    const { status, headers, body } = await api('GET', '/v1/payment-methods');
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('public, max-age=30, stale-while-revalidate=30');
    expect(body).toEqual({
      data: [
        { id: 1, code: 'CREDIT_CARD', name: 'Credit card', display_order: 1 },
        { id: 2, code: 'DEBIT_CARD', name: 'Debit card', display_order: 2 },
        { id: 3, code: 'UPI', name: 'UPI', display_order: 3 },
        { id: 4, code: 'NET_BANKING', name: 'Net banking', display_order: 4 },
        { id: 5, code: 'WALLET', name: 'Wallet', display_order: 5 },
      ],
    });
  });
});

describe('POST /v1/payments', () => {
  it('charges what the order comes to and confirms it', async () => {
    const { buyer, order } = await newOrder();
    const { status, headers, body } = await pay(buyer.token, order.id, 'tok_success');
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/v1/payments/${body.id}`);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toEqual({
      id: expect.any(String),
      transaction_number: expect.stringMatching(/^TXN-\d{8}-[0-9A-HJKMNP-TV-Z]{8}$/),
      order_id: order.id,
      payment_method_code: 'CREDIT_CARD',
      amount: order.total_amount,
      currency: 'USD',
      status: 'SUCCESS',
      failure_reason: null,
      refund_amount: null,
      processed_at: expect.any(String),
      refunded_at: null,
      created_at: expect.any(String),
      updated_at: expect.any(String),
    });
    expect(await orderStatus(buyer, order.id)).toBe('CONFIRMED');
    const detail = await api('GET', `/v1/orders/${order.id}`, { token: buyer.token });
    expect(detail.body.payment).toEqual({
      status: 'SUCCESS',
      amount: order.total_amount,
      refunded_amount: '0.00',
      transaction_id: body.id,
    });
    expect(await eventsOf(body.id)).toEqual([{ type: 'payment.succeeded' }]);
    const [kept] = await payments`SELECT gateway, gateway_response FROM transactions WHERE id = ${body.id}`;
    expect(kept).toEqual({
      gateway: 'sandbox',
      gateway_response: {
        id: expect.stringMatching(/^sandbox_/),
        transaction_id: body.id,
        amount: order.total_amount,
        currency: 'USD',
        status: 'succeeded',
        failure_reason: null,
      },
    });
  });

  it.each([
    ['tok_declined', 'card_declined'],
    ['tok_insufficient_funds', 'insufficient_funds'],
    ['tok_expired_card', 'expired_card'],
    ['tok_error', 'gateway_error'],
  ])('%s fails with %s, the order stays PENDING and can be paid again', async (token, reason) => {
    const { buyer, order } = await newOrder();
    const failed = await pay(buyer.token, order.id, token);
    expect(failed.status).toBe(201);
    expect(failed.body).toMatchObject({ status: 'FAILED', failure_reason: reason, amount: order.total_amount });
    expect(await orderStatus(buyer, order.id)).toBe('PENDING');
    expect(await eventsOf(failed.body.id)).toEqual([{ type: 'payment.failed' }]);

    const paid = await pay(buyer.token, order.id, 'tok_success');
    expect(paid.body).toMatchObject({ status: 'SUCCESS', failure_reason: null });
    expect(await orderStatus(buyer, order.id)).toBe('CONFIRMED');
    expect(await transactionsOf(order.id)).toEqual([
      { status: 'FAILED', failure_reason: reason },
      { status: 'SUCCESS', failure_reason: null },
    ]);
  });

  it('tok_timeout is PROCESSING until reconciliation finds that it was charged', async () => {
    const { buyer, order } = await newOrder();
    const open = await pay(buyer.token, order.id, 'tok_timeout');
    expect(open.status).toBe(201);
    expect(open.body).toMatchObject({ status: 'PROCESSING', failure_reason: null, processed_at: null });
    expectProblem(await pay(buyer.token, order.id, 'tok_success'), 409, 'payment_in_progress');
    await sweep(0);
    expect(await read(buyer, open.body.id)).toMatchObject({ status: 'PROCESSING' });
    expect(await orderStatus(buyer, order.id)).toBe('PENDING');

    await eventually(async () => {
      await sweep(120);
      expect(await read(buyer, open.body.id)).toMatchObject({ status: 'SUCCESS', processed_at: expect.any(String) });
    });
    expect(await orderStatus(buyer, order.id)).toBe('CONFIRMED');
    expect(await transactionsOf(order.id)).toEqual([{ status: 'SUCCESS', failure_reason: null }]);
    expect(await eventsOf(open.body.id)).toHaveLength(1);
    expect(gatewayBooks(open.body.id)).toMatchObject({ charges: 1, charged: order.total_amount });
  });

  it('refuses to be paid a second time', async () => {
    const { buyer, order } = await newOrder();
    expect((await pay(buyer.token, order.id, 'tok_success')).body.status).toBe('SUCCESS');
    expectProblem(await pay(buyer.token, order.id, 'tok_success'), 409, 'order_already_paid');
    expect(await transactionsOf(order.id)).toEqual([{ status: 'SUCCESS', failure_reason: null }]);
  });

  it.each([2, 20])('charges once for %i payments at the same moment', async (times) => {
    const { buyer, order } = await newOrder();
    const before = gatewayTotals();
    const answers = await Promise.all(Array.from({ length: times }, () => pay(buyer.token, order.id, 'tok_success')));
    expect(answers).toHaveLength(times);
    const paid = answers.filter(({ status }) => status === 201);
    expect(paid.map(({ body }) => body.status)).toEqual(['SUCCESS']);
    for (const refused of answers.filter(({ status }) => status !== 201)) {
      expect(refused.status).toBe(409);
      expect(['order_already_paid', 'payment_in_progress']).toContain(refused.body.code);
    }
    expect(await transactionsOf(order.id)).toEqual([{ status: 'SUCCESS', failure_reason: null }]);
    expect(await orderStatus(buyer, order.id)).toBe('CONFIRMED');
    // Whatever it was asked: the gateway has one charge more than before, and it is this one.
    expect(gatewayTotals()).toEqual({ ...before, charges: before.charges + 1, charged: plus(before.charged, order) });
    expect(gatewayBooks(paid[0]?.body.id)).toMatchObject({ charges: 1, charged: order.total_amount });
    const keys = await payments`SELECT count(*)::int AS kept FROM idempotency_keys WHERE user_id = ${buyer.user.id}`;
    expect(keys).toEqual([{ kept: 1 }]);
  });

  it.each([
    ['an unknown token', { payment_token: 'tok_unknown' }, '/payment_token'],
    ['no token', { payment_token: undefined }, '/payment_token'],
    ['an unknown method', { payment_method_code: 'CASH' }, '/payment_method_code'],
    ['an id that is none', { order_id: '42' }, '/order_id'],
    ['an amount', { amount: '0.01' }, '/amount'],
  ])('refuses %s, writes nothing and gives the key back', async (_what, change, pointer) => {
    const { buyer, order } = await newOrder();
    const key = randomUUID();
    const body = { order_id: order.id, payment_method_code: 'WALLET', payment_token: 'tok_success' };
    const refused = await api('POST', '/v1/payments', {
      token: buyer.token,
      headers: { 'idempotency-key': key },
      body: { ...body, ...change },
    });
    expectProblem(refused, 422, 'validation_failed');
    expect(refused.body.errors).toMatchObject([{ pointer }]);
    expect(await transactionsOf(order.id)).toEqual([]);
    const paid = await pay(buyer.token, order.id, 'tok_success', key);
    expect({ status: paid.status, of: paid.body.status }).toEqual({ status: 201, of: 'SUCCESS' });
  });

  it("does not know another user's order, or one that nobody has", async () => {
    const { order } = await newOrder();
    expectProblem(await pay(shopper.token, order.id, 'tok_success'), 404, 'not_found');
    expectProblem(await pay(shopper.token, unknownId, 'tok_success'), 404, 'not_found');
    expect(await transactionsOf(order.id)).toEqual([]);
  });

  it('refuses a method that is switched off, until it is on again', async () => {
    const { buyer, order } = await newOrder();
    const key = randomUUID();
    const request = {
      token: buyer.token,
      headers: { 'idempotency-key': key },
      body: { order_id: order.id, payment_method_code: 'UPI', payment_token: 'tok_success' },
    };
    await payments`UPDATE payment_methods SET is_active = false WHERE code = 'UPI'`;
    try {
      expectProblem(await api('POST', '/v1/payments', request), 409, 'payment_method_unavailable');
      expect(await transactionsOf(order.id)).toEqual([]);
    } finally {
      await payments`UPDATE payment_methods SET is_active = true WHERE code = 'UPI'`;
    }
    expect((await api('POST', '/v1/payments', request)).body).toMatchObject({
      status: 'SUCCESS',
      payment_method_code: 'UPI',
    });
  });

  it('is for signed-in customers only', async () => {
    const body = { order_id: unknownId, payment_method_code: 'CREDIT_CARD', payment_token: 'tok_success' };
    const headers = { 'idempotency-key': randomUUID() };
    expectProblem(await api('POST', '/v1/payments', { body, headers }), 401, 'unauthorized');
    const guest = await api('POST', '/v1/auth/guest');
    expectProblem(
      await api('POST', '/v1/payments', { token: guest.body.access_token, body, headers }),
      403,
      'forbidden',
    );
  });
});

describe('Idempotency-Key of a payment', () => {
  it.each(['tok_success', 'tok_declined', 'tok_timeout'])('gives the first answer of %s again', async (token) => {
    const { buyer, order } = await newOrder();
    const key = randomUUID();
    const first = await pay(buyer.token, order.id, token, key);
    expect(first.status).toBe(201);
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    const again = await pay(buyer.token, order.id, token, key);
    expect(again.status).toBe(201);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.headers.get('location')).toBe(first.headers.get('location'));
    expect(again.body).toEqual(first.body);
    expect(await transactionsOf(order.id)).toHaveLength(1);
  });

  it('is refused for another body', async () => {
    const { buyer, order } = await newOrder();
    const key = randomUUID();
    expect((await pay(buyer.token, order.id, 'tok_declined', key)).status).toBe(201);
    expectProblem(await pay(buyer.token, order.id, 'tok_success', key), 422, 'idempotency_key_reused');
    expect(await transactionsOf(order.id)).toEqual([{ status: 'FAILED', failure_reason: 'card_declined' }]);
  });

  it('runs one of many requests at the same moment', async () => {
    const { buyer, order } = await newOrder();
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 10 }, () => pay(buyer.token, order.id, 'tok_success', key)));
    const ids = answers.filter(({ status }) => status === 201).map(({ body }) => body.id);
    expect(new Set(ids).size).toBe(1);
    for (const other of answers.filter(({ status }) => status !== 201)) {
      expectProblem(other, 409, 'idempotency_in_progress');
      expect(other.headers.get('retry-after')).toBe('1');
    }
    expect(await transactionsOf(order.id)).toEqual([{ status: 'SUCCESS', failure_reason: null }]);
  });

  it('is required and well-formed', async () => {
    const body = { order_id: unknownId, payment_method_code: 'CREDIT_CARD', payment_token: 'tok_success' };
    const { token } = shopper;
    expectProblem(await api('POST', '/v1/payments', { token, body }), 400, 'idempotency_key_required');
    const headers = { 'idempotency-key': 'two words' };
    expectProblem(await api('POST', '/v1/payments', { token, body, headers }), 400, 'idempotency_key_invalid');
  });
});

describe('GET /v1/payments', () => {
  it("lists one's own, the newest first, page by page", async () => {
    const { buyer, order } = await newOrder();
    const ids: string[] = [];
    for (const token of ['tok_declined', 'tok_expired_card', 'tok_success']) {
      ids.unshift((await pay(buyer.token, order.id, token)).body.id);
    }
    const first = await api('GET', '/v1/payments?limit=2', { token: buyer.token });
    expect(first.body.data.map(({ id }: { id: string }) => id)).toEqual(ids.slice(0, 2));
    expect(first.body.page).toEqual({ next_cursor: expect.any(String), has_more: true });
    const next = /^<(.+)>; rel="next"$/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
    const second = await api('GET', next, { token: buyer.token });
    expect(second.body.data.map(({ id }: { id: string }) => id)).toEqual(ids.slice(2));
    expect(second.body.page).toEqual({ next_cursor: null, has_more: false });
    expect(second.headers.get('link')).toBeNull();

    const oldest = await api('GET', '/v1/payments?limit=2&sort=created_at', { token: buyer.token });
    expect(oldest.body.data.map(({ id }: { id: string }) => id)).toEqual(ids.slice(1).toReversed());
    const rest = `/v1/payments?limit=2&sort=created_at&cursor=${oldest.body.page.next_cursor}`;
    const newest = await api('GET', rest, { token: buyer.token });
    expect(newest.body.data.map(({ id }: { id: string }) => id)).toEqual(ids.slice(0, 1));

    const failed = await api('GET', `/v1/payments?status=FAILED&order_id=${order.id}`, { token: buyer.token });
    expect(failed.body.data.map(({ id }: { id: string }) => id)).toEqual(ids.slice(1));
    const others = await api('GET', `/v1/payments?order_id=${order.id}`, { token: shopper.token });
    expect(others.body).toEqual({ data: [], page: { next_cursor: null, has_more: false } });
    const misplaced = `/v1/payments?status=FAILED&cursor=${first.body.page.next_cursor}`;
    expectProblem(await api('GET', misplaced, { token: buyer.token }), 400, 'invalid_cursor');
  });

  it('refuses filters that it does not know', async () => {
    const { token } = shopper;
    expectProblem(await api('GET', '/v1/payments?status=PAID', { token }), 422, 'validation_failed');
    expectProblem(await api('GET', '/v1/payments?sort=amount', { token }), 422, 'validation_failed');
    expectProblem(await api('GET', '/v1/payments?user_id=1', { token }), 400, 'unknown_parameter');
    expectProblem(await api('GET', '/v1/payments'), 401, 'unauthorized');
  });
});

describe('GET /v1/payments/{id}', () => {
  it('shows a payment to its owner only, staff included', async () => {
    const { buyer, order } = await newOrder();
    const paid = await pay(buyer.token, order.id, 'tok_success');
    const shown = await api('GET', `/v1/payments/${paid.body.id}`, { token: buyer.token });
    expect(shown.status).toBe(200);
    expect(shown.body).toEqual(paid.body);
    for (const token of [shopper.token, await staff('admin')]) {
      expectProblem(await api('GET', `/v1/payments/${paid.body.id}`, { token }), 404, 'not_found');
    }
    expectProblem(await api('GET', '/v1/payments/not-an-id', { token: buyer.token }), 404, 'not_found');
  });
});
