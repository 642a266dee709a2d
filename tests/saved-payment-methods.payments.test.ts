import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Answer, api, eventually, expectProblem, newShopper } from './support/client.ts';
import { sqlOf } from './support/databases.ts';
import { gatewayBooks } from './support/payments.ts';
import { gatewayMethods, list, newOrder, orderFor, payWith, remove, rowsOf, saved } from './support/saved-methods.ts';
import { addToCart, atCheckpoint, newProduct, sweep } from './support/shop.ts';

const unknownId = '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f';
const payments = sqlOf('payments');
const closers: (() => void)[] = [];
let product: Answer['body'];

beforeAll(async () => {
  product = await newProduct({ price: '19.99', quantity: 1_000 });
});
afterAll(() => {
  for (const close of closers) close();
});

function transactionsOf(orderId: string) {
  return payments`SELECT status::text, failure_reason FROM transactions WHERE order_id = ${orderId}`;
}

function orderStatus(token: string, orderId: string): Promise<string> {
  return api('GET', `/v1/orders/${orderId}`, { token }).then(({ body }) => body.status);
}

describe('paying with a saved method', () => {
  it('charges it, as often as its owner likes', async () => {
    const { buyer, order } = await newOrder(product.id);
    const method = await saved(buyer.token);
    const paid = await payWith(buyer.token, order.id, { saved_payment_method_id: method.id });
    expect(paid.status).toBe(201);
    expect(paid.body).toMatchObject({ status: 'SUCCESS', payment_method_code: 'CREDIT_CARD' });
    expect(await orderStatus(buyer.token, order.id)).toBe('CONFIRMED');
    expect(gatewayBooks(paid.body.id)).toMatchObject({ charges: 1, charged: order.total_amount });
    const [kept] = await payments`SELECT * FROM transactions WHERE id = ${paid.body.id}`;
    const [key] = await payments`SELECT * FROM idempotency_keys WHERE resource_id = ${paid.body.id}`;
    const [{ gateway_token } = { gateway_token: '' }] = gatewayMethods(buyer.user.id);
    expect(gateway_token).toMatch(/^sandbox_pm_/);
    for (const text of [JSON.stringify(kept), JSON.stringify(key)]) {
      expect(text).not.toContain(gateway_token);
      expect(text).not.toContain('tok_');
    }

    await addToCart(buyer.token, product.id, 1);
    const again = await payWith(buyer.token, (await orderFor(buyer)).id, { saved_payment_method_id: method.id });
    expect(again.body.status).toBe('SUCCESS');
    expect(await list(buyer.token)).toEqual([method]);
  });

  it('is PROCESSING where the answer is lost, and charged once', async () => {
    const { buyer, order } = await newOrder(product.id);
    const { id } = await saved(buyer.token, { payment_token: 'tok_timeout' });
    const open = await payWith(buyer.token, order.id, { saved_payment_method_id: id });
    expect(open.body.status).toBe('PROCESSING');
    await sweep(120);
    expect(await transactionsOf(order.id)).toEqual([{ status: 'SUCCESS', failure_reason: null }]);
    expect(gatewayBooks(open.body.id).charges).toBe(1);
    expect(await rowsOf(buyer.user.id)).toHaveLength(1);
  });

  it.each([
    ['neither a token nor a saved method', {}, '/payment_token', 'required'],
    [
      'both',
      { payment_token: 'tok_success', saved_payment_method_id: unknownId },
      '/saved_payment_method_id',
      'exclusive',
    ],
    [
      'saving what is saved',
      { saved_payment_method_id: unknownId, save_payment_method: true },
      '/save_payment_method',
      'already_saved',
    ],
    ['one that nobody has', { saved_payment_method_id: unknownId }, '/saved_payment_method_id', 'invalid_reference'],
    ['an id that is none', { saved_payment_method_id: '42' }, '/saved_payment_method_id', 'invalid_format'],
  ])('refuses %s, writes nothing and gives the key back', async (_what, source, pointer, code) => {
    const { buyer, order } = await newOrder(product.id);
    const key = randomUUID();
    const refused = await payWith(buyer.token, order.id, source, { key });
    expectProblem(refused, 422, 'validation_failed');
    expect(refused.body.errors).toMatchObject([{ pointer, code }]);
    expect(await transactionsOf(order.id)).toEqual([]);
    const paid = await payWith(buyer.token, order.id, { payment_token: 'tok_success' }, { key });
    expect(paid.body.status).toBe('SUCCESS');
  });

  it("refuses another's, a deleted one and one of another kind", async () => {
    const [{ buyer, order }, other] = await Promise.all([newOrder(product.id), newShopper()]);
    const [theirs, deleted, wallet] = [
      await saved(other.token),
      await saved(buyer.token),
      await saved(buyer.token, { payment_method_code: 'WALLET' }),
    ];
    expect((await remove(buyer.token, deleted.id)).status).toBe(204);
    for (const { id } of [theirs, deleted]) {
      const refused = await payWith(buyer.token, order.id, { saved_payment_method_id: id });
      expectProblem(refused, 422, 'validation_failed');
      expect(refused.body.errors).toMatchObject([{ pointer: '/saved_payment_method_id', code: 'invalid_reference' }]);
    }
    const refused = await payWith(buyer.token, order.id, { saved_payment_method_id: wallet.id });
    expectProblem(refused, 422, 'validation_failed');
    expect(refused.body.errors).toMatchObject([{ pointer: '/payment_method_code', code: 'other_method' }]);
    expect(await transactionsOf(order.id)).toEqual([]);
    expect(await payments`SELECT key FROM idempotency_keys WHERE user_id = ${buyer.user.id}`).toEqual([]);
  });

  it('refuses one that another gateway keeps', async () => {
    const { buyer, order } = await newOrder(product.id);
    const { id } = await saved(buyer.token);
    await payments`UPDATE user_saved_payment_methods SET gateway = 'former' WHERE id = ${id}`;
    const refused = await payWith(buyer.token, order.id, { saved_payment_method_id: id });
    expectProblem(refused, 409, 'payment_method_unavailable');
    expect(await transactionsOf(order.id)).toEqual([]);
  });

  it('fails with one that is deleted before the gateway is asked', async () => {
    const { buyer, order } = await newOrder(product.id);
    const { id } = await saved(buyer.token);
    const { headers, close } = await atCheckpoint('payment.begun', async () => {
      await remove(buyer.token, id);
      await eventually(async () => expect(await rowsOf(buyer.user.id)).toEqual([]));
    });
    closers.push(close);
    const failed = await payWith(buyer.token, order.id, { saved_payment_method_id: id }, { headers });
    expect(failed.body).toMatchObject({ status: 'FAILED', failure_reason: 'gateway_error' });
    expect(await orderStatus(buyer.token, order.id)).toBe('PENDING');
  });
});

describe('a worker that dies while it pays with a saved method', () => {
  async function dieAt(checkpoint: string) {
    const { buyer, order } = await newOrder(product.id);
    const { id } = await saved(buyer.token);
    const key = randomUUID();
    const { headers, reached, close } = await atCheckpoint(checkpoint, async () => {}, { kill: true });
    closers.push(close);
    payWith(buyer.token, order.id, { saved_payment_method_id: id }, { key, headers }).catch(() => {});
    await reached;
    await payments`UPDATE idempotency_keys SET locked_until = now() - interval '1 second' WHERE key = ${key}`;
    return { buyer, order, id, again: () => payWith(buyer.token, order.id, { saved_payment_method_id: id }, { key }) };
  }

  it.each(['payment.claimed', 'payment.begun', 'payment.charged', 'payment.settled'])(
    'at %s: the same request again pays once',
    async (checkpoint) => {
      const { order, again } = await dieAt(checkpoint);
      const { body } = await again();
      expect(body.status).toBe('SUCCESS');
      expect(gatewayBooks(body.id).charges).toBe(1);
      expect(await transactionsOf(order.id)).toEqual([{ status: 'SUCCESS', failure_reason: null }]);
    },
  );

  it.each([
    ['payment.begun', { status: 'FAILED', failure_reason: 'gateway_error' }, 0],
    ['payment.charged', { status: 'SUCCESS', failure_reason: null }, 1],
  ])(
    'at %s, and the method is deleted since: the same request tells what came of it',
    async (point, outcome, charges) => {
      const { buyer, order, id, again } = await dieAt(point);
      expect((await remove(buyer.token, id)).status).toBe(204);
      const { status, body } = await again();
      expect(status).toBe(201);
      expect(body).toMatchObject(outcome);
      expect(gatewayBooks(body.id).charges).toBe(charges);
      expect(await transactionsOf(order.id)).toEqual([outcome]);
      expect((await again()).headers.get('idempotency-replayed')).toBe('true');
    },
  );
});
