import { randomUUID } from 'node:crypto';

import { beforeAll, describe, expect, it } from 'vitest';

import { type Answer, api, eventually, expectProblem, newShopper, staff } from './support/client.ts';
import { sqlOf } from './support/databases.ts';
import {
  backdate,
  gatewayBooks,
  newPayment,
  orderOf,
  refund,
  refundEvents,
  refundRows,
  transaction,
} from './support/payments.ts';
import { manager, newBuyer, newProduct, pay, placeOrder, shopUrl, sweep } from './support/shop.ts';

const unknownId = '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f';
const payments = sqlOf('payments');
let product: Answer['body'];

beforeAll(async () => {
  product = await newProduct({ price: '20.00', quantity: 1_000 });
});

/** POST without any `Content-Type`, which fetch sets for text by itself; the status. */
async function postUntyped(path: string, body: Uint8Array<ArrayBuffer>): Promise<number> {
  const headers = { authorization: `Bearer ${await manager()}`, 'idempotency-key': randomUUID() };
  const response = await fetch(new URL(path, shopUrl()), { method: 'POST', headers, body });
  await response.body?.cancel();
  return response.status;
}

/** What is left to refund of a transaction, as the books say. */
async function remaining(id: string): Promise<string> {
  const [row] =
    await payments`SELECT (amount - coalesce(refund_amount, 0))::text AS left FROM transactions WHERE id = ${id}`;
  return String(row?.['left']);
}

async function nothingRefunded(id: string): Promise<void> {
  expect(await refundRows(id)).toEqual([]);
  expect(await refundEvents(id)).toEqual([]);
  expect(gatewayBooks(id)).toMatchObject({ refunds: 0, refunded: '0.00' });
  const [row] = await payments`
    SELECT refund_amount, refunded_at,
           (SELECT count(*)::int FROM idempotency_keys WHERE path LIKE '%' || transactions.id || '%') AS keys
      FROM transactions WHERE id = ${id}`;
  expect(row).toEqual({ refund_amount: null, refunded_at: null, keys: 0 });
}

describe('POST /v1/admin/transactions/{id}/refunds', () => {
  it('refunds all that is left, once and for good', async () => {
    const paid = await newPayment(product.id);
    const { id, amount } = paid.payment;
    const { status, headers, body } = await refund(id, { reason: 'Arrived broken' });
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/v1/admin/transactions/${id}`);
    expect(body).toEqual({
      id: expect.any(String),
      transaction_id: id,
      amount,
      currency: 'USD',
      reason: 'Arrived broken',
      status: 'SUCCESS',
      created_at: expect.any(String),
    });
    expect(await transaction(id)).toEqual({
      ...paid.payment,
      status: 'REFUNDED',
      refund_amount: amount,
      refunded_at: expect.any(String),
      updated_at: expect.any(String),
      user_id: paid.buyer.user.id,
      gateway: 'sandbox',
      gateway_transaction_id: expect.stringMatching(/^sandbox_/),
      refunds: [body],
    });
    expect(gatewayBooks(id)).toEqual({ charges: 1, charged: amount, refunds: 1, refunded: amount });
    expect(await refundEvents(id)).toEqual([
      {
        transaction_id: id,
        order_id: paid.order.id,
        user_id: paid.buyer.user.id,
        amount,
        currency: 'USD',
        refund_id: body.id,
        refunded_amount: amount,
        is_full: true,
        restock: false,
      },
    ]);
    const order = await eventually(async () => {
      const now = await orderOf(paid);
      expect(now.status).toBe('REFUNDED');
      return now;
    });
    expect(order.payment).toEqual({ status: 'REFUNDED', amount, refunded_amount: amount, transaction_id: id });
    expectProblem(await refund(id), 409, 'refund_exceeds_payment');
    expectProblem(await pay(paid.buyer.token, paid.order.id), 409, 'order_not_payable');
    expect(gatewayBooks(id)).toMatchObject({ refunds: 1, refunded: amount });
  });

  it('in parts: REFUNDED only with the last one', async () => {
    const paid = await newPayment(product.id);
    const { id, amount } = paid.payment;
    const parts = [(await refund(id, { amount: '5' })).body, (await refund(id, { amount: '2.5' })).body];
    expect(parts).toMatchObject([
      { amount: '5.00', status: 'SUCCESS', reason: null },
      { amount: '2.50', status: 'SUCCESS', reason: null },
    ]);
    expect(await transaction(id)).toMatchObject({ status: 'SUCCESS', refund_amount: '7.50' });
    const order = await orderOf(paid);
    expect(order.status).toBe('CONFIRMED');
    expect(order.payment).toEqual({ status: 'SUCCESS', amount, refunded_amount: '7.50', transaction_id: id });

    const left = await remaining(id);
    const last = await refund(id, { restock: true });
    expect(last.body).toMatchObject({ amount: left, status: 'SUCCESS' });
    expect(await transaction(id)).toMatchObject({
      status: 'REFUNDED',
      refund_amount: amount,
      refunds: [...parts, last.body],
    });
    expect(await refundEvents(id)).toMatchObject([
      { amount: '5.00', refunded_amount: '5.00', is_full: false, restock: false },
      { amount: '2.50', refunded_amount: '7.50', is_full: false, restock: false },
      { amount: left, refunded_amount: amount, is_full: true, restock: true },
    ]);
    expect(gatewayBooks(id)).toEqual({ charges: 1, charged: amount, refunds: 3, refunded: amount });
    await eventually(async () => expect((await orderOf(paid)).status).toBe('REFUNDED'));
  });

  it('is in the audit log', async () => {
    const { payment } = await newPayment(product.id);
    const { body } = await refund(payment.id, { amount: '1.00', reason: 'Late' });
    await eventually(async () => {
      expect(
        await sqlOf('users')`SELECT action, before, after FROM audit_log
                              WHERE resource_type = 'transaction' AND resource_id = ${payment.id}`,
      ).toEqual([
        {
          action: 'transaction.refunded',
          before: null,
          after: { refund_id: body.id, amount: '1.00', currency: 'USD', reason: 'Late', restock: false },
        },
      ]);
    });
  });

  it('refuses more than is left', async () => {
    const { payment } = await newPayment(product.id);
    await refund(payment.id, { amount: '1.00' });
    const left = await remaining(payment.id);
    for (const amount of ['99999999.99', (Number(left) + 0.01).toFixed(2)]) {
      const refused = await refund(payment.id, { amount });
      expectProblem(refused, 409, 'refund_exceeds_payment');
      expect(refused.body.refundable_amount).toBe(left);
    }
    expect(await refundRows(payment.id)).toHaveLength(1);
    expect((await refund(payment.id, { amount: left })).body.status).toBe('SUCCESS');
    expect(await transaction(payment.id)).toMatchObject({ status: 'REFUNDED' });
  });

  it.each(['tok_declined', 'tok_timeout'])('refuses what was never paid, or not yet (%s)', async (token) => {
    const { payment } = await newPayment(product.id, token);
    expectProblem(await refund(payment.id), 409, 'not_refundable');
    expectProblem(await refund(payment.id, { amount: '1.00' }), 409, 'not_refundable');
    await nothingRefunded(payment.id);
  });

  it.each([
    ['nothing', { amount: '0' }, '/amount'],
    ['less than nothing', { amount: '-1.00' }, '/amount'],
    ['a fraction of a cent', { amount: '1.005' }, '/amount'],
    ['a number', { amount: 1 }, '/amount'],
    ['a long reason', { reason: 'x'.repeat(501) }, '/reason'],
    ['an empty reason', { reason: '' }, '/reason'],
    ['another currency', { currency: 'EUR' }, '/currency'],
    ['stock for a part', { amount: '1.00', restock: true }, '/restock'],
  ])('refuses %s', async (_what, body, pointer) => {
    const { payment } = await newPayment(product.id);
    const refused = await refund(payment.id, body);
    expectProblem(refused, 422, 'validation_failed');
    expect(refused.body.errors).toMatchObject([{ pointer }]);
    await nothingRefunded(payment.id);
  });

  it('with restock, all of it named is no part', async () => {
    const { payment } = await newPayment(product.id);
    const { status } = await refund(payment.id, { amount: payment.amount, restock: true });
    expect(status).toBe(201);
    expect(await refundEvents(payment.id)).toMatchObject([{ is_full: true, restock: true }]);
  });

  it('refunds everything where there is no body, but not where one has no type', async () => {
    const { payment } = await newPayment(product.id);
    const path = `/v1/admin/transactions/${payment.id}/refunds`;
    const asked = async (headers: Record<string, string>, body?: unknown) =>
      api('POST', path, {
        token: await manager(),
        headers: { 'idempotency-key': randomUUID(), ...headers },
        ...(body === undefined ? {} : { body }),
      });
    const bytes = Uint8Array.from(Buffer.from('{"amount":"1.00"}'));
    for (const type of ['', 'text/plain']) {
      expectProblem(await asked({ 'content-type': type }, bytes), 415, 'unsupported_media_type');
    }
    expect(await postUntyped(path, bytes)).toBe(415);
    await nothingRefunded(payment.id);
    const whole = await asked({});
    expect(whole.status).toBe(201);
    expect(whole.body).toMatchObject({ amount: payment.amount, status: 'SUCCESS', reason: null });
    expect(gatewayBooks(payment.id)).toMatchObject({ refunds: 1, refunded: payment.amount });
  });

  it('knows no transaction that is not there', async () => {
    expectProblem(await refund(unknownId), 404, 'not_found');
    expectProblem(await refund('42'), 404, 'not_found');
    expect(await payments`SELECT FROM idempotency_keys WHERE path LIKE ${`%${unknownId}%`}`).toEqual([]);
  });

  it('is for staff, and tells others nothing of what is there', async () => {
    const { payment, buyer } = await newPayment(product.id);
    const path = `/v1/admin/transactions/${payment.id}/refunds`;
    const headers = { 'idempotency-key': randomUUID() };
    expectProblem(await api('POST', path, { headers, body: {} }), 401, 'unauthorized');
    expectProblem(await api('POST', path, { headers, body: {}, token: buyer.token }), 403, 'forbidden');
    await nothingRefunded(payment.id);
  });

  it('needs an Idempotency-Key, and knows it again', async () => {
    const { payment } = await newPayment(product.id);
    const path = `/v1/admin/transactions/${payment.id}/refunds`;
    expectProblem(await api('POST', path, { token: await manager(), body: {} }), 400, 'idempotency_key_required');
    const key = randomUUID();
    const first = await refund(payment.id, { amount: '1.00' }, { key });
    const again = await refund(payment.id, { amount: '1.00' }, { key });
    expect(again.status).toBe(201);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.body).toEqual(first.body);
    expectProblem(await refund(payment.id, { amount: '2.00' }, { key }), 422, 'idempotency_key_reused');
    expect(gatewayBooks(payment.id)).toMatchObject({ refunds: 1, refunded: '1.00' });
  });

  it('a refused refund gives its key back', async () => {
    const { payment } = await newPayment(product.id);
    const key = randomUUID();
    expectProblem(await refund(payment.id, { amount: '99999999.99' }, { key }), 409, 'refund_exceeds_payment');
    expect((await refund(payment.id, { amount: '1.00' }, { key })).status).toBe(201);
  });
});

describe('what a gateway can make of a refund', () => {
  it('no money: nothing went back, and all is left', async () => {
    const { payment } = await newPayment(product.id, 'tok_refund_failure');
    const { status, body } = await refund(payment.id, { amount: '1.00' });
    expect({ status, of: body.status }).toEqual({ status: 201, of: 'FAILED' });
    expect(await transaction(payment.id)).toMatchObject({ status: 'SUCCESS', refund_amount: null, refunded_at: null });
    expect(await refundEvents(payment.id)).toEqual([]);
    expect(gatewayBooks(payment.id)).toMatchObject({ refunds: 0, refunded: '0.00' });
  });

  it('pays back no more than it charged, whatever our books say', async () => {
    const { payment } = await newPayment(product.id);
    await refund(payment.id, { amount: '5.00' });
    await payments`UPDATE transactions SET refund_amount = NULL WHERE id = ${payment.id}`;
    expect((await refund(payment.id)).body).toMatchObject({ amount: payment.amount, status: 'FAILED' });
    expect(gatewayBooks(payment.id)).toMatchObject({ refunds: 1, refunded: '5.00' });
    expect(await refundEvents(payment.id)).toHaveLength(1);
    await payments`UPDATE transactions SET refund_amount = '5.00' WHERE id = ${payment.id}`;
  });

  it('tok_refund_timeout: PROCESSING until reconciliation', async () => {
    const paid = await newPayment(product.id, 'tok_refund_timeout');
    const { id, amount } = paid.payment;
    const key = randomUUID();
    const open = await refund(id, {}, { key });
    expect({ status: open.status, of: open.body.status }).toEqual({ status: 201, of: 'PROCESSING' });
    expect(await transaction(id)).toMatchObject({ status: 'SUCCESS', refund_amount: amount, refunds: [open.body] });
    expect(await refundEvents(id)).toEqual([]);
    expectProblem(await refund(id), 409, 'refund_exceeds_payment');
    await sweep(0);
    expect((await transaction(id)).refunds).toEqual([open.body]);

    await eventually(async () => {
      await Promise.all([sweep(120), sweep(120)]);
      expect(await transaction(id)).toMatchObject({
        status: 'REFUNDED',
        refund_amount: amount,
        refunds: [{ ...open.body, status: 'SUCCESS' }],
      });
    });
    await sweep(120);
    expect(await refundEvents(id)).toMatchObject([{ is_full: true, refunded_amount: amount }]);
    expect(gatewayBooks(id)).toEqual({ charges: 1, charged: amount, refunds: 1, refunded: amount });
    expect((await refund(id, {}, { key })).body).toEqual(open.body);
    await eventually(async () => expect((await orderOf(paid)).status).toBe('REFUNDED'));
  });

  it('a part is open while the rest goes back: REFUNDED when both have', async () => {
    const { payment } = await newPayment(product.id, 'tok_refund_timeout');
    await refund(payment.id, { amount: '5.00' });
    await refund(payment.id, { restock: true });
    await backdate(payment.id, 2);
    await sweep();
    expect(await transaction(payment.id)).toMatchObject({ status: 'REFUNDED', refund_amount: payment.amount });
    const events = await refundEvents(payment.id);
    expect(events).toHaveLength(2);
    expect(events).toMatchObject([
      { is_full: false, restock: false },
      { is_full: true, restock: true },
    ]);
    expect(gatewayBooks(payment.id)).toMatchObject({ refunds: 2, refunded: payment.amount });
  });
});

describe('a cancelled order', () => {
  it('gets its money back by itself, and is told once however often the event comes', async () => {
    const paid = await newPayment(product.id);
    const { id, amount } = paid.payment;
    const cancelled = await api('POST', `/v1/orders/${paid.order.id}/cancel`, { token: paid.buyer.token, body: {} });
    expect(cancelled.status).toBe(200);
    await eventually(async () => expect((await orderOf(paid)).status).toBe('REFUNDED'));
    const rows = [
      { amount, status: 'SUCCESS', restock: false, is_automatic: true, reason: 'The order was cancelled.' },
    ];
    expect(await refundRows(id)).toEqual(rows);

    const orders = sqlOf('orders');
    const again = await orders`UPDATE outbox SET sent_at = NULL
                                WHERE type = 'order.cancelled' AND subject_id = ${paid.order.id} RETURNING id`;
    expect(again).toHaveLength(1);
    await sweep();
    // The same fact told by another event, as if it had been written twice.
    await tellOfCancellation(paid.order);
    expect(await refundRows(id)).toEqual(rows);
    expect(await refundEvents(id)).toHaveLength(1);
    expect(gatewayBooks(id)).toEqual({ charges: 1, charged: amount, refunds: 1, refunded: amount });
  });

  it('gets back what staff had not refunded yet', async () => {
    const paid = await newPayment(product.id);
    await refund(paid.payment.id, { amount: '5.00' });
    const left = await remaining(paid.payment.id);
    await api('POST', `/v1/orders/${paid.order.id}/cancel`, { token: paid.buyer.token, body: {} });
    await eventually(async () => expect((await orderOf(paid)).status).toBe('REFUNDED'));
    expect(await refundRows(paid.payment.id)).toMatchObject([
      { amount: '5.00', is_automatic: false },
      { amount: left, is_automatic: true },
    ]);
    expect(gatewayBooks(paid.payment.id)).toMatchObject({ refunds: 2, refunded: paid.payment.amount });
  });

  it('whose refund has no answer is reconciled', async () => {
    const paid = await newPayment(product.id, 'tok_refund_timeout');
    await api('POST', `/v1/orders/${paid.order.id}/cancel`, { token: paid.buyer.token, body: {} });
    await eventually(async () => {
      expect(await refundRows(paid.payment.id)).toMatchObject([{ status: 'PROCESSING', is_automatic: true }]);
    });
    expect((await orderOf(paid)).status).toBe('CANCELLED');
    await eventually(async () => {
      await sweep(120);
      expect((await orderOf(paid)).status).toBe('REFUNDED');
    });
    expect(gatewayBooks(paid.payment.id)).toMatchObject({ refunds: 1, refunded: paid.payment.amount });
  });

  it.each(['before', 'after'])('that nobody had closed, told of %s its money comes, gets it back', async (when) => {
    const buyer = await newBuyer(product.id);
    const { body: order } = await placeOrder(buyer);
    const open = await pay(buyer.token, order.id, 'tok_timeout');
    expect(open.body.status).toBe('PROCESSING');
    await cancelPastPayments(order);
    if (when === 'before') await tellOfCancellation(order);
    await sweep(120);
    expect(await transaction(open.body.id)).toMatchObject({ status: 'REFUNDED', refund_amount: open.body.amount });
    if (when === 'after') await tellOfCancellation(order);
    await eventually(async () => expect((await orderOf({ buyer, order })).status).toBe('REFUNDED'));
    expect(await refundRows(open.body.id)).toMatchObject([{ status: 'SUCCESS', is_automatic: true }]);
    expect(gatewayBooks(open.body.id)).toMatchObject({ charges: 1, refunds: 1, refunded: open.body.amount });
  });
});

/** What the orders service never does: cancels a PENDING order without asking payments first. */
async function cancelPastPayments({ id }: { id: string }): Promise<void> {
  await sqlOf('orders')`
    WITH cancelled AS (UPDATE orders SET status = 'CANCELLED', cancelled_at = now() WHERE id = ${id} RETURNING id)
    INSERT INTO order_status_history (id, order_id, from_status, to_status, notes)
    SELECT ${randomUUID()}, id, 'PENDING', 'CANCELLED', 'Past payments' FROM cancelled`;
}

/** Sends the event, and waits until payments has it. */
async function tellOfCancellation({ id, user_id, order_number }: Record<string, string>): Promise<void> {
  const event = randomUUID();
  const payload = JSON.stringify({ order_id: id, user_id, order_number });
  await sqlOf('orders')`INSERT INTO outbox (id, type, subject_id, payload)
                        VALUES (${event}, 'order.cancelled', ${id}, ${payload})`;
  await sweep();
  await eventually(async () => {
    const received = await payments`SELECT event_id FROM inbox WHERE event_id = ${event} AND consumer = 'payments'`;
    expect(received).toHaveLength(1);
  });
}

describe('who asks', () => {
  it('administrators may refund, customers with a guess may not', async () => {
    const { payment } = await newPayment(product.id);
    const path = `/v1/admin/transactions/${payment.id}/refunds`;
    const headers = { 'idempotency-key': randomUUID() };
    const other = await newShopper();
    expectProblem(await api('POST', path, { token: other.token, headers, body: {} }), 403, 'forbidden');
    expect((await api('POST', path, { token: await staff('admin'), headers, body: {} })).status).toBe(201);
  });
});
