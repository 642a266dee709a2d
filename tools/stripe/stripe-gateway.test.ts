import { uuidv7 } from 'uuidv7';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Charge, PaymentGateway } from '../../workers/payments/src/gateways/payment-gateway.ts';
import { stripeGateway } from '../../workers/payments/src/gateways/stripe/stripe-gateway.ts';
import { type FakeStripe, startFakeStripe } from './fake-stripe.ts';

let stripe: FakeStripe;
let gateway: PaymentGateway;

beforeEach(async () => {
  stripe = await startFakeStripe();
  gateway = stripeGateway({ ...access, api_url: stripe.url });
});
afterEach(() => stripe.close());

const access = { secret_key: 'sk_test_1', webhook_secret: 'whsec_1' };
const confirm = /confirm$/;
const user_id = uuidv7();

function paymentOf(hoursAgo = 0) {
  const transaction_id = idMade(hoursAgo);
  return { transaction_id, amount: '19.99', currency: 'USD' };
}

function idMade(hoursAgo: number): string {
  const time = (Date.now() - hoursAgo * 3_600_000).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}${uuidv7().slice(13)}`;
}

const chargeOf = (token = 'pm_card_visa', details: Partial<Charge> = {}): Charge => ({
  ...{ ...paymentOf(), user_id, method_code: 'CREDIT_CARD', source: { token }, save: false },
  ...details,
});

/** What the gateway's books say: how many intents a payment has, and what became of them. */
const statusesOf = ({ transaction_id }: { transaction_id: string }) =>
  stripe.books.intentsOf(transaction_id).map(({ status }) => status);

describe('charge', () => {
  it('charges the amount in minor units', async () => {
    const charge = chargeOf();
    expect(await gateway.charge(charge)).toMatchObject({
      outcome: 'succeeded',
      gateway_transaction_id: 'pi_1',
      response: { id: 'pi_1', status: 'succeeded', amount: 1999, currency: 'usd' },
    });
    expect(stripe.books.intentsOf(charge.transaction_id)).toMatchObject([
      { amount_received: 1999, currency: 'usd', customer: null, setup_future_usage: null },
    ]);
    expect(stripe.requests).toEqual(['POST /v1/payment_intents', 'POST /v1/payment_intents/pi_1/confirm']);
  });

  it('charges yen without decimals', async () => {
    const charge = chargeOf('pm_card_visa', { amount: '500.00', currency: 'JPY' });
    expect(await gateway.charge(charge)).toMatchObject({ outcome: 'succeeded', response: { amount: 500 } });
  });

  it('asks nothing of Stripe for an amount that the currency does not have', async () => {
    const charge = chargeOf('pm_card_visa', { amount: '500.50', currency: 'JPY' });
    const refusal = { outcome: 'declined', reason: 'gateway_error', gateway_transaction_id: null };
    expect(await gateway.charge(charge)).toMatchObject(refusal);
    expect(await gateway.retrieve(charge)).toMatchObject(refusal);
    expect(await gateway.cancel(charge)).toMatchObject(refusal);
    expect(stripe.requests).toEqual([]);
  });

  it('is a decline where Stripe refuses the amount', async () => {
    const charge = chargeOf('pm_card_visa', { amount: '0.49' });
    expect(await gateway.charge(charge)).toMatchObject({ outcome: 'declined', reason: 'gateway_error' });
    expect(statusesOf(charge)).toEqual([]);
  });

  it.each([
    ['pm_card_visa_chargeDeclined', 'card_declined'],
    ['pm_card_visa_chargeDeclinedInsufficientFunds', 'insufficient_funds'],
    ['pm_card_chargeDeclinedExpiredCard', 'expired_card'],
    ['pm_card_chargeDeclinedProcessingError', 'gateway_error'],
    ['pm_card_authenticationRequired', 'card_declined'],
  ])('is a decline with %s: %s, told alike whenever it is asked', async (token, reason) => {
    const charge = chargeOf(token);
    const declined = { outcome: 'declined', reason, gateway_transaction_id: 'pi_1' };
    expect(await gateway.charge(charge)).toMatchObject(declined);
    expect(await gateway.charge(charge)).toMatchObject(declined);
    expect(await gateway.retrieve(charge)).toMatchObject(declined);
    expect(await gateway.cancel(charge)).toMatchObject(declined);
    expect(statusesOf(charge)).toEqual(['canceled']);
  });

  it('gives back nothing that charges', async () => {
    const results = [await gateway.charge(chargeOf()), await gateway.charge(chargeOf('pm_card_visa_chargeDeclined'))];
    expect(JSON.stringify(results)).not.toMatch(/pm_|secret/);
  });

  it('ends the payment where Stripe does not know the payment method', async () => {
    const charge = chargeOf('pm_unknown');
    expect(await gateway.charge(charge)).toMatchObject({ outcome: 'declined', reason: 'gateway_error' });
    expect(statusesOf(charge)).toEqual(['canceled']);
  });

  it('charges once, however often and at once it is asked', async () => {
    const charge = chargeOf();
    const results = await Promise.all(Array.from({ length: 8 }, () => gateway.charge(charge)));
    for (const { outcome } of results) expect(['succeeded', 'unknown']).toContain(outcome);
    expect(await gateway.charge(charge)).toMatchObject({ outcome: 'succeeded', gateway_transaction_id: 'pi_1' });
    expect(statusesOf(charge)).toEqual(['succeeded']);
  });
});

describe('an answer that does not come', () => {
  it('is found by retrieve: lost after charging', async () => {
    const charge = chargeOf();
    stripe.faults.push({ on: confirm, does: 'lost', times: 2 });
    expect(await gateway.charge(charge)).toEqual({ outcome: 'unknown' });
    expect(await gateway.retrieve(charge)).toMatchObject({ outcome: 'succeeded', gateway_transaction_id: 'pi_1' });
    expect(await gateway.cancel(charge)).toMatchObject({ outcome: 'succeeded' });
    expect(statusesOf(charge)).toEqual(['succeeded']);
  });

  it('is asked for once more, and charges once', async () => {
    const charge = chargeOf();
    stripe.faults.push({ on: /./, does: 'lost', times: 1 }, { on: confirm, does: 'lost', times: 1 });
    expect(await gateway.charge(charge)).toMatchObject({ outcome: 'succeeded' });
    expect(statusesOf(charge)).toEqual(['succeeded']);
    expect(stripe.requests.filter((line) => confirm.test(line))).toHaveLength(2);
  });

  it.each([500, 503, 429, 401, 403, 409])('is unknown after %i, and found to have charged nothing', async (status) => {
    const charge = chargeOf();
    stripe.faults.push({ on: confirm, does: status, times: 2 });
    expect(await gateway.charge(charge)).toEqual({ outcome: 'unknown' });
    expect(await gateway.retrieve(charge)).toEqual({ outcome: 'not_found' });
    expect(statusesOf(charge)).toEqual(['requires_payment_method']);
  });

  it('is unknown when Stripe is silent', async () => {
    const charge = chargeOf();
    stripe.faults.push({ on: confirm, does: 'silent', times: 2 });
    const hurried = stripeGateway({ ...access, api_url: stripe.url, timeout_milliseconds: 500 });
    expect(await hurried.charge(charge)).toEqual({ outcome: 'unknown' });
    expect(await gateway.retrieve(charge)).toEqual({ outcome: 'not_found' });
  });

  it('leaves everything open while nobody listens', async () => {
    await stripe.close();
    const order = { ...paymentOf(), refund_id: uuidv7(), gateway_transaction_id: 'pi_1' };
    const unknown = { outcome: 'unknown' };
    expect(await gateway.charge(chargeOf())).toEqual(unknown);
    expect(await gateway.retrieve(paymentOf())).toEqual(unknown);
    expect(await gateway.cancel(paymentOf())).toEqual(unknown);
    expect(await gateway.refund(order)).toEqual(unknown);
    expect(await gateway.retrieveRefund(order)).toEqual(unknown);
    expect(await gateway.accepts('pm_1', 'CREDIT_CARD')).toBe('accepted');
    expect(await gateway.forgetMethod({ gateway_customer_id: 'cus_1', gateway_token: 'pm_1' })).toBe(false);
  });
});

describe('cancel', () => {
  it('comes first: the charge that follows is refused', async () => {
    const charge = chargeOf();
    expect(await gateway.retrieve(charge)).toEqual({ outcome: 'not_found' });
    expect(await gateway.cancel(charge)).toMatchObject({ outcome: 'declined', reason: 'gateway_error' });
    expect(await gateway.charge(charge)).toMatchObject({ outcome: 'declined', reason: 'gateway_error' });
    expect(statusesOf(charge)).toEqual(['canceled']);
  });

  it('comes last: it tells that the money was taken', async () => {
    const charge = chargeOf();
    await gateway.charge(charge);
    expect(await gateway.cancel(charge)).toMatchObject({ outcome: 'succeeded', gateway_transaction_id: 'pi_1' });
    expect(statusesOf(charge)).toEqual(['succeeded']);
  });

  it('overtakes a charge that is on its way: both say the same', async () => {
    const charge = chargeOf();
    const gate = stripe.hold(confirm);
    const charging = gateway.charge(charge);
    await gate.arrived;
    const cancelled = await gateway.cancel(charge);
    gate.release();
    expect(cancelled).toMatchObject({ outcome: 'declined', reason: 'gateway_error' });
    expect(await charging).toMatchObject({ outcome: 'declined', reason: 'gateway_error' });
    expect(statusesOf(charge)).toEqual(['canceled']);
  });

  it('is repeatable', async () => {
    const payment = paymentOf();
    await gateway.cancel(payment);
    expect(await gateway.cancel(payment)).toMatchObject({ outcome: 'declined', gateway_transaction_id: 'pi_1' });
    expect(statusesOf(payment)).toEqual(['canceled']);
  });

  it('leaves what is being processed open', async () => {
    const charge = chargeOf('pm_card_processing');
    const pending = { outcome: 'pending', gateway_transaction_id: 'pi_1' };
    expect(await gateway.charge(charge)).toMatchObject(pending);
    expect(await gateway.cancel(charge)).toMatchObject(pending);
    stripe.books.succeed(stripe.books.intent('pi_1'));
    expect(await gateway.retrieve(charge)).toMatchObject({ outcome: 'succeeded' });
  });
});

describe('an old payment', () => {
  it('is searched for, and read as it is now', async () => {
    const payment = { ...chargeOf(), ...paymentOf(30) };
    const intent = stripe.books.createIntent({
      ...{ amount: '1999', currency: 'usd', 'metadata[transaction_id]': payment.transaction_id },
    });
    stripe.books.succeed(intent);
    stripe.books.indexed.add(intent.id);
    const succeeded = { outcome: 'succeeded', gateway_transaction_id: 'pi_1' };
    expect(await gateway.retrieve(payment)).toMatchObject(succeeded);
    expect(await gateway.cancel(payment)).toMatchObject(succeeded);
    expect(await gateway.charge(payment)).toMatchObject(succeeded);
    expect(statusesOf(payment)).toEqual(['succeeded']);
  });

  it('stays open while the search may be behind', async () => {
    const charge = chargeOf('pm_card_visa', paymentOf(24));
    expect(await gateway.retrieve(charge)).toEqual({ outcome: 'unknown' });
    expect(await gateway.cancel(charge)).toEqual({ outcome: 'unknown' });
    expect(await gateway.charge(charge)).toEqual({ outcome: 'unknown' });
    expect(statusesOf(charge)).toEqual([]);
  });

  it('is over where nothing is found', async () => {
    const charge = chargeOf('pm_card_visa', paymentOf(26));
    const declined = { outcome: 'declined', reason: 'gateway_error', gateway_transaction_id: null };
    expect(await gateway.retrieve(charge)).toMatchObject(declined);
    expect(await gateway.cancel(charge)).toMatchObject(declined);
    expect(await gateway.charge(charge)).toMatchObject(declined);
    expect(statusesOf(charge)).toEqual([]);
  });

  it('stays open where Stripe does not let us search', async () => {
    stripe.faults.push({ on: /search$/, does: 400, times: 1 });
    expect(await gateway.cancel(paymentOf(26))).toEqual({ outcome: 'unknown' });
  });
});
