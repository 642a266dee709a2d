import { randomUUID } from 'node:crypto';

import { beforeAll, describe, expect, it } from 'vitest';

import { type Answer, api, eventually, expectProblem, newShopper, staff } from './support/client.ts';
import { sqlOf } from './support/databases.ts';
import { startDirector } from './support/faults.ts';
import {
  booksOf,
  cancel,
  historyOf,
  makeOverdue,
  move,
  newOrder,
  newPaidOrder,
  type Ordered,
  read,
  refundAll,
} from './support/orders.ts';
import { newBuyer, newProduct, pay, placeOrder, stockOf, sweep } from './support/shop.ts';

const unpaidAndCancelled = {
  status: 'CANCELLED',
  history: ['PENDING', 'CANCELLED'],
  events: ['order.cancelled', 'order.placed'],
  stock: ['released'],
  captured: '0.00',
  refunded: '0.00',
};
const paidAndRefunded = {
  status: 'REFUNDED',
  history: ['PENDING', 'CONFIRMED', 'CANCELLED', 'REFUNDED'],
  events: ['order.cancelled', 'order.confirmed', 'order.placed', 'order.refunded'],
  stock: ['released'],
  captured: '24.90',
  refunded: '24.90',
};

let managerId: string;
beforeAll(async () => {
  managerId = (await api('GET', '/v1/me', { token: await staff('manager') })).body.id;
});

async function fresh(quantity = 2): Promise<{ product: Answer['body']; ordered: Ordered }> {
  const product = await newProduct({ price: '10.00', quantity: 5 });
  return { product, ordered: await newOrder(product.id, quantity) };
}

function settlesAs(ordered: Ordered, books: Awaited<ReturnType<typeof booksOf>>) {
  return eventually(async () => expect(await booksOf(ordered)).toEqual(books));
}

describe('a customer cancels', () => {
  it('an unpaid order: the stock comes back, and it can be paid no more', async () => {
    const { product, ordered } = await fresh();
    const answer = await cancel(ordered, { reason: 'Ordered by mistake' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('server-timing')).toBe('db;desc="2"');
    expect(answer.body).toMatchObject({
      id: ordered.order.id,
      status: 'CANCELLED',
      cancellation_reason: 'Ordered by mistake',
      cancelled_at: expect.stringMatching(/Z$/),
      payment_due_at: null,
      version: 2,
      payment: null,
    });
    expect(answer.body).toEqual(await read(ordered));
    expect((await historyOf(ordered)).at(-1)).toEqual({
      from_status: 'PENDING',
      to_status: 'CANCELLED',
      notes: 'Ordered by mistake',
      changed_by: ordered.buyer.user.id,
    });
    await settlesAs(ordered, unpaidAndCancelled);
    expect(await stockOf(product.id)).toEqual({ quantity: 5, reserved: 0 });
    expectProblem(await pay(ordered.buyer.token, ordered.order.id), 409, 'order_not_payable');
  });

  it('a paid order: the money goes back by itself, which makes it REFUNDED', async () => {
    const { product, ordered } = await fresh();
    const { body: paid } = await pay(ordered.buyer.token, ordered.order.id);
    const answer = await cancel(ordered);
    expect(answer.body).toMatchObject({
      status: 'CANCELLED',
      cancellation_reason: null,
      payment: { status: 'SUCCESS', amount: '24.90', refunded_amount: '0.00', transaction_id: paid.id },
    });
    await settlesAs(ordered, paidAndRefunded);
    expect(await stockOf(product.id)).toEqual({ quantity: 5, reserved: 0 });
    expect((await read(ordered)).payment).toEqual({
      status: 'REFUNDED',
      amount: '24.90',
      refunded_amount: '24.90',
      transaction_id: paid.id,
    });
    expect((await historyOf(ordered)).at(-1)).toMatchObject({
      changed_by: null,
      notes: expect.stringContaining(paid.id),
    });
  });

  it('an order in PROCESSING, of which a part was refunded before: the rest goes back', async () => {
    const { ordered } = await fresh();
    const { body: paid } = await pay(ordered.buyer.token, ordered.order.id);
    expect((await refundAll(paid.id, { amount: '4.90' })).status).toBe(201);
    expect((await move(ordered, 'PROCESSING')).status).toBe(200);
    expect((await cancel(ordered)).status).toBe(200);
    const history = ['PENDING', 'CONFIRMED', 'PROCESSING', 'CANCELLED', 'REFUNDED'];
    await settlesAs(ordered, { ...paidAndRefunded, history });
  });

  it('after a declined payment', async () => {
    const { ordered } = await fresh();
    expect((await pay(ordered.buyer.token, ordered.order.id, 'tok_declined')).body.status).toBe('FAILED');
    expect((await cancel(ordered)).body).toMatchObject({ status: 'CANCELLED', payment: { status: 'FAILED' } });
    await settlesAs(ordered, unpaidAndCancelled);
  });

  it('a paid order of which orders has not been told', async () => {
    const { ordered } = await fresh();
    const { body: paid } = await pay(ordered.buyer.token, ordered.order.id);
    // As if both the call and the event of the payment had been lost.
    await sqlOf('orders')`UPDATE orders SET status = 'PENDING' WHERE id = ${ordered.order.id}`;
    await sqlOf(
      'orders',
    )`DELETE FROM order_status_history WHERE order_id = ${ordered.order.id} AND to_status = 'CONFIRMED'`;
    await sqlOf('orders')`DELETE FROM outbox WHERE subject_id = ${ordered.order.id} AND type = 'order.confirmed'`;
    const answer = await cancel(ordered, { reason: 'Too late' });
    expect(answer.body.status_history.map((step: { to_status: string }) => step.to_status)).toEqual([
      'PENDING',
      'CONFIRMED',
      'CANCELLED',
    ]);
    expect(answer.body.status_history[1].notes).toBe(`Paid by transaction ${paid.id}`);
    await settlesAs(ordered, paidAndRefunded);
  });

  it('an order without anything to pay: it stays CANCELLED', async () => {
    const product = await newProduct({ price: '75.00', quantity: 3 });
    const ordered = await newOrder(product.id);
    await sqlOf(
      'orders',
    )`UPDATE orders SET status = 'CONFIRMED', total_amount = 0, discount_amount = 75 WHERE id = ${ordered.order.id}`;
    await sqlOf('orders')`INSERT INTO order_status_history (id, order_id, from_status, to_status)
                          VALUES (${randomUUID()}, ${ordered.order.id}, 'PENDING', 'CONFIRMED')`;
    expect((await cancel(ordered)).body.status).toBe('CANCELLED');
    await settlesAs(ordered, { ...unpaidAndCancelled, history: ['PENDING', 'CONFIRMED', 'CANCELLED'] });
    await sweep();
    expect((await read(ordered)).status).toBe('CANCELLED');
  });

  it('without a body, or with an empty one', async () => {
    const product = await newProduct();
    for (const body of [undefined, {}]) {
      expect((await cancel(await newOrder(product.id), body)).status).toBe(200);
    }
  });
});

describe('a cancellation is refused', () => {
  it('to those whose order it is not, and nothing happens', async () => {
    const { product, ordered } = await fresh();
    const eve = await newShopper();
    expectProblem(await cancel({ ...ordered, buyer: { ...eve, addressId: '' } }), 404, 'not_found');
    expectProblem(await cancel({ ...ordered, order: { id: randomUUID() } }), 404, 'not_found');
    expectProblem(await cancel({ ...ordered, order: { id: 'mine' } }), 404, 'not_found');
    expectProblem(await move(ordered, 'CANCELLED', {}, eve.token), 403, 'forbidden');
    const guest = (await api('POST', '/v1/auth/guest')).body.access_token;
    expectProblem(await cancel({ ...ordered, buyer: { ...ordered.buyer, token: guest } }), 403, 'forbidden');
    expectProblem(await api('POST', `/v1/orders/${ordered.order.id}/cancel`), 401, 'unauthorized');
    expect(await read(ordered)).toEqual(ordered.order);
    expect(await stockOf(product.id)).toEqual({ quantity: 5, reserved: 2 });
    expect((await pay(ordered.buyer.token, ordered.order.id)).body.status).toBe('SUCCESS');
  });

  it('with a reason that is too long, empty, of another type, or lost on the way', async () => {
    const { ordered } = await fresh();
    for (const reason of ['', 'x'.repeat(501), 7, null]) {
      expectProblem(await cancel(ordered, { reason }), 422, 'validation_failed');
    }
    const surprised = await cancel(ordered, { why: 'because' });
    expectProblem(surprised, 422, 'validation_failed');
    expect(surprised.body.errors).toEqual([expect.objectContaining({ pointer: '/why', code: 'unknown_field' })]);
    expectProblem(await cancel(ordered, '{"reason":'), 400, 'malformed_json');
    expectProblem(await cancel(ordered, 'because', { 'content-type': 'text/plain' }), 415, 'unsupported_media_type');
    expectProblem(await cancel(ordered, { reason: 'x'.repeat(1_100_000) }), 413, 'payload_too_large');
    expect(await read(ordered)).toEqual(ordered.order);
  });

  it('a second time, and once the order is on its way', async () => {
    const { ordered } = await fresh();
    expect((await cancel(ordered)).status).toBe(200);
    const before = await booksOf(ordered);
    const again = await cancel(ordered);
    expectProblem(again, 409, 'invalid_transition');
    expect([again.body.from, again.body.allowed]).toEqual(['CANCELLED', []]);
    expect((await booksOf(ordered)).history).toEqual(before.history);

    const sent = await newPaidOrder((await newProduct()).id);
    for (const to of ['PROCESSING', 'SHIPPED']) expect((await move(sent, to)).status).toBe(200);
    const late = await cancel(sent);
    expectProblem(late, 409, 'invalid_transition');
    expect([late.body.from, late.body.allowed]).toEqual(['SHIPPED', []]);
    const byStaff = await move(sent, 'CANCELLED');
    expectProblem(byStaff, 409, 'invalid_transition');
    expect([byStaff.body.from, byStaff.body.allowed]).toEqual(['SHIPPED', ['DELIVERED']]);
    expect((await read(sent)).status).toBe('SHIPPED');
    expect(await booksOf(sent)).toMatchObject({ captured: '14.90', refunded: '0.00' });
  });
});

describe('staff cancel', () => {
  it('an order; the notes are the reason', async () => {
    const { ordered } = await fresh();
    const answer = await move(ordered, 'CANCELLED', { notes: 'Out of fashion' });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ status: 'CANCELLED', cancellation_reason: 'Out of fashion' });
    expect((await historyOf(ordered)).at(-1)).toEqual({
      from_status: 'PENDING',
      to_status: 'CANCELLED',
      notes: 'Out of fashion',
      changed_by: managerId,
    });
    await settlesAs(ordered, unpaidAndCancelled);
  });

  it('a paid order, whose money goes back', async () => {
    const { ordered } = await fresh();
    await pay(ordered.buyer.token, ordered.order.id);
    expect((await move(ordered, 'CANCELLED')).body.status).toBe('CANCELLED');
    await settlesAs(ordered, paidAndRefunded);
  });

  it('nothing that is not there', async () => {
    const { ordered } = await fresh();
    expectProblem(await move({ ...ordered, order: { id: randomUUID() } }, 'CANCELLED'), 404, 'not_found');
    expectProblem(await move(ordered, 'REFUNDED'), 422, 'validation_failed');
    expectProblem(await move(ordered, 'CONFIRMED'), 422, 'validation_failed');
    const refused = await move(ordered, 'SHIPPED');
    expectProblem(refused, 409, 'invalid_transition');
    expect([refused.body.from, refused.body.allowed]).toEqual(['PENDING', ['CANCELLED']]);
    expect(await read(ordered)).toEqual(ordered.order);
  });
});

describe('the payment deadline', () => {
  it('cancels what is not paid 30 minutes after it was ordered, and says why', async () => {
    const { product, ordered } = await fresh();
    const { payment_due_at, created_at } = ordered.order;
    expect(Date.parse(payment_due_at) - Date.parse(created_at)).toBe(30 * 60_000);
    await sweep(29 * 60);
    expect((await read(ordered)).status).toBe('PENDING');
    await sweep(30 * 60 + 5);
    expect(await read(ordered)).toMatchObject({ status: 'CANCELLED', cancellation_reason: 'Not paid in time' });
    expect((await historyOf(ordered)).at(-1)).toEqual({
      from_status: 'PENDING',
      to_status: 'CANCELLED',
      notes: 'Not paid in time',
      changed_by: null,
    });
    await settlesAs(ordered, unpaidAndCancelled);
    expect(await stockOf(product.id)).toEqual({ quantity: 5, reserved: 0 });
    expectProblem(await pay(ordered.buyer.token, ordered.order.id), 409, 'order_not_payable');
  });

  it('comes by a message of its own, too', async () => {
    const { ordered } = await fresh();
    const { id } = ordered.order;
    const orders = sqlOf('orders');
    const message = () => orders`
      INSERT INTO outbox (id, type, subject_id, payload, request_id, traceparent)
      VALUES (${randomUUID()}, 'order.payment_due', ${id}, ${JSON.stringify({ order_id: id })}, 'test-request', '')`;
    // One that comes early, or for another reason, has no effect.
    await message();
    await sweep();
    await orders`UPDATE orders SET payment_due_at = '2020-01-01T00:00:00Z' WHERE id = ${id}`;
    await message();
    const director = await startDirector();
    // The sweep that sends it cannot close the order itself.
    const closing = director.direct({ point: 'orders → payments.closeOrder', mode: 'fail-before' });
    expect((await api('POST', '/dev/sweep', { headers: closing.headers })).status).toBe(200);
    expect(closing.isHit()).toBe(true);
    await settlesAs(ordered, {
      ...unpaidAndCancelled,
      events: ['order.cancelled', 'order.payment_due', 'order.payment_due', 'order.placed'],
    });
    expect((await historyOf(ordered)).at(-1)).toMatchObject({ notes: 'Not paid in time', changed_by: null });
    director.close();
  });

  it('passes over what is paid, also where orders has not been told', async () => {
    const paid = await newPaidOrder((await newProduct()).id);
    await makeOverdue(paid);
    await sweep();
    expect((await read(paid)).status).toBe('CONFIRMED');
    await sqlOf('orders')`UPDATE orders SET status = 'PENDING' WHERE id = ${paid.order.id}`;
    await sweep();
    expect((await read(paid)).status).toBe('PENDING');
    await sqlOf('orders')`UPDATE orders SET status = 'CONFIRMED' WHERE id = ${paid.order.id}`;
  });

  it('gets through more orders than fit on a page, past those that cannot be cancelled now', async () => {
    const product = await newProduct({ quantity: 200 });
    const buyer = await newBuyer(product.id);
    const { body: first } = await placeOrder(buyer);
    const orders = sqlOf('orders');
    await orders`UPDATE orders SET payment_due_at = '2020-01-01T00:00:00Z' WHERE id = ${first.id}`;
    await orders`
      INSERT INTO orders SELECT (jsonb_populate_record(orders, jsonb_build_object(
        'id', gen_random_uuid(), 'order_number', 'DUE-' || gen_random_uuid(),
        'payment_due_at', '2020-01-01T00:00:00Z'::timestamptz + make_interval(secs => n / 60)))).*
        FROM orders, generate_series(1, 120) AS n WHERE id = ${first.id}`;
    const payment = await pay(buyer.token, first.id, 'tok_timeout');
    expect(payment.body.status).toBe('PROCESSING');
    await sweep();
    // Asked what has become of the payment, the gateway says: paid.
    expect((await api('GET', `/v1/orders/${first.id}`, { token: buyer.token })).body.status).toBe('CONFIRMED');
    const counts = await orders`
      SELECT status::text, count(*)::int FROM orders WHERE user_id = ${buyer.user.id} AND order_number LIKE 'DUE-%' GROUP BY 1`;
    expect(counts).toEqual([{ status: 'CANCELLED', count: 120 }]);
    await orders`DELETE FROM orders WHERE user_id = ${buyer.user.id} AND order_number LIKE 'DUE-%'`;
  });
});
