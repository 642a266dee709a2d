import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Answer, api, expectProblem, type Shopper } from './support/client.ts';
import { sqlOf } from './support/databases.ts';
import { gatewayBooks } from './support/payments.ts';
import { atCheckpoint, newBuyer, newProduct, pay, placeOrder, sweep } from './support/shop.ts';

const payments = sqlOf('payments');
const closers: (() => void)[] = [];
let product: Answer['body'];

beforeAll(async () => {
  product = await newProduct({ price: '19.99', quantity: 1_000 });
});
afterAll(() => {
  for (const close of closers) close();
});

interface Attempt {
  buyer: Shopper;
  order: Answer['body'];
  key: string;
  /** Sends the request, each time with the same key and body. */
  send(headers?: Record<string, string>): Promise<Answer>;
}

async function newAttempt(): Promise<Attempt> {
  const buyer = await newBuyer(product.id);
  const { status, body: order } = await placeOrder(buyer);
  expect(status).toBe(201);
  const key = randomUUID();
  const body = { order_id: order.id, payment_method_code: 'CREDIT_CARD', payment_token: 'tok_success' };
  const send = (headers = {}) =>
    api('POST', '/v1/payments', { token: buyer.token, headers: { 'idempotency-key': key, ...headers }, body });
  return { buyer, order, key, send };
}

/** Sends the attempt's request and lets its worker die at the checkpoint. */
async function dieAt(attempt: Attempt, checkpoint: string): Promise<void> {
  const { headers, reached, close } = await atCheckpoint(checkpoint, async () => {}, { kill: true });
  closers.push(close);
  // Whatever the runtime makes of a request that never ends.
  attempt.send(headers).catch(() => {});
  await reached;
}

/** Sends the attempt's request and holds it at the checkpoint until `resume`, which answers what came of it. */
async function holdAt(attempt: Attempt, checkpoint: string): Promise<{ resume(): Promise<Answer> }> {
  const arrival = Promise.withResolvers<void>();
  const departure = Promise.withResolvers<void>();
  const { headers, close } = await atCheckpoint(checkpoint, () => {
    arrival.resolve();
    return departure.promise;
  });
  closers.push(close);
  const answer = attempt.send(headers);
  await arrival.promise;
  const resume = () => {
    departure.resolve();
    return answer;
  };
  return { resume };
}

/** As if the attempt's lock had run out. */
function unlock({ key }: Attempt) {
  return payments`UPDATE idempotency_keys SET locked_until = now() - interval '1 second' WHERE key = ${key}`;
}

function transactionsOf({ order }: Attempt) {
  return payments`SELECT status::text, failure_reason FROM transactions WHERE order_id = ${order.id}`;
}

function eventsOf({ order }: Attempt) {
  return payments`SELECT type FROM outbox WHERE payload ->> 'order_id' = ${order.id}`;
}

function orderStatus({ buyer, order }: Attempt): Promise<string> {
  return api('GET', `/v1/orders/${order.id}`, { token: buyer.token }).then(({ body }) => body.status);
}

/** By the gateway's own books. */
async function expectChargedOnce({ order }: Attempt): Promise<void> {
  const [{ id } = {}, ...others] = await payments`SELECT id FROM transactions WHERE order_id = ${order.id}`;
  expect(others).toEqual([]);
  expect(gatewayBooks(String(id))).toEqual({ charges: 1, charged: order.total_amount, refunds: 0, refunded: '0.00' });
}

function backdate({ order }: Attempt, minutes: number) {
  return payments`UPDATE transactions SET created_at = created_at - make_interval(mins => ${minutes}),
                         next_check_at = next_check_at - make_interval(mins => ${minutes})
                   WHERE order_id = ${order.id}`;
}

const everywhere = ['payment.claimed', 'payment.begun', 'payment.charged', 'payment.settled'];

describe('a worker that dies during a payment', () => {
  it.each(everywhere)('at %s: the same request again pays once', async (checkpoint) => {
    const attempt = await newAttempt();
    await dieAt(attempt, checkpoint);
    expectProblem(await attempt.send(), 409, 'idempotency_in_progress');

    await unlock(attempt);
    const paid = await attempt.send();
    expect(paid.status).toBe(201);
    expect(paid.body).toMatchObject({ status: 'SUCCESS', order_id: attempt.order.id });
    expect(await transactionsOf(attempt)).toEqual([{ status: 'SUCCESS', failure_reason: null }]);
    expect(await eventsOf(attempt)).toEqual([{ type: 'payment.succeeded' }]);
    expect(await orderStatus(attempt)).toBe('CONFIRMED');
    await expectChargedOnce(attempt);
    const replayed = await attempt.send();
    expect(replayed.headers.get('idempotency-replayed')).toBe('true');
    expect(replayed.body).toEqual(paid.body);
  });

  it('after the charge: reconciliation finds it', async () => {
    const attempt = await newAttempt();
    await dieAt(attempt, 'payment.charged');
    await backdate(attempt, 2);
    await sweep();
    expect(await transactionsOf(attempt)).toEqual([{ status: 'SUCCESS', failure_reason: null }]);
    expect(await orderStatus(attempt)).toBe('CONFIRMED');
    await expectChargedOnce(attempt);
  });

  it('before the charge: after 15 minutes the payment is given up, and the order can be paid', async () => {
    const attempt = await newAttempt();
    await dieAt(attempt, 'payment.begun');
    await backdate(attempt, 14);
    await sweep();
    expect(await transactionsOf(attempt)).toEqual([{ status: 'PROCESSING', failure_reason: null }]);
    await backdate(attempt, 1);
    await sweep();
    expect(await transactionsOf(attempt)).toEqual([{ status: 'FAILED', failure_reason: 'gateway_error' }]);
    expect(await eventsOf(attempt)).toEqual([{ type: 'payment.failed' }]);

    expect((await pay(attempt.buyer.token, attempt.order.id)).body.status).toBe('SUCCESS');
  });
});

describe('an attempt that goes on after another has taken over', () => {
  it('before its transaction: writes nothing', async () => {
    const attempt = await newAttempt();
    const held = await holdAt(attempt, 'payment.claimed');
    await unlock(attempt);
    const other = await holdAt(attempt, 'payment.claimed');
    expectProblem(await held.resume(), 409, 'idempotency_in_progress');
    expect(await transactionsOf(attempt)).toEqual([]);
    expect((await other.resume()).body.status).toBe('SUCCESS');
    expect(await transactionsOf(attempt)).toEqual([{ status: 'SUCCESS', failure_reason: null }]);
  });

  it.each(['payment.begun', 'payment.charged'])('at %s: both tell of the one payment', async (checkpoint) => {
    const attempt = await newAttempt();
    const held = await holdAt(attempt, checkpoint);
    await unlock(attempt);
    const taken = await attempt.send();
    const late = await held.resume();
    expect(taken.body.status).toBe('SUCCESS');
    expect(late.body).toEqual(taken.body);
    expect(await transactionsOf(attempt)).toEqual([{ status: 'SUCCESS', failure_reason: null }]);
    expect(await eventsOf(attempt)).toEqual([{ type: 'payment.succeeded' }]);
  });

  it('after it was given up: nothing is charged any more', async () => {
    const attempt = await newAttempt();
    const held = await holdAt(attempt, 'payment.begun');
    await backdate(attempt, 15);
    await sweep();
    expect((await held.resume()).body).toMatchObject({ status: 'FAILED', failure_reason: 'gateway_error' });
    expect(await transactionsOf(attempt)).toEqual([{ status: 'FAILED', failure_reason: 'gateway_error' }]);
    expect(await eventsOf(attempt)).toEqual([{ type: 'payment.failed' }]);
    expect(await orderStatus(attempt)).toBe('PENDING');
  });
});

describe('two settlements at the same moment', () => {
  it('have one effect: a client and a reconciliation', async () => {
    const attempt = await newAttempt();
    const held = await holdAt(attempt, 'payment.charged');
    await backdate(attempt, 2);
    const [{ body }] = await Promise.all([held.resume(), sweep(), sweep()]);
    expect(body.status).toBe('SUCCESS');
    expect(await transactionsOf(attempt)).toEqual([{ status: 'SUCCESS', failure_reason: null }]);
    expect(await eventsOf(attempt)).toEqual([{ type: 'payment.succeeded' }]);
  });
});
