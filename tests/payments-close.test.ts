import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Answer, api, eventually, expectProblem } from './support/client.ts';
import { sqlOf } from './support/databases.ts';
import { gatewayBooks, orderOf, refundRows } from './support/payments.ts';
import { atCheckpoint, type Buyer, newBuyer, newProduct, pay, placeOrder } from './support/shop.ts';

const payments = sqlOf('payments');
const closers: (() => void)[] = [];
let product: Answer['body'];

beforeAll(async () => {
  product = await newProduct({ price: '20.00', quantity: 1_000 });
});
afterAll(() => {
  for (const close of closers) close();
});

interface Ordered {
  buyer: Buyer;
  order: Answer['body'];
}

async function newOrder(): Promise<Ordered> {
  const buyer = await newBuyer(product.id);
  const { status, body: order } = await placeOrder(buyer);
  expect(status).toBe(201);
  return { buyer, order };
}

function cancel({ buyer, order }: Ordered): Promise<Answer> {
  return api('POST', `/v1/orders/${order.id}/cancel`, { token: buyer.token, body: {} });
}

/** Pays, and holds the payment at the checkpoint until `resume`, which answers what came of it. */
async function payAndHold({ buyer, order }: Ordered, checkpoint: string): Promise<{ resume(): Promise<Answer> }> {
  const arrival = Promise.withResolvers<void>();
  const departure = Promise.withResolvers<void>();
  const { headers, close } = await atCheckpoint(checkpoint, () => {
    arrival.resolve();
    return departure.promise;
  });
  closers.push(close);
  const answer = api('POST', '/v1/payments', {
    token: buyer.token,
    headers: { 'idempotency-key': randomUUID(), ...headers },
    body: { order_id: order.id, payment_method_code: 'CREDIT_CARD', payment_token: 'tok_success' },
  });
  await arrival.promise;
  const resume = () => {
    departure.resolve();
    return answer;
  };
  return { resume };
}

function transactionsOf({ order }: Ordered) {
  return payments`SELECT id, status::text, amount FROM transactions WHERE order_id = ${order.id} ORDER BY created_at`;
}

function closed({ order }: Ordered) {
  return payments`SELECT order_id FROM closed_orders WHERE order_id = ${order.id}`;
}

describe('an order that is cancelled unpaid', () => {
  it('is closed for payments, for good', async () => {
    const ordered = await newOrder();
    expect((await cancel(ordered)).body.status).toBe('CANCELLED');
    expect(await closed(ordered)).toHaveLength(1);
    expectProblem(await pay(ordered.buyer.token, ordered.order.id), 409, 'order_not_payable');
    expect(await transactionsOf(ordered)).toEqual([]);
  });

  it('after a payment that failed', async () => {
    const ordered = await newOrder();
    expect((await pay(ordered.buyer.token, ordered.order.id, 'tok_declined')).body.status).toBe('FAILED');
    expect((await cancel(ordered)).body.status).toBe('CANCELLED');
    expect(await closed(ordered)).toHaveLength(1);
  });

  it('takes no payment even where the orders service would still let it begin', async () => {
    const ordered = await newOrder();
    await payments`INSERT INTO closed_orders (order_id) VALUES (${ordered.order.id})`;
    expectProblem(await pay(ordered.buyer.token, ordered.order.id), 409, 'order_not_payable');
    expect(await transactionsOf(ordered)).toEqual([]);
    expect((await cancel(ordered)).body.status).toBe('CANCELLED');
  });
});

describe('an order that is cancelled while it is being paid', () => {
  it('before the gateway was asked: nothing is charged any more', async () => {
    const ordered = await newOrder();
    const held = await payAndHold(ordered, 'payment.begun');
    expect((await cancel(ordered)).body.status).toBe('CANCELLED');
    expect((await held.resume()).body).toMatchObject({ status: 'FAILED', failure_reason: 'gateway_error' });
    const [transaction] = await transactionsOf(ordered);
    expect(gatewayBooks(String(transaction?.['id']))).toMatchObject({ charges: 0, charged: '0.00' });
    expect((await orderOf(ordered)).status).toBe('CANCELLED');
  });

  it('after the gateway had charged: it is a paid one, and the money goes back', async () => {
    const ordered = await newOrder();
    const held = await payAndHold(ordered, 'payment.charged');
    expect((await cancel(ordered)).body.status).toBe('CANCELLED');
    expect(['SUCCESS', 'REFUNDED']).toContain((await held.resume()).body.status);
    await eventually(async () => expect((await orderOf(ordered)).status).toBe('REFUNDED'));
    const [transaction] = await transactionsOf(ordered);
    expect(transaction?.['status']).toBe('REFUNDED');
    expect(gatewayBooks(String(transaction?.['id']))).toMatchObject({
      charges: 1,
      refunds: 1,
      refunded: transaction?.['amount'],
    });
    expect(await closed(ordered)).toEqual([]);
  });

  it('with an answer that was lost: the gateway knows that it is paid', async () => {
    const ordered = await newOrder();
    const open = await pay(ordered.buyer.token, ordered.order.id, 'tok_timeout');
    expect(open.body.status).toBe('PROCESSING');
    expect((await cancel(ordered)).body.status).toBe('CANCELLED');
    await eventually(async () => expect((await orderOf(ordered)).status).toBe('REFUNDED'));
    expect(gatewayBooks(open.body.id)).toMatchObject({ charges: 1, refunds: 1, refunded: open.body.amount });
  });

  it('with an outcome that cannot be had yet: stays as it is', async () => {
    const ordered = await newOrder();
    const open = await pay(ordered.buyer.token, ordered.order.id, 'tok_pending_success');
    const refused = await cancel(ordered);
    expectProblem(refused, 409, 'payment_in_progress');
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    // By the gateway's webhook, soon.
    await eventually(async () => expect((await orderOf(ordered)).status).toBe('CONFIRMED'));
    expect(await closed(ordered)).toEqual([]);
    expect(gatewayBooks(open.body.id)).toMatchObject({ charges: 1, refunds: 0 });
  });
});

describe('paying against cancelling', () => {
  it('20 rounds: paid and closed is never both, and no money stays', { timeout: 120_000 }, async () => {
    for (let round = 0; round < 20; round++) {
      const ordered = await newOrder();
      const [, cancelled] = await Promise.all([
        pay(ordered.buyer.token, ordered.order.id),
        cancel(ordered),
        pay(ordered.buyer.token, ordered.order.id),
      ]);
      // Lost against the other payment: it may be on its way still.
      const repeated = cancelled.status === 409 ? await eventually(() => cancelled200(ordered)) : cancelled;
      expect(repeated.status).toBe(200);
      const transactions = await transactionsOf(ordered);
      const isClosed = (await closed(ordered)).length === 1;
      const isPaid = transactions.some(({ status }) => status === 'SUCCESS' || status === 'REFUNDED');
      expect({ round, isClosed }).toEqual({ round, isClosed: !isPaid });
      await eventually(async () => {
        expect((await orderOf(ordered)).status).toBe(isPaid ? 'REFUNDED' : 'CANCELLED');
      });
      for (const { id, amount, status } of await transactionsOf(ordered)) {
        const back = status === 'REFUNDED' ? amount : '0.00';
        expect(gatewayBooks(String(id))).toMatchObject({ charged: back, refunded: back });
        expect(await refundRows(String(id))).toHaveLength(status === 'REFUNDED' ? 1 : 0);
      }
    }
  });
});

async function cancelled200(ordered: Ordered): Promise<Answer> {
  const answer = await cancel(ordered);
  expect(answer.status).toBe(200);
  return answer;
}
