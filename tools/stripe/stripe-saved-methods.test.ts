import { uuidv7 } from 'uuidv7';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { PaymentGateway, SavedMethodReference } from '../../workers/payments/src/gateways/payment-gateway.ts';
import { stripeGateway } from '../../workers/payments/src/gateways/stripe/stripe-gateway.ts';
import { type FakeStripe, startFakeStripe } from './fake-stripe.ts';

let stripe: FakeStripe;
let gateway: PaymentGateway;
const access = { secret_key: 'sk_test_1', webhook_secret: 'whsec_1' };

beforeEach(async () => {
  stripe = await startFakeStripe();
  gateway = stripeGateway({ ...access, api_url: stripe.url });
});
afterEach(() => stripe.close());

const user_id = uuidv7();
const card = { brand: 'visa', last_four: '4242', expiry_month: 12, expiry_year: 2030 };
const payment = () => ({ transaction_id: uuidv7(), amount: '19.99', currency: 'USD' });
const charged = { user_id, method_code: 'CREDIT_CARD', save: false };

const orderOf = (token = 'pm_card_visa') => ({
  ...{ saved_payment_method_id: uuidv7(), user_id, method_code: 'CREDIT_CARD', token, gateway_customer_id: null },
});

async function saved(): Promise<SavedMethodReference> {
  const result = await gateway.saveMethod(orderOf());
  if (result.outcome !== 'saved') throw new Error(result.outcome);
  return result.saved;
}

describe('saving while paying', () => {
  it('keeps the card for the customer, and tells of it again', async () => {
    const charge = { ...charged, ...payment(), source: { token: 'pm_card_visa' }, save: true };
    const kept = { gateway_customer_id: 'cus_2', gateway_token: 'pm_3', card };
    const succeeded = { outcome: 'succeeded', gateway_transaction_id: 'pi_1', saved: kept };
    expect(await gateway.charge(charge)).toMatchObject(succeeded);
    expect(await gateway.retrieve(charge)).toMatchObject(succeeded);
    expect(await gateway.charge(charge)).toMatchObject(succeeded);
    expect(stripe.books.customers).toMatchObject([{ id: 'cus_2', metadata: { user_id } }]);
    expect(stripe.books.intentsOf(charge.transaction_id)).toMatchObject([
      { status: 'succeeded', customer: 'cus_2', setup_future_usage: 'off_session' },
    ]);
  });

  it('keeps nothing of a card that is declined', async () => {
    const charge = { ...charged, ...payment(), source: { token: 'pm_card_visa_chargeDeclined' }, save: true };
    expect(await gateway.charge(charge)).not.toHaveProperty('saved');
    expect([...stripe.books.paymentMethods.values()].filter(({ customer }) => customer !== null)).toEqual([]);
  });
});

describe('saveMethod', () => {
  it('saves once for a row', async () => {
    const order = orderOf();
    const result = { outcome: 'saved', saved: { gateway_customer_id: 'cus_1', gateway_token: 'pm_2', card } };
    expect(await gateway.saveMethod(order)).toEqual(result);
    expect(await gateway.saveMethod(order)).toEqual(result);
    expect(stripe.books.paymentMethods.size).toBe(1);
  });

  it('uses the customer that the user has', async () => {
    await gateway.saveMethod(orderOf());
    stripe.forgetKeys();
    const result = await gateway.saveMethod({ ...orderOf(), gateway_customer_id: 'cus_1' });
    expect(result).toMatchObject({ outcome: 'saved', saved: { gateway_customer_id: 'cus_1' } });
    expect(stripe.books.customers).toHaveLength(1);
  });

  it.each([
    ['pm_card_visa_chargeDeclined', 'card_declined'],
    ['pm_card_chargeDeclinedExpiredCard', 'expired_card'],
    ['pm_unknown', 'gateway_error'],
  ])('is a decline with %s: %s', async (token, reason) => {
    expect(await gateway.saveMethod(orderOf(token))).toEqual({ outcome: 'declined', reason });
  });

  it('is unknown while the answer is lost, and found by a repetition', async () => {
    const order = orderOf();
    stripe.faults.push({ on: /setup_intents/, does: 'lost', times: 2 });
    expect(await gateway.saveMethod(order)).toEqual({ outcome: 'unknown' });
    expect(await gateway.saveMethod(order)).toMatchObject({ outcome: 'saved', saved: { gateway_token: 'pm_2' } });
    expect(stripe.books.paymentMethods.size).toBe(1);
  });
});

describe('a saved method', () => {
  it('pays for its customer', async () => {
    const reference = await saved();
    const charge = { ...charged, ...payment(), source: { saved: reference } };
    expect(await gateway.charge(charge)).toMatchObject({ outcome: 'succeeded', saved: undefined });
    expect(stripe.books.intentsOf(charge.transaction_id)).toMatchObject([
      { customer: 'cus_1', payment_method: 'pm_2' },
    ]);
  });

  it('does not pay as a token, or for another customer', async () => {
    const { gateway_token } = await saved();
    for (const source of [{ token: gateway_token }, { saved: { gateway_token, gateway_customer_id: 'cus_other' } }]) {
      const charge = { ...charged, ...payment(), source };
      expect(await gateway.charge(charge)).toMatchObject({ outcome: 'declined', reason: 'gateway_error' });
      expect(stripe.books.intentsOf(charge.transaction_id)).toMatchObject([{ status: 'canceled' }]);
    }
  });

  it('is forgotten, and stays so', async () => {
    const reference = await saved();
    expect(await gateway.forgetMethod(reference)).toBe(true);
    expect(stripe.books.paymentMethod('pm_2').customer).toBeNull();
    expect(await gateway.forgetMethod(reference)).toBe(true);
    expect(await gateway.forgetMethod({ ...reference, gateway_token: 'pm_never' })).toBe(true);
  });

  it('is not forgotten while Stripe does not answer', async () => {
    const reference = await saved();
    stripe.faults.push({ on: /detach$/, does: 503, times: 2 });
    expect(await gateway.forgetMethod(reference)).toBe(false);
    expect(stripe.books.paymentMethod('pm_2').customer).toBe('cus_1');
  });
});

describe('accepts', () => {
  it.each([
    [{ type: 'card' }, 'CREDIT_CARD', 'accepted'],
    [{ type: 'card' }, 'DEBIT_CARD', 'accepted'],
    [{ type: 'card' }, 'WALLET', 'unknown_token'],
    [{ type: 'link' }, 'WALLET', 'accepted'],
    [{ type: 'link' }, 'CREDIT_CARD', 'unknown_token'],
    [{ type: 'upi' }, 'UPI', 'method_unsupported'],
    [{ type: 'card' }, 'NET_BANKING', 'method_unsupported'],
  ] as const)('%j for %s: %s', async (details, code, check) => {
    expect(await gateway.accepts(stripe.books.addPaymentMethod(details).id, code)).toBe(check);
  });

  it.each(['pm_unknown', 'tok_visa', 'tok_success', '', 'pm_1/detach'])('knows no token %j', async (token) => {
    expect(await gateway.accepts(token, 'CREDIT_CARD')).toBe('unknown_token');
  });

  it('takes the test cards with a test key only', async () => {
    expect(await gateway.accepts('pm_card_visa', 'CREDIT_CARD')).toBe('accepted');
    const live = stripeGateway({ ...access, secret_key: 'sk_live_1', api_url: stripe.url });
    expect(await live.accepts('pm_card_visa', 'CREDIT_CARD')).toBe('unknown_token');
    expect(stripe.requests).toEqual([]);
  });
});
