import { uuidv7 } from 'uuidv7';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { PaymentGateway, RefundOrder } from '../../workers/payments/src/gateways/payment-gateway.ts';
import { stripeGateway } from '../../workers/payments/src/gateways/stripe/stripe-gateway.ts';
import { type FakeStripe, startFakeStripe } from './fake-stripe.ts';

let stripe: FakeStripe;
let gateway: PaymentGateway;
let paid: { transaction_id: string; gateway_transaction_id: string };

beforeEach(async () => {
  stripe = await startFakeStripe();
  gateway = stripeGateway({ secret_key: 'sk_test_1', webhook_secret: 'whsec_1', api_url: stripe.url });
  const transaction_id = uuidv7();
  const metadata = { 'metadata[transaction_id]': transaction_id };
  const intent = stripe.books.succeed(stripe.books.createIntent({ amount: '1999', currency: 'usd', ...metadata }));
  paid = { transaction_id, gateway_transaction_id: intent.id };
});
afterEach(() => stripe.close());

function orderOf(amount = '5.00', refund_id = uuidv7()): RefundOrder {
  return { refund_id, ...paid, amount, currency: 'USD' };
}

const amounts = () => stripe.books.refunds.map(({ amount }) => amount);

function idOfYesterday(): string {
  const time = (Date.now() - 24 * 3_600_000).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}${uuidv7().slice(13)}`;
}

it('pays back once for an id', async () => {
  const order = orderOf();
  const succeeded = { outcome: 'succeeded', gateway_refund_id: 're_3' };
  expect(await gateway.retrieveRefund(order)).toEqual({ outcome: 'not_found' });
  expect(await gateway.refund(order)).toEqual(succeeded);
  expect(await gateway.refund(order)).toEqual(succeeded);
  expect(await gateway.retrieveRefund(order)).toEqual(succeeded);
  expect(stripe.books.refunds).toMatchObject([
    {
      amount: 500,
      payment_intent: 'pi_1',
      metadata: { refund_id: order.refund_id, transaction_id: paid.transaction_id },
    },
  ]);
});

it('finds a refund among many', async () => {
  const orders = Array.from({ length: 5 }, () => orderOf('1.00'));
  for (const order of orders) await gateway.refund(order);
  for (const order of orders) {
    const made = stripe.books.refunds.find(({ metadata }) => metadata.refund_id === order.refund_id);
    expect(await gateway.retrieveRefund(order)).toEqual({ outcome: 'succeeded', gateway_refund_id: made?.id });
  }
});

it('reads a refund as it is now', async () => {
  const order = orderOf();
  await gateway.refund(order);
  Object.assign(stripe.books.refunds[0] ?? {}, { status: 'failed', failure_reason: 'expired_or_canceled_card' });
  expect(await gateway.retrieveRefund(order)).toEqual({
    outcome: 'failed',
    gateway_refund_id: 're_3',
    reason: 'expired_or_canceled_card',
  });
});

describe('fails', () => {
  it('where it is more than is left', async () => {
    await gateway.refund(orderOf('15.00'));
    expect(await gateway.refund(orderOf('5.00'))).toEqual({
      outcome: 'failed',
      gateway_refund_id: null,
      reason: 'amount_too_large',
    });
    expect(amounts()).toEqual([1500]);
  });

  it('where nothing is left', async () => {
    await gateway.refund(orderOf('19.99'));
    expect(await gateway.refund(orderOf('0.01'))).toMatchObject({
      outcome: 'failed',
      reason: 'charge_already_refunded',
    });
    expect(amounts()).toEqual([1999]);
  });

  it('where nothing was charged', async () => {
    const order = { ...orderOf(), gateway_transaction_id: null };
    expect(await gateway.refund(order)).toMatchObject({ outcome: 'failed', reason: 'no_charge' });
    expect(await gateway.retrieveRefund(order)).toEqual({ outcome: 'not_found' });
    expect(await gateway.refund({ ...order, gateway_transaction_id: 'pi_none' })).toMatchObject({
      outcome: 'failed',
      reason: 'resource_missing',
    });
    expect(amounts()).toEqual([]);
  });

  it('where the currency has no such amount', async () => {
    const order = { ...orderOf('5.50'), currency: 'JPY' };
    expect(await gateway.refund(order)).toMatchObject({ outcome: 'failed', reason: 'no_such_amount' });
    expect(amounts()).toEqual([]);
  });
});

it('is unknown while the answer is lost, and then found', async () => {
  const order = orderOf();
  stripe.faults.push({ on: /refunds$/, does: 'lost', times: 2 });
  expect(await gateway.refund(order)).toEqual({ outcome: 'unknown' });
  expect(await gateway.retrieveRefund(order)).toMatchObject({ outcome: 'succeeded' });
  expect(await gateway.refund(order)).toMatchObject({ outcome: 'succeeded' });
  expect(amounts()).toEqual([500]);
});

it('pays back once for a repetition that comes after Stripe forgot its keys', async () => {
  const order = orderOf('5.00', idOfYesterday());
  expect(await gateway.refund(order)).toMatchObject({ outcome: 'succeeded' });
  stripe.forgetKeys();
  expect(await gateway.refund(order)).toMatchObject({ outcome: 'succeeded' });
  expect(amounts()).toEqual([500]);
});
