import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import type { PaymentGateway } from '../../workers/payments/src/gateways/payment-gateway.ts';
import { stripeGateway } from '../../workers/payments/src/gateways/stripe/stripe-gateway.ts';

const url = process.env.STRIPE_MOCK_URL;
const realFetch = globalThis.fetch;

/**
 * stripe-mock keeps nothing and answers every request that is valid by Stripe's OpenAPI document with an example from it:
 * what is shown here is that it finds nothing wrong with ours, and that its answers can be read. It is started by
 * `tools/ci/stripe-mock.sh`.
 */
describe.skipIf(url === undefined)('stripe-mock', () => {
  const answers: string[] = [];
  let gateway: PaymentGateway;
  beforeAll(() => {
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
      const response = await realFetch(input, init);
      const { pathname } = new URL(input instanceof Request ? input.url : input);
      answers.push(`${init?.method ?? 'GET'} ${pathname.replace(/\/(pi|pm)_\w+/, '/:id')} ${response.status}`);
      return response;
    });
    gateway = stripeGateway({ secret_key: 'sk_test_123', webhook_secret: 'whsec_1', api_url: url });
  });
  afterAll(() => {
    vi.restoreAllMocks();
  });
  beforeEach(() => {
    answers.length = 0;
  });

  const user_id = uuidv7();
  const paymentOf = (transaction_id = uuidv7()) => ({ transaction_id, amount: '19.99', currency: 'USD' });
  const charge = { user_id, method_code: 'CREDIT_CARD', source: { token: 'pm_card_visa' }, save: false };

  /** From 2024: what is so old is searched for. */
  const oldId = `01938f6e-7a3b${uuidv7().slice(13)}`;

  const created = 'POST /v1/payment_intents 200';
  const searched = 'GET /v1/payment_intents/search 200';
  const read = 'GET /v1/payment_intents/:id 200';
  const updated = 'POST /v1/payment_intents/:id 200';
  const confirmed = 'POST /v1/payment_intents/:id/confirm 200';
  const cancelled = 'POST /v1/payment_intents/:id/cancel 200';
  const customer = 'POST /v1/customers 200';

  // Its example of an intent was refused, whatever it is asked.
  const refused = {
    outcome: 'declined',
    reason: 'gateway_error',
    gateway_transaction_id: expect.stringMatching(/^pi_/),
  };

  it('finds what is wrong with a request', async () => {
    const headers = { authorization: 'Bearer sk_test_123', 'content-type': 'application/x-www-form-urlencoded' };
    const bodies = ['amount=1999&currency=usd', 'amount=19.99&currency=usd', 'amount=1999&currency=usd&token=tok_1'];
    const sent = bodies.map((body) => realFetch(`${url}/v1/payment_intents`, { method: 'POST', headers, body }));
    expect((await Promise.all(sent)).map(({ status }) => status)).toEqual([200, 400, 400]);
  });

  it.each(['CREDIT_CARD', 'DEBIT_CARD', 'WALLET'])('takes a charge by %s', async (method_code) => {
    expect(await gateway.charge({ ...charge, ...paymentOf(), method_code })).toMatchObject(refused);
    expect(answers).toEqual([created, confirmed]);
  });

  it.each(['JPY', 'KWD', 'UGX'])('takes a charge in %s', async (currency) => {
    expect(await gateway.charge({ ...charge, ...paymentOf(), amount: '500.00', currency })).toMatchObject(refused);
    expect(answers).toEqual([created, confirmed]);
  });

  it('takes a charge that keeps the card', async () => {
    expect(await gateway.charge({ ...charge, ...paymentOf(), save: true })).toMatchObject(refused);
    expect(answers).toEqual([created, customer, updated, confirmed]);
  });

  it('takes a charge with a card that is kept', async () => {
    const source = { saved: { gateway_customer_id: 'cus_1', gateway_token: 'pm_1' } };
    expect(await gateway.charge({ ...charge, ...paymentOf(), source })).toMatchObject(refused);
    expect(answers).toEqual([created, updated, confirmed]);
  });

  it('finds and reads an intent', async () => {
    expect(await gateway.retrieve(paymentOf())).toMatchObject(refused);
    expect(await gateway.retrieve(paymentOf(oldId))).toMatchObject(refused);
    expect(answers).toEqual([created, read, searched, read]);
  });

  it('cancels an intent', async () => {
    expect(await gateway.cancel(paymentOf())).toMatchObject(refused);
    expect(await gateway.cancel(paymentOf(oldId))).toMatchObject(refused);
    expect(answers).toEqual([created, cancelled, searched, cancelled]);
  });

  it('refunds, and lists refunds', async () => {
    const order = { ...paymentOf(), refund_id: uuidv7(), gateway_transaction_id: 'pi_1', amount: '5.00' };
    const succeeded = { outcome: 'succeeded', gateway_refund_id: expect.stringMatching(/^re_/) };
    expect(await gateway.refund(order)).toEqual(succeeded);
    expect(await gateway.refund({ ...order, refund_id: oldId })).toEqual(succeeded);
    expect(await gateway.retrieveRefund(order)).toEqual({ outcome: 'not_found' });
    const listed = 'GET /v1/refunds 200';
    expect(answers).toEqual(['POST /v1/refunds 200', listed, 'POST /v1/refunds 200', listed]);
  });

  it('looks at a payment method', async () => {
    expect(await gateway.accepts('pm_1', 'CREDIT_CARD')).toBe('accepted');
    expect(answers).toEqual(['GET /v1/payment_methods/:id 200']);
  });

  it('saves a payment method', async () => {
    const order = { saved_payment_method_id: uuidv7(), user_id, method_code: 'CREDIT_CARD', token: 'pm_card_visa' };
    const declined = { outcome: 'declined', reason: 'gateway_error' };
    expect(await gateway.saveMethod({ ...order, gateway_customer_id: null })).toEqual(declined);
    expect(await gateway.saveMethod({ ...order, gateway_customer_id: 'cus_1' })).toEqual(declined);
    expect(answers).toEqual([customer, 'POST /v1/setup_intents 200', 'POST /v1/setup_intents 200']);
  });

  it('forgets a payment method', async () => {
    expect(await gateway.forgetMethod({ gateway_customer_id: 'cus_1', gateway_token: 'pm_1' })).toBe(true);
    expect(answers).toEqual(['POST /v1/payment_methods/:id/detach 200']);
  });
});
