import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Answer, api, eventually } from './support/client.ts';
import { sqlOf } from './support/databases.ts';
import {
  defaultsOf,
  fillUp,
  gatewayMethods,
  list,
  newOrder,
  orderFor,
  payWith,
  rowsOf,
  saved,
} from './support/saved-methods.ts';
import { addToCart, atCheckpoint, newProduct, sweep } from './support/shop.ts';

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

describe('save_payment_method', () => {
  const source = { payment_token: 'tok_success', save_payment_method: true };

  it('saves what has paid, and it pays again', async () => {
    const { buyer, order } = await newOrder(product.id);
    const paid = await payWith(buyer.token, order.id, source);
    expect(paid.body.status).toBe('SUCCESS');
    const [method, ...others] = await list(buyer.token);
    expect(others).toEqual([]);
    expect(method).toMatchObject({ payment_method_code: 'CREDIT_CARD', card_last_four: '4242', is_default: true });
    const [kept] = gatewayMethods(buyer.user.id);
    expect(JSON.stringify(await rowsOf(buyer.user.id))).not.toContain(kept?.gateway_token);
    const [transaction] = await payments`SELECT gateway_response FROM transactions WHERE id = ${paid.body.id}`;
    expect(JSON.stringify(transaction)).not.toContain(kept?.gateway_token);

    await addToCart(buyer.token, product.id, 1);
    const again = await payWith(buyer.token, (await orderFor(buyer)).id, { saved_payment_method_id: method.id });
    expect(again.body.status).toBe('SUCCESS');
  });

  it('takes the flag from no default', async () => {
    const { buyer, order } = await newOrder(product.id);
    const first = await saved(buyer.token);
    await payWith(buyer.token, order.id, source);
    expect(await list(buyer.token)).toHaveLength(2);
    expect(await defaultsOf(buyer.user.id)).toEqual([first.id]);
  });

  it.each([
    ['not asked for', { payment_token: 'tok_success' }, 'SUCCESS'],
    ['asked not to', { payment_token: 'tok_success', save_payment_method: false }, 'SUCCESS'],
    ['declined', { ...source, payment_token: 'tok_declined' }, 'FAILED'],
    ['failed at the gateway', { ...source, payment_token: 'tok_error' }, 'FAILED'],
  ])('saves nothing when %s', async (_what, wanted, status) => {
    const { buyer, order } = await newOrder(product.id);
    expect((await payWith(buyer.token, order.id, wanted)).body.status).toBe(status);
    expect(await rowsOf(buyer.user.id)).toEqual([]);
    expect(gatewayMethods(buyer.user.id)).toEqual([]);
  });

  it('saves once what reconciliation settles', async () => {
    const { buyer, order } = await newOrder(product.id);
    const open = await payWith(buyer.token, order.id, { ...source, payment_token: 'tok_timeout' });
    expect(open.body.status).toBe('PROCESSING');
    expect(await rowsOf(buyer.user.id)).toEqual([]);
    await Promise.all([sweep(120), sweep(120)]);
    expect(await transactionsOf(order.id)).toEqual([{ status: 'SUCCESS', failure_reason: null }]);
    expect(await list(buyer.token)).toHaveLength(1);
  });

  it('saves once what a webhook settles', async () => {
    const { buyer, order } = await newOrder(product.id);
    const open = await payWith(buyer.token, order.id, { ...source, payment_token: 'tok_pending_success' });
    expect(open.body.status).toBe('PROCESSING');
    expect(await rowsOf(buyer.user.id)).toEqual([]);
    await eventually(async () => expect(await list(buyer.token)).toHaveLength(1));
    expect(await transactionsOf(order.id)).toEqual([{ status: 'SUCCESS', failure_reason: null }]);
    await sweep(120);
    expect(await list(buyer.token)).toHaveLength(1);
  });

  it.each(['payment.charged', 'payment.settled'])('saves once where the worker dies at %s', async (checkpoint) => {
    const { buyer, order } = await newOrder(product.id);
    const key = randomUUID();
    const { headers, reached, close } = await atCheckpoint(checkpoint, async () => {}, { kill: true });
    closers.push(close);
    payWith(buyer.token, order.id, source, { key, headers }).catch(() => {});
    await reached;
    await payments`UPDATE idempotency_keys SET locked_until = now() - interval '1 second' WHERE key = ${key}`;
    expect((await payWith(buyer.token, order.id, source, { key })).body.status).toBe('SUCCESS');
    expect(await list(buyer.token)).toHaveLength(1);
    expect(gatewayMethods(buyer.user.id)).toHaveLength(1);
  });

  it('saves no 21st: the payment succeeds, and the gateway forgets it again', async () => {
    const { buyer, order } = await newOrder(product.id);
    await fillUp(buyer.user.id, 20);
    expect((await payWith(buyer.token, order.id, source)).body.status).toBe('SUCCESS');
    expect(await list(buyer.token)).toHaveLength(20);
    await sweep();
    expect(await rowsOf(buyer.user.id)).toHaveLength(20);
    expect(gatewayMethods(buyer.user.id)).toMatchObject([{ is_forgotten: true }]);
  });

  it('saves nothing for somebody who has left meanwhile, and the gateway forgets it again', async () => {
    const { buyer, order } = await newOrder(product.id);
    const { headers, close } = await atCheckpoint('payment.charged', async () => {
      const { status } = await api('DELETE', '/v1/me', { token: buyer.token });
      expect(status).toBe(204);
      await eventually(async () =>
        expect(await payments`SELECT save_payment_method FROM transactions WHERE order_id = ${order.id}`).toEqual([
          { save_payment_method: false },
        ]),
      );
    });
    closers.push(close);
    expect((await payWith(buyer.token, order.id, source, { headers })).body.status).toBe('SUCCESS');
    expect(await list(buyer.token)).toEqual([]);
    await sweep();
    expect(await rowsOf(buyer.user.id)).toEqual([]);
    expect(gatewayMethods(buyer.user.id)).toMatchObject([{ is_forgotten: true }]);
  });
});
