import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Answer, api, eventually } from './support/client.ts';
import { historyOf, newOrder, type Ordered } from './support/orders.ts';
import { sqlOf } from './support/databases.ts';
import {
  backdate,
  gatewayBooks,
  newPayment,
  orderOf,
  type Paid,
  refund,
  refundEvents,
  refundRows,
  transaction,
} from './support/payments.ts';
import { atCheckpoint, newProduct, sweep } from './support/shop.ts';
import { kept, makeDue, messageOf, send, toldOf, type WebhookMessage } from './support/webhooks.ts';

const payments = sqlOf('payments');
const closers: (() => void)[] = [];
let product: Answer['body'];

beforeAll(async () => {
  product = await newProduct({ price: '20.00', quantity: 1_000 });
});
afterAll(() => {
  for (const close of closers) close();
});

const times = <Result>(count: number, make: (index: number) => Result): Result[] =>
  Array.from({ length: count }, (_, index) => make(index));

/** Everything that a payment which succeeded leaves, and nothing twice. */
async function expectPaidOnce(paid: Ordered & { payment: Answer['body'] }): Promise<void> {
  expect(await transaction(paid.payment.id)).toMatchObject({ status: 'SUCCESS', failure_reason: null });
  expect(await toldOf(paid.payment.id)).toEqual(['payment.succeeded']);
  await eventually(async () => expect((await orderOf(paid)).status).toBe('CONFIRMED'));
  expect((await historyOf(paid)).map(({ to_status }) => to_status)).toEqual(['PENDING', 'CONFIRMED']);
  expect(gatewayBooks(paid.payment.id)).toEqual({
    charges: 1,
    charged: paid.payment.amount,
    refunds: 0,
    refunded: '0.00',
  });
}

/** Holds a request at a checkpoint: when it `arrives`, and how to let it `go` on. */
async function hold(checkpoint: string) {
  const arrival = Promise.withResolvers<void>();
  const departure = Promise.withResolvers<void>();
  const { headers, close } = await atCheckpoint(checkpoint, () => {
    arrival.resolve();
    return departure.promise;
  });
  closers.push(close);
  return { headers, arrives: arrival.promise, go: departure.resolve };
}

/** Sends a webhook and lets its worker die at the checkpoint. */
async function dieAt(checkpoint: string, message: WebhookMessage): Promise<void> {
  const { headers, reached, close } = await atCheckpoint(checkpoint, async () => {}, { kill: true });
  closers.push(close);
  // Whatever the runtime makes of a request that never ends.
  send(message, headers).catch(() => {});
  await reached;
}

describe('at the same moment', () => {
  it('100 duplicates of one webhook have one effect', async () => {
    const paid = await newPayment(product.id, 'tok_timeout');
    const message = messageOf(paid.payment);
    const answers = await Promise.all(times(100, () => send(message)));
    expect(answers.map(({ status }) => status)).toEqual(times(100, () => 200));
    await expectPaidOnce(paid);
    expect(await kept(message)).toEqual([{ status: 'APPLIED', reason: null, attempts: 1, is_settled: true }]);
  });

  it('100 duplicates about a refund have one effect', async () => {
    const { payment } = await newPayment(product.id, 'tok_refund_timeout');
    const { body: opened } = await refund(payment.id, { amount: '5.00' });
    const message = messageOf(payment, 'refund.succeeded', { amount: '5.00', refund_id: opened.id });
    await Promise.all(times(100, () => send(message)));
    expect(await refundRows(payment.id)).toMatchObject([{ status: 'SUCCESS', amount: '5.00' }]);
    expect(await refundEvents(payment.id)).toHaveLength(1);
    expect(await transaction(payment.id)).toMatchObject({ status: 'SUCCESS', refund_amount: '5.00' });
  });

  it('20 events that say the same have one effect', async () => {
    const paid = await newPayment(product.id, 'tok_timeout');
    const messages = times(20, () => messageOf(paid.payment, 'payment.succeeded', { gateway_transaction_id: 'same' }));
    for (const message of messages) message.data['gateway_transaction_id'] = `sandbox_${paid.payment.id}`;
    await Promise.all(messages.map((message) => send(message)));
    await expectPaidOnce(paid);
    for (const message of messages) expect(await kept(message)).toMatchObject([{ status: 'APPLIED', attempts: 1 }]);
  });

  it('events that contradict each other: one of them wins, for good', async () => {
    for (let round = 0; round < 5; round++) {
      const paid = await newPayment(product.id, 'tok_timeout');
      const [good, bad] = [messageOf(paid.payment), messageOf(paid.payment, 'payment.failed')];
      await Promise.all([send(good), send(bad)]);
      const { status } = await transaction(paid.payment.id);
      expect(await toldOf(paid.payment.id)).toEqual([status === 'SUCCESS' ? 'payment.succeeded' : 'payment.failed']);
      const [[first], [second]] = [await kept(good), await kept(bad)];
      expect([first?.['status'], second?.['status']]).toEqual(
        status === 'SUCCESS' ? ['APPLIED', 'IGNORED'] : ['DEAD', 'APPLIED'],
      );
    }
  });

  it('a webhook and reconciliation', async () => {
    const paid = await newPayment(product.id, 'tok_timeout');
    await backdate(paid.payment.id, 2);
    const message = messageOf(paid.payment);
    await Promise.all([sweep(), send(message), sweep()]);
    await expectPaidOnce(paid);
    expect(await kept(message)).toMatchObject([{ status: 'APPLIED' }]);
  });
});

describe('a webhook that comes before the answer to the payment', () => {
  async function payHeld({ buyer, order }: Ordered) {
    const held = await hold('payment.charged');
    const answer = api('POST', '/v1/payments', {
      token: buyer.token,
      headers: { 'idempotency-key': randomUUID(), ...held.headers },
      body: { order_id: order.id, payment_method_code: 'CREDIT_CARD', payment_token: 'tok_success' },
    });
    await held.arrives;
    const { body } = await api('GET', `/v1/payments?order_id=${order.id}`, { token: buyer.token });
    const [payment] = body.data;
    expect(payment.status).toBe('PROCESSING');
    return { payment, answer, go: held.go };
  }

  it('settles it; the answer says the same', async () => {
    const ordered = await newOrder(product.id);
    const { payment, answer, go } = await payHeld(ordered);
    await send(messageOf(payment));
    await expectPaidOnce({ ...ordered, payment });
    go();
    expect((await answer).body).toMatchObject({ id: payment.id, status: 'SUCCESS' });
    await expectPaidOnce({ ...ordered, payment });
  });

  it('or in the very same moment', async () => {
    for (let round = 0; round < 5; round++) {
      const ordered = await newOrder(product.id);
      const { payment, answer, go } = await payHeld(ordered);
      const message = messageOf(payment);
      go();
      const [paid] = await Promise.all([answer, send(message)]);
      expect(paid.body).toMatchObject({ id: payment.id, status: 'SUCCESS' });
      await expectPaidOnce({ ...ordered, payment });
      expect(await kept(message)).toMatchObject([{ status: 'APPLIED' }]);
    }
  });
});

describe('a repetition while the first one is being applied', () => {
  it('is taken, and does nothing', async () => {
    const paid = await newPayment(product.id, 'tok_timeout');
    const message = messageOf(paid.payment);
    const held = await hold('webhook.received');
    const first = send(message, held.headers);
    await held.arrives;
    expect((await send(message)).body).toEqual({ received: true });
    expect(await transaction(paid.payment.id)).toMatchObject({ status: 'PROCESSING' });
    expect(await kept(message)).toMatchObject([{ status: 'RECEIVED', attempts: 0 }]);
    held.go();
    expect((await first).status).toBe(200);
    await expectPaidOnce(paid);
    expect(await kept(message)).toMatchObject([{ status: 'APPLIED', attempts: 1 }]);
  });
});

describe('a worker that dies', () => {
  async function sweptAfterDeathAt(checkpoint: string, paid: Paid): Promise<WebhookMessage> {
    const message = messageOf(paid.payment);
    await dieAt(checkpoint, message);
    expect((await send(message)).status).toBe(200);
    expect(await kept(message)).toEqual([{ status: 'RECEIVED', reason: null, attempts: 0, is_settled: false }]);
    return message;
  }

  it('between keeping an event and applying it: the sweep applies it, once', async () => {
    const paid = await newPayment(product.id, 'tok_timeout');
    const message = await sweptAfterDeathAt('webhook.received', paid);
    await sweep();
    expect(await transaction(paid.payment.id)).toMatchObject({ status: 'PROCESSING' });
    await makeDue(message);
    await Promise.all([sweep(), sweep()]);
    await expectPaidOnce(paid);
    expect(await kept(message)).toEqual([{ status: 'APPLIED', reason: null, attempts: 1, is_settled: true }]);
  });

  it('between applying it and marking it: the sweep marks it', async () => {
    const paid = await newPayment(product.id, 'tok_timeout');
    const message = await sweptAfterDeathAt('webhook.settled', paid);
    await expectPaidOnce(paid);
    await sweep(60);
    await expectPaidOnce(paid);
    expect(await kept(message)).toEqual([{ status: 'APPLIED', reason: null, attempts: 1, is_settled: true }]);
  });

  it('with a refund: the sweep settles it, once', async () => {
    const { payment } = await newPayment(product.id, 'tok_refund_timeout');
    const { body: opened } = await refund(payment.id, { amount: '5.00' });
    const message = messageOf(payment, 'refund.succeeded', { amount: '5.00', refund_id: opened.id });
    await dieAt('webhook.received', message);
    await makeDue(message);
    await Promise.all([sweep(), sweep()]);
    expect(await refundRows(payment.id)).toMatchObject([{ status: 'SUCCESS', amount: '5.00' }]);
    expect(await refundEvents(payment.id)).toHaveLength(1);
    expect(await kept(message)).toMatchObject([{ status: 'APPLIED' }]);
  });

  it('many sweeps at once count one attempt', async () => {
    const message = messageOf({ id: randomUUID(), amount: '20.00', currency: 'USD' });
    await send(message);
    await makeDue(message);
    await Promise.all(times(4, () => sweep()));
    expect(await kept(message)).toMatchObject([{ status: 'RECEIVED', attempts: 2 }]);
    await payments`DELETE FROM webhook_events WHERE event_id = ${message.id}`;
  });
});
