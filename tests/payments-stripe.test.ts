import { randomUUID } from 'node:crypto';

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { toCents } from '#shared/money/money.ts';

import { type Answer, eventually, expectProblem, newShopper } from './support/client.ts';
import { newOrder, type Ordered } from './support/orders.ts';
import { orderOf } from './support/payments.ts';
import { manager, newProduct } from './support/shop.ts';
import { type StripeShop, startStripeShop } from './support/stripe-shop.ts';

const card = { payment_token: 'pm_card_visa' };
const confirm = /confirm$/;
const minutesOfAnHour = [2, 10, 20, 30, 40, 50, 60];
let shop: StripeShop;
let product: Answer['body'];

beforeAll(async () => {
  product = await newProduct({ price: '20.00', quantity: 1_000 });
  shop = await startStripeShop();
}, 180_000);
afterAll(() => shop.stop());
afterEach(() => {
  shop.stripe.faults.length = 0;
  shop.stripe.requests.length = 0;
});

function pay({ buyer, order }: Ordered, source: Record<string, unknown> = card, key?: string): Promise<Answer> {
  return shop.pay(buyer, order, source, key);
}

async function read(id: string): Promise<Answer['body']> {
  const { status, body } = await shop.call('GET', `/v1/admin/transactions/${id}`, { token: await manager() });
  expect(status).toBe(200);
  return body;
}

/** What Stripe has of a payment: the status of each intent, and how much money it took. */
function atStripe(id: string) {
  const intents = shop.stripe.books.intentsOf(id);
  return intents.map(({ status, amount_received, currency }) => ({ status, amount_received, currency }));
}

function taken({ order }: Ordered) {
  return { status: 'succeeded', amount_received: Number(toCents(order.total_amount)), currency: 'usd' };
}

function transactionsOf({ order }: Ordered) {
  return shop.payments('SELECT id, status::text FROM transactions WHERE order_id = $1 ORDER BY created_at', [order.id]);
}

/** As if the payment had begun that much earlier, and were due. */
async function backdate(id: string, minutes: number): Promise<void> {
  await shop.payments(
    `UPDATE transactions SET created_at = now() - make_interval(mins => $2), next_check_at = now() WHERE id = $1`,
    [id, minutes],
  );
}

describe('a payment', () => {
  it('charges the order in minor units, and keeps nothing that charges', async () => {
    const ordered = await newOrder(product.id);
    const { status, body } = await pay(ordered);
    expect({ status, of: body.status }).toEqual({ status: 201, of: 'SUCCESS' });
    expect(atStripe(body.id)).toEqual([taken(ordered)]);
    expect((await orderOf(ordered)).status).toBe('CONFIRMED');
    const { gateway, gateway_transaction_id } = await read(body.id);
    expect({ gateway, gateway_transaction_id }).toEqual({
      gateway: 'stripe',
      gateway_transaction_id: expect.stringMatching(/^pi_\d+$/),
    });
    const [row] = await shop.payments('SELECT gateway_response FROM transactions WHERE id = $1', [body.id]);
    expect(row?.['gateway_response']).toMatchObject({ id: gateway_transaction_id, status: 'succeeded', failure: null });
    expect(JSON.stringify(row)).not.toMatch(/pm_|secret/);
  });

  it.each([
    ['pm_card_visa_chargeDeclined', 'card_declined'],
    ['pm_card_visa_chargeDeclinedInsufficientFunds', 'insufficient_funds'],
    ['pm_card_chargeDeclinedExpiredCard', 'expired_card'],
    ['pm_card_chargeDeclinedProcessingError', 'gateway_error'],
  ])('with %s fails with %s, and the order can be paid again', async (payment_token, failure_reason) => {
    const ordered = await newOrder(product.id);
    const { status, body } = await pay(ordered, { payment_token });
    expect(status).toBe(201);
    expect(body).toMatchObject({ status: 'FAILED', failure_reason });
    expect((await orderOf(ordered)).status).toBe('PENDING');
    expect((await pay(ordered)).body.status).toBe('SUCCESS');
  });

  it.each(['UPI', 'NET_BANKING'])('by %s is refused: Stripe is asked nothing, the key is free', async (code) => {
    const ordered = await newOrder(product.id);
    const key = randomUUID();
    const refused = await pay(ordered, { ...card, payment_method_code: code }, key);
    expectProblem(refused, 409, 'payment_method_unavailable');
    expect(refused.body.detail).toBe('The payment gateway does not offer this method. Choose another.');
    const saving = { token: ordered.buyer.token, body: { ...card, payment_method_code: code } };
    expectProblem(await shop.call('POST', '/v1/me/payment-methods', saving), 409, 'payment_method_unavailable');
    expect(shop.stripe.requests).toEqual([]);
    expect(await transactionsOf(ordered)).toEqual([]);
    expect((await pay(ordered, card, key)).body.status).toBe('SUCCESS');
  });

  it.each(['tok_success', 'pm_unknown'])('with the token %s of another gateway is a 422', async (payment_token) => {
    const ordered = await newOrder(product.id);
    const refused = await pay(ordered, { payment_token });
    expectProblem(refused, 422, 'validation_failed');
    expect(refused.body.errors).toMatchObject([{ pointer: '/payment_token', code: 'unknown_token' }]);
    expect(await transactionsOf(ordered)).toEqual([]);
  });

  it('is charged once of two at the same moment', async () => {
    const ordered = await newOrder(product.id);
    const answers = await Promise.all([pay(ordered), pay(ordered)]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409]);
    const [{ id } = {}, ...others] = await transactionsOf(ordered);
    expect(others).toEqual([]);
    expect(atStripe(String(id))).toEqual([taken(ordered)]);
  });
});

describe('a webhook of Stripe', () => {
  it('settles what was being processed, once; one that is not signed, or of another amount, does not', async () => {
    const ordered = await newOrder(product.id);
    const { body } = await pay(ordered, { payment_token: 'pm_card_processing' });
    expect(body.status).toBe('PROCESSING');
    const [intent] = shop.stripe.books.intentsOf(body.id);
    if (!intent) throw new Error('There is no intent.');
    shop.stripe.books.succeed(intent);
    const type = 'payment_intent.succeeded';
    expectProblem(await shop.tell(type, intent, { secret: 'whsec_of_somebody' }), 401, 'unauthorized');
    const other = await shop.tell(type, { ...intent, amount_received: 1 });
    expect(other.status).toBe(200);
    expect((await read(body.id)).status).toBe('PROCESSING');

    const id = `evt_${randomUUID()}`;
    const answers = await Promise.all(Array.from({ length: 20 }, () => shop.tell(type, intent, { id })));
    for (const answer of answers) expect(answer).toMatchObject({ status: 200, body: { received: true } });
    await eventually(async () => expect((await read(body.id)).status).toBe('SUCCESS'));
    await eventually(async () => expect((await orderOf(ordered)).status).toBe('CONFIRMED'));
    const told = await shop.payments('SELECT type FROM outbox WHERE subject_id = $1', [body.id]);
    expect(told).toEqual([{ type: 'payment.succeeded' }]);
  });
});

describe('while Stripe is down for an hour', () => {
  /** Nothing ends, however often it is asked about; the shopper is told that it is open. */
  async function expectOpenForAnHour(ordered: Ordered, id: string): Promise<void> {
    shop.stripe.faults.push({ on: /./, does: 503, times: 1_000 });
    for (const minutes of minutesOfAnHour) {
      await backdate(id, minutes);
      await shop.sweep();
      const { status, failure_reason } = await read(id);
      expect({ minutes, status, failure_reason }).toEqual({ minutes, status: 'PROCESSING', failure_reason: null });
    }
    expectProblem(await pay(ordered), 409, 'payment_in_progress');
    shop.stripe.faults.length = 0;
    await backdate(id, 61);
    await shop.sweep();
  }

  it('what had been charged before is found afterwards', async () => {
    const ordered = await newOrder(product.id);
    shop.stripe.faults.push({ on: confirm, does: 'lost', times: 2 });
    const { status, body } = await pay(ordered);
    expect({ status, of: body.status }).toEqual({ status: 201, of: 'PROCESSING' });
    await expectOpenForAnHour(ordered, body.id);
    expect((await read(body.id)).status).toBe('SUCCESS');
    expect(atStripe(body.id)).toEqual([taken(ordered)]);
    expect((await orderOf(ordered)).status).toBe('CONFIRMED');
  }, 120_000);

  it('what had not is given up afterwards, and the order is paid once', async () => {
    const ordered = await newOrder(product.id);
    shop.stripe.faults.push({ on: /./, does: 500, times: 1_000 });
    const { status, body } = await pay(ordered);
    expect({ status, of: body.status }).toEqual({ status: 201, of: 'PROCESSING' });
    await expectOpenForAnHour(ordered, body.id);
    expect(await read(body.id)).toMatchObject({ status: 'FAILED', failure_reason: 'gateway_error' });
    expect(atStripe(body.id)).toEqual([{ status: 'canceled', amount_received: 0, currency: 'usd' }]);
    const paid = await pay(ordered);
    expect(paid.body.status).toBe('SUCCESS');
    expect(atStripe(paid.body.id)).toEqual([taken(ordered)]);
  }, 120_000);
});

it('refunds go back to the cent, and the order is REFUNDED with the last one', async () => {
  const ordered = await newOrder(product.id);
  const { body: paid } = await pay(ordered);
  const refund = async (body: object) =>
    shop.call('POST', `/v1/admin/transactions/${paid.id}/refunds`, {
      token: await manager(),
      headers: { 'idempotency-key': randomUUID() },
      body,
    });
  expect((await refund({ amount: '5.01' })).body).toMatchObject({ status: 'SUCCESS', amount: '5.01' });
  expect((await refund({})).body.status).toBe('SUCCESS');
  expectProblem(await refund({ amount: '0.01' }), 409, 'refund_exceeds_payment');
  const total = Number(toCents(ordered.order.total_amount));
  const intent = (await read(paid.id)).gateway_transaction_id;
  expect(shop.stripe.books.refundsOf(intent).map(({ amount }) => amount)).toEqual([total - 501, 501]);
  await eventually(async () => expect((await orderOf(ordered)).status).toBe('REFUNDED'));
});

it('a saved card pays for its owner alone, and Stripe forgets it with the shop', async () => {
  const ordered = await newOrder(product.id);
  const { token } = ordered.buyer;
  const body = { ...card, payment_method_code: 'CREDIT_CARD' };
  const saved = await shop.call('POST', '/v1/me/payment-methods', { token, body });
  expect(saved.status).toBe(201);
  expect(saved.body).toMatchObject({ card_brand: 'VISA', card_last_four: '4242', expiry_month: 12, expiry_year: 2030 });
  const source = { saved_payment_method_id: saved.body.id };
  expectProblem(await shop.pay(await newShopper(), ordered.order, source), 422, 'validation_failed');
  const paid = await pay(ordered, source);
  expect(paid.body.status).toBe('SUCCESS');
  expect(shop.stripe.books.intentsOf(paid.body.id)).toMatchObject([{ customer: expect.stringMatching(/^cus_/) }]);
  const kept = () => [...shop.stripe.books.paymentMethods.values()].filter(({ customer }) => customer !== null);
  expect(kept()).toHaveLength(1);
  const path = `/v1/me/payment-methods/${saved.body.id}`;
  expect((await shop.call('DELETE', path, { token })).status).toBe(204);
  await eventually(async () => expect(kept()).toEqual([]));
  expect(await shop.payments('SELECT id FROM user_saved_payment_methods')).toEqual([]);
});

it('whatever was asked of Stripe had an idempotency key', () => {
  expect(shop.stripe.books.refunds).not.toEqual([]);
  expect(shop.stripe.keyless).toEqual([]);
});
