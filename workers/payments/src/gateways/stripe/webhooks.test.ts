import { Stripe } from 'stripe';
import { describe, expect, it } from 'vitest';

import { stripeGateway } from './stripe-gateway.ts';

const secret = 'whsec_test';
const gateway = stripeGateway({ secret_key: 'sk_test_1', webhook_secret: secret });
const now = new Date('2026-11-22T21:24:42Z');
const transaction_id = '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f';
const refund_id = '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e7f';

const intent = {
  id: 'pi_1',
  object: 'payment_intent',
  status: 'succeeded',
  amount: 1999,
  amount_received: 1999,
  currency: 'usd',
  latest_charge: 'ch_1',
  livemode: false,
  last_payment_error: null,
  setup_future_usage: null,
  payment_method: 'pm_1',
  cancellation_reason: null,
  metadata: { transaction_id },
};

const refund = {
  id: 're_1',
  object: 'refund',
  status: 'succeeded',
  amount: 500,
  currency: 'usd',
  payment_intent: 'pi_1',
  metadata: { refund_id, transaction_id },
};

const bodyOf = (type: string, object: unknown) =>
  JSON.stringify({ id: 'evt_1', object: 'event', type, created: now.getTime() / 1_000, data: { object } });

async function signed(body: string, { seconds = 0, by = secret } = {}) {
  const signature = await Stripe.webhooks.generateTestHeaderStringAsync({
    payload: body,
    secret: by,
    timestamp: now.getTime() / 1_000 + seconds,
    cryptoProvider: Stripe.createSubtleCryptoProvider(),
  });
  return { body, headers: new Headers({ 'stripe-signature': signature }) };
}

async function newsOf(type: string, object: unknown) {
  const event = await gateway.verifyWebhook(await signed(bodyOf(type, object)), now);
  expect(event).toMatchObject({ id: 'evt_1', type });
  return event?.news;
}

describe('the signature', () => {
  const body = bodyOf('payment_intent.succeeded', intent);

  it.each([-300, 0, 300])('holds %i seconds from now', async (seconds) => {
    expect(await gateway.verifyWebhook(await signed(body, { seconds }), now)).toMatchObject({ id: 'evt_1' });
  });

  it.each([-301, 301, -86_400, 86_400])('does not hold %i seconds from now', async (seconds) => {
    expect(await gateway.verifyWebhook(await signed(body, { seconds }), now)).toBeNull();
  });

  it('is made with the secret', async () => {
    expect(await gateway.verifyWebhook(await signed(body, { by: 'whsec_other' }), now)).toBeNull();
  });

  it('covers the body', async () => {
    const { headers } = await signed(body);
    expect(await gateway.verifyWebhook({ body: body.replace('1999', '2999'), headers }, now)).toBeNull();
  });

  it.each(['', 'v1=00', 't=1795382682', 't=,v1=00', 't=now,v1=00', 't=1795382682,v0=00', 'nonsense'])(
    'is not %j',
    async (header) => {
      expect(
        await gateway.verifyWebhook({ body, headers: new Headers({ 'stripe-signature': header }) }, now),
      ).toBeNull();
      expect(await gateway.verifyWebhook({ body, headers: new Headers() }, now)).toBeNull();
    },
  );

  it('does not make an event of what is none', async () => {
    expect(await gateway.verifyWebhook(await signed('{'), now)).toBeNull();
    expect(await gateway.verifyWebhook(await signed(''), now)).toBeNull();
  });
});

describe('news of a charge', () => {
  it('tells what was received', async () => {
    expect(await newsOf('payment_intent.succeeded', { ...intent, amount_received: 1500 })).toMatchObject({
      about: 'charge',
      transaction_id,
      amount: '15.00',
      currency: 'USD',
      result: { outcome: 'succeeded', gateway_transaction_id: 'pi_1' },
    });
  });

  it('tells of a refusal', async () => {
    const last_payment_error = { type: 'card_error', code: 'expired_card' };
    const object = { ...intent, status: 'requires_payment_method', amount_received: 0, last_payment_error };
    expect(await newsOf('payment_intent.payment_failed', object)).toMatchObject({
      about: 'charge',
      amount: '19.99',
      result: { outcome: 'declined', reason: 'expired_card' },
    });
  });

  it('tells of a cancellation and of processing', async () => {
    expect(await newsOf('payment_intent.canceled', { ...intent, status: 'canceled' })).toMatchObject({
      result: { outcome: 'declined', reason: 'gateway_error' },
    });
    expect(await newsOf('payment_intent.processing', { ...intent, status: 'processing' })).toMatchObject({
      result: { outcome: 'pending' },
    });
  });

  it('reads yen as yen', async () => {
    const object = { ...intent, amount: 500, amount_received: 500, currency: 'jpy' };
    expect(await newsOf('payment_intent.succeeded', object)).toMatchObject({ amount: '500.00', currency: 'JPY' });
  });

  it('does not repeat the payment method', async () => {
    expect(JSON.stringify(await newsOf('payment_intent.succeeded', intent))).not.toContain('pm_1');
  });
});

describe('news of a refund', () => {
  it.each(['refund.created', 'refund.updated'])('tells what became of it in %s', async (type) => {
    expect(await newsOf(type, refund)).toEqual({
      about: 'refund',
      refund_id,
      transaction_id,
      amount: '5.00',
      currency: 'USD',
      result: { outcome: 'succeeded', gateway_refund_id: 're_1' },
    });
  });

  it('tells that it failed', async () => {
    const object = { ...refund, status: 'failed', failure_reason: 'expired_or_canceled_card' };
    expect(await newsOf('refund.failed', object)).toMatchObject({
      result: { outcome: 'failed', reason: 'expired_or_canceled_card' },
    });
  });
});

it.each([
  ['charge.refunded', { id: 'ch_1', object: 'charge', metadata: { transaction_id } }],
  ['customer.created', { id: 'cus_1', object: 'customer' }],
  ['payment_intent.created', { ...intent, status: 'requires_payment_method', amount_received: 0 }],
  ['payment_intent.succeeded', { ...intent, metadata: {} }],
  ['payment_intent.succeeded', { ...intent, metadata: { transaction_id: '7' } }],
  ['refund.created', { ...refund, metadata: {} }],
  ['refund.created', { ...refund, metadata: null }],
  ['refund.created', { ...refund, metadata: { transaction_id } }],
  ['refund.created', { ...refund, amount: 5124, currency: 'kwd' }],
])('%s of %j is no news', async (type, object) => {
  expect(await newsOf(type, object)).toEqual({ about: 'nothing' });
});
