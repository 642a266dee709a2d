import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { fromCents, sum, toCents } from '#shared/money/money.ts';

import { type Answer, api, eventually, expectProblem } from './support/client.ts';
import { sqlOf } from './support/databases.ts';
import {
  backdate,
  gatewayBooks,
  newPayment,
  refund,
  refundEvents,
  refundRows,
  transaction,
} from './support/payments.ts';
import { atCheckpoint, newProduct, sweep } from './support/shop.ts';

const payments = sqlOf('payments');
const Refunded = z.looseObject({ is_full: z.boolean() });
const closers: (() => void)[] = [];
let product: Answer['body'];

beforeAll(async () => {
  product = await newProduct({ price: '20.00', quantity: 1_000 });
});
afterAll(() => {
  for (const close of closers) close();
});

/** A tenth of the amount, rounded up: ten such parts are the payment or a little more. */
function tenthOf(amount: string): string {
  return fromCents((toCents(amount) + 9n) / 10n);
}

describe('many refunds at once', () => {
  it('20 parts of more than the payment: exactly the payment goes back', async () => {
    const { payment } = await newPayment(product.id);
    const part = tenthOf(payment.amount);
    const answers = await Promise.all(Array.from({ length: 20 }, () => refund(payment.id, { amount: part })));
    const made = answers.filter(({ status }) => status === 201);
    for (const refused of answers.filter(({ status }) => status !== 201)) {
      expectProblem(refused, 409, 'refund_exceeds_payment');
    }
    const fitting = Number(toCents(payment.amount) / toCents(part));
    expect(made.map(({ body }) => body.status)).toEqual(Array.from({ length: fitting }, () => 'SUCCESS'));
    const rest = toCents(payment.amount) % toCents(part);
    expect((await refund(payment.id)).status).toBe(rest === 0n ? 409 : 201);

    expect(await transaction(payment.id)).toMatchObject({ status: 'REFUNDED', refund_amount: payment.amount });
    expectProblem(await refund(payment.id, { amount: '0.01' }), 409, 'refund_exceeds_payment');
    const ended = await refundRows(payment.id);
    expect(ended.map(({ status }) => status)).toEqual(ended.map(() => 'SUCCESS'));
    expect(fromCents(sum(ended.map(({ amount }) => toCents(String(amount)))))).toBe(payment.amount);
    expect(gatewayBooks(payment.id)).toEqual({
      charges: 1,
      charged: payment.amount,
      refunds: ended.length,
      refunded: payment.amount,
    });
    const isFull = (await refundEvents(payment.id)).map((event) => Refunded.parse(event).is_full);
    expect(isFull).toHaveLength(ended.length);
    expect(isFull.filter(Boolean)).toHaveLength(1);
  });

  it('20 full ones: one goes through', async () => {
    const { payment } = await newPayment(product.id);
    const answers = await Promise.all(Array.from({ length: 20 }, () => refund(payment.id)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(gatewayBooks(payment.id)).toMatchObject({ refunds: 1, refunded: payment.amount });
  });

  it('one key 20 times: one refund', async () => {
    const { payment } = await newPayment(product.id);
    const key = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => refund(payment.id, { amount: '1.00' }, { key })),
    );
    const made = answers.filter(({ status }) => status === 201);
    expect(new Set(made.map(({ body }) => body.id)).size).toBe(1);
    for (const other of answers.filter(({ status }) => status !== 201)) {
      expectProblem(other, 409, 'idempotency_in_progress');
    }
    expect(await refundRows(payment.id)).toMatchObject([{ amount: '1.00', status: 'SUCCESS' }]);
    expect(gatewayBooks(payment.id)).toMatchObject({ refunds: 1, refunded: '1.00' });
  });

  it('staff refunds while the order is cancelled: exactly the payment goes back', async () => {
    const { payment, order, buyer } = await newPayment(product.id);
    await Promise.all([
      api('POST', `/v1/orders/${order.id}/cancel`, { token: buyer.token, body: {} }),
      ...Array.from({ length: 5 }, () => refund(payment.id, { amount: '3.00' })),
    ]);
    await eventually(async () => expect((await transaction(payment.id)).status).toBe('REFUNDED'));
    expect(gatewayBooks(payment.id)).toMatchObject({ charged: payment.amount, refunded: payment.amount });
  });
});

/** Sends the refund and lets its worker die at the checkpoint. */
async function dieAt(checkpoint: string, transactionId: string, key: string): Promise<void> {
  const { headers, reached, close } = await atCheckpoint(checkpoint, async () => {}, { kill: true });
  closers.push(close);
  // Whatever the runtime makes of a request that never ends.
  refund(transactionId, {}, { key, headers }).catch(() => {});
  await reached;
}

describe('a worker that dies during a refund', () => {
  it.each(['refund.claimed', 'refund.begun', 'refund.sent', 'refund.settled'])(
    'at %s: the same request again refunds once',
    async (checkpoint) => {
      const { payment } = await newPayment(product.id);
      const key = randomUUID();
      await dieAt(checkpoint, payment.id, key);
      expectProblem(await refund(payment.id, {}, { key }), 409, 'idempotency_in_progress');
      await payments`UPDATE idempotency_keys SET locked_until = now() - interval '1 second' WHERE key = ${key}`;
      const done = await refund(payment.id, {}, { key });
      expect(done.status).toBe(201);
      expect(done.body).toMatchObject({ status: 'SUCCESS', amount: payment.amount });
      expect(await transaction(payment.id)).toMatchObject({ status: 'REFUNDED', refunds: [done.body] });
      expect(await refundEvents(payment.id)).toHaveLength(1);
      expect(gatewayBooks(payment.id)).toMatchObject({ refunds: 1, refunded: payment.amount });
    },
  );

  it.each(['refund.begun', 'refund.sent'])('at %s: reconciliation finishes it, once', async (checkpoint) => {
    const { payment } = await newPayment(product.id);
    await dieAt(checkpoint, payment.id, randomUUID());
    expect(await refundRows(payment.id)).toMatchObject([{ status: 'PROCESSING', amount: payment.amount }]);
    await sweep();
    expect(await refundRows(payment.id)).toMatchObject([{ status: 'PROCESSING' }]);
    await backdate(payment.id, 2);
    await Promise.all([sweep(), sweep()]);
    await sweep();
    expect(await transaction(payment.id)).toMatchObject({ status: 'REFUNDED', refund_amount: payment.amount });
    expect(await refundEvents(payment.id)).toHaveLength(1);
    expect(gatewayBooks(payment.id)).toMatchObject({ refunds: 1, refunded: payment.amount });
  });
});
