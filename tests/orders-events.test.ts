import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { applyCoupon, show } from './support/carts.ts';
import { type Answer, api, eventually } from './support/client.ts';
import { getCoupon, newCoupon } from './support/coupons.ts';
import { sqlOf } from './support/databases.ts';
import { type Director, startDirector } from './support/faults.ts';
import {
  booksOf,
  cancel,
  fullRefundOf,
  move,
  newOrder,
  newPaidOrder,
  type Ordered,
  paymentOf,
  read,
  refundAll,
  tell,
} from './support/orders.ts';
import { addToCart, newBuyer, newProduct, placeOrder, stockOf, sweep } from './support/shop.ts';

let product: Answer['body'];
beforeAll(async () => {
  product = await newProduct({ price: '10.00', quantity: 1_000 });
});

describe('payment.succeeded', () => {
  it('confirms once, however often it comes', async () => {
    const ordered = await newOrder(product.id);
    await tell('payment.succeeded', paymentOf(ordered), 3);
    // Another event of the same payment has no effect either.
    await tell('payment.succeeded', paymentOf(ordered));
    expect(await booksOf(ordered)).toMatchObject({
      status: 'CONFIRMED',
      history: ['PENDING', 'CONFIRMED'],
      events: ['order.confirmed', 'order.placed'],
    });
    expect((await read(ordered)).version).toBe(2);
  });

  it('comes too late for a cancelled order', async () => {
    const ordered = await newOrder(product.id);
    expect((await cancel(ordered)).status).toBe(200);
    await tell('payment.succeeded', paymentOf(ordered), 2);
    expect((await booksOf(ordered)).history).toEqual(['PENDING', 'CANCELLED']);
  });
});

describe('payment.refunded', () => {
  it.each([[[]], [['PROCESSING']], [['PROCESSING', 'SHIPPED']], [['PROCESSING', 'SHIPPED', 'DELIVERED']]])(
    'in full makes a paid order REFUNDED, also after %j, once however often it comes',
    async (steps) => {
      const ordered = await newOrder(product.id);
      await tell('payment.succeeded', paymentOf(ordered));
      for (const step of steps) expect((await move(ordered, step)).status).toBe(200);
      await tell('payment.refunded', fullRefundOf(ordered), 3);
      await tell('payment.refunded', fullRefundOf(ordered));
      const { history, events } = await booksOf(ordered);
      expect(history).toEqual(['PENDING', 'CONFIRMED', ...steps, 'REFUNDED']);
      expect(events.filter((type) => type === 'order.refunded')).toHaveLength(1);
      expect(events).not.toContain('order.cancelled');
      const [told] = await sqlOf('orders')`
        SELECT payload FROM outbox WHERE subject_id = ${ordered.order.id} AND type = 'order.refunded'`;
      expect(told?.['payload']).toEqual({
        order_id: ordered.order.id,
        user_id: ordered.buyer.user.id,
        order_number: ordered.order.order_number,
        tracking_number: null,
        refunded_amount: '14.90',
        currency: 'USD',
        restock: false,
      });
    },
  );

  it('in part changes nothing', async () => {
    const ordered = await newOrder(product.id);
    const part = fullRefundOf(ordered, undefined, { amount: '1.00', refunded_amount: '1.00', is_full: false });
    await sqlOf('payments')`
      INSERT INTO outbox (id, type, subject_id, payload)
      VALUES (${part.refund_id}, 'payment.refunded', ${part.transaction_id}, ${JSON.stringify(part)})`;
    await sweep();
    await tell('payment.succeeded', paymentOf(ordered, part.transaction_id));
    expect(await booksOf(ordered)).toMatchObject({ history: ['PENDING', 'CONFIRMED'] });
  });

  it('before payment.succeeded: the order is given up on the way, and the late news changes nothing', async () => {
    const scarce = await newProduct({ price: '10.00', quantity: 2 });
    const ordered = await newOrder(scarce.id, 2);
    const refund = fullRefundOf(ordered);
    await tell('payment.refunded', refund, 2);
    await tell('payment.succeeded', paymentOf(ordered, refund.transaction_id), 2);
    await eventually(async () =>
      expect(await booksOf(ordered)).toMatchObject({
        history: ['PENDING', 'CANCELLED', 'REFUNDED'],
        events: ['order.cancelled', 'order.placed', 'order.refunded'],
        stock: ['released'],
      }),
    );
    expect(await stockOf(scarce.id)).toEqual({ quantity: 2, reserved: 0 });
  });

  it('of a cancelled order ends it as REFUNDED', async () => {
    const ordered = await newOrder(product.id);
    await cancel(ordered);
    await tell('payment.refunded', fullRefundOf(ordered), 2);
    expect((await booksOf(ordered)).history).toEqual(['PENDING', 'CANCELLED', 'REFUNDED']);
  });
});

describe('a full refund by staff', () => {
  it.each([
    [false, { quantity: 3, reserved: 0 }, ['committed']],
    [true, { quantity: 5, reserved: 0 }, ['released']],
  ])('with restock %s leaves the stock as %j', async (restock, stock, states) => {
    const goods = await newProduct({ price: '10.00', quantity: 5 });
    const paid = await newPaidOrder(goods.id, 2);
    for (const step of ['PROCESSING', 'SHIPPED']) expect((await move(paid, step)).status).toBe(200);
    await eventually(async () => expect(await stockOf(goods.id)).toEqual({ quantity: 3, reserved: 0 }));
    expect((await refundAll(paid.transaction.id, { restock })).status).toBe(201);
    await eventually(async () =>
      expect(await booksOf(paid)).toEqual({
        status: 'REFUNDED',
        history: ['PENDING', 'CONFIRMED', 'PROCESSING', 'SHIPPED', 'REFUNDED'],
        events: ['order.confirmed', 'order.placed', 'order.refunded', 'order.shipped'],
        stock: states,
        captured: '24.90',
        refunded: '24.90',
      }),
    );
    expect(await stockOf(goods.id)).toEqual(stock);
    expect((await move(paid, 'DELIVERED')).body).toMatchObject({ from: 'REFUNDED', allowed: [] });
  });

  it('in part leaves the order as it is', async () => {
    const paid = await newPaidOrder(product.id);
    expect((await refundAll(paid.transaction.id, { amount: '5.00' })).status).toBe(201);
    await sweep();
    expect(await read(paid)).toMatchObject({ status: 'CONFIRMED', payment: { refunded_amount: '5.00' } });
    expect(await booksOf(paid)).toMatchObject({ history: ['PENDING', 'CONFIRMED'], refunded: '5.00' });
  });
});

describe('what orders tells', () => {
  let director: Director;
  beforeAll(async () => {
    director = await startDirector();
  });
  afterAll(() => director.close());

  /** Holds back an event that could not be sent, then has it sent, twice, when all else has happened. Answers its id. */
  async function late(ordered: Ordered, type: string, meanwhile: () => Promise<void>): Promise<string> {
    const { id } = ordered.order;
    const [event] = await sqlOf('orders')`
      UPDATE outbox SET sent_at = now() WHERE subject_id = ${id} AND type = ${type} AND sent_at IS NULL RETURNING id`;
    expect(event).toEqual({ id: expect.any(String) });
    await meanwhile();
    for (let time = 0; time < 2; time++) {
      await sqlOf('orders')`UPDATE outbox SET sent_at = NULL WHERE subject_id = ${id} AND type = ${type}`;
      await sweep();
    }
    return String(event?.['id']);
  }

  it('of a payment, after it told of the cancellation, takes nothing from the shelf', async () => {
    const scarce = await newProduct({ price: '10.00', quantity: 5 });
    const ordered = await newOrder(scarce.id, 2);
    const unsent = director.direct({ point: 'orders → queue to products', mode: 'fail-before' });
    const paid = await api('POST', '/v1/payments', {
      token: ordered.buyer.token,
      headers: { 'idempotency-key': randomUUID(), ...unsent.headers },
      body: { order_id: ordered.order.id, payment_method_code: 'CREDIT_CARD', payment_token: 'tok_success' },
    });
    expect(paid.body.status).toBe('SUCCESS');
    const end = {
      history: ['PENDING', 'CONFIRMED', 'CANCELLED', 'REFUNDED'],
      ...{ stock: ['released'], captured: '24.90', refunded: '24.90' },
    };
    const event = await late(ordered, 'order.confirmed', async () => {
      expect((await cancel(ordered)).status).toBe(200);
      await eventually(async () => expect(await booksOf(ordered)).toMatchObject(end));
    });
    await eventually(async () =>
      expect(await sqlOf('products')`SELECT consumer FROM inbox WHERE event_id = ${event}`).toEqual([
        { consumer: 'products' },
      ]),
    );
    expect(await booksOf(ordered)).toMatchObject(end);
    expect(await stockOf(scarce.id)).toEqual({ quantity: 5, reserved: 0 });
  });

  it('of the placing, after it told of the cancellation, uses no coupon, and empties the cart once', async () => {
    const coupon = await newCoupon({ usage_limit: 1 });
    const buyer = await newBuyer(product.id, 2);
    expect((await applyCoupon(buyer, coupon.code)).status).toBe(200);
    const unsent = director.direct({ point: 'orders → queue to cart', mode: 'fail-before' });
    const { status, body: order } = await placeOrder(buyer, { headers: unsent.headers });
    expect([status, order.applied_coupons.length]).toEqual([201, 1]);
    await eventually(async () => expect(unsent.isHit()).toBe(true));
    await late({ buyer, order }, 'order.placed', async () => {
      expect((await cancel({ buyer, order })).status).toBe(200);
      await eventually(async () => expect((await getCoupon(coupon.code)).body.used_count).toBe(0));
      expect((await show(buyer)).body.items).toMatchObject([{ product_id: product.id, quantity: 2 }]);
      await addToCart(buyer.token, product.id, 1);
    });
    await eventually(async () =>
      expect((await show(buyer)).body.items).toMatchObject([{ product_id: product.id, quantity: 1 }]),
    );
    await sweep();
    expect((await show(buyer)).body.items).toMatchObject([{ product_id: product.id, quantity: 1 }]);
    expect((await getCoupon(coupon.code)).body.used_count).toBe(0);
  });

  it('of the placing takes nothing from a line that was put in again meanwhile', async () => {
    const other = await newProduct();
    const buyer = await newBuyer(product.id, 2);
    await addToCart(buyer.token, other.id, 1);
    const unsent = director.direct({ point: 'orders → queue to cart', mode: 'fail-before' });
    const { status, body: order } = await placeOrder(buyer, { headers: unsent.headers });
    expect(status).toBe(201);
    await eventually(async () => expect(unsent.isHit()).toBe(true));
    await late({ buyer, order }, 'order.placed', async () => {
      const removed = await api('DELETE', `/v1/cart/items/${product.id}`, { token: buyer.token });
      expect(removed.status).toBe(200);
      await addToCart(buyer.token, product.id, 1);
    });
    await eventually(async () =>
      expect((await show(buyer)).body.items).toMatchObject([{ product_id: product.id, quantity: 1 }]),
    );
    await sweep();
    expect((await show(buyer)).body.items).toMatchObject([{ product_id: product.id, quantity: 1 }]);
  });
});

describe('a transition whose clock is behind', () => {
  it('is still written down after the one before it', async () => {
    const ordered = await newOrder(product.id);
    const orders = sqlOf('orders');
    await orders`UPDATE order_status_history SET created_at = now() + interval '1 hour' WHERE order_id = ${ordered.order.id}`;
    expect((await cancel(ordered)).status).toBe(200);
    expect((await booksOf(ordered)).history).toEqual(['PENDING', 'CANCELLED']);
  });
});
