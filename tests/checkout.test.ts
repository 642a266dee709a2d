import { randomUUID } from 'node:crypto';

import { beforeAll, describe, expect, it } from 'vitest';

import { type Answer, api, expectProblem, newShopper } from './support/client.ts';
import { sqlOf } from './support/databases.ts';
import { addToCart, type Buyer, newAddress, newBuyer, newProduct, placeOrder, stockOf } from './support/shop.ts';

async function expectNothingOrdered(buyer: Buyer, productId: string, quantity: number): Promise<void> {
  expect(await sqlOf('orders')`SELECT id FROM orders WHERE user_id = ${buyer.user.id}`).toEqual([]);
  expect(await sqlOf('orders')`SELECT key FROM idempotency_keys WHERE user_id = ${buyer.user.id}`).toEqual([]);
  expect(await stockOf(productId)).toEqual({ quantity, reserved: 0 });
}

describe('POST /v1/orders refuses', () => {
  let product: Answer['body'];
  let buyer: Buyer;
  beforeAll(async () => {
    product = await newProduct({ price: '5.00', quantity: 4 });
    buyer = await newBuyer(product.id, 2);
  });
  const order = (options: { headers?: Record<string, string>; body?: unknown; token?: string }) =>
    api('POST', '/v1/orders', {
      token: buyer.token,
      body: { shipping_address_id: buyer.addressId, billing_address_id: buyer.addressId },
      headers: { 'idempotency-key': randomUUID() },
      ...options,
    });

  it('without a token, with a broken one, or as a guest', async () => {
    const body = { shipping_address_id: buyer.addressId, billing_address_id: buyer.addressId };
    const anonymous = await api('POST', '/v1/orders', { body });
    expectProblem(anonymous, 401, 'unauthorized');
    expect(anonymous.headers.get('www-authenticate')).toBe('Bearer');
    expectProblem(await order({ token: `${buyer.token}x` }), 401, 'unauthorized');
    const guest = await api('POST', '/v1/auth/guest');
    expectProblem(await order({ token: guest.body.access_token }), 403, 'forbidden');
  });

  it('without a well-formed key, before it looks at the body', async () => {
    expectProblem(await order({ headers: {}, body: 'not json' }), 400, 'idempotency_key_required');
    expectProblem(await order({ headers: { 'idempotency-key': 'a b' } }), 400, 'idempotency_key_invalid');
    expectProblem(await order({ headers: { 'idempotency-key': 'x'.repeat(256) } }), 400, 'idempotency_key_invalid');
  });

  it('malformed JSON, another content type, a body that is too large', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    expectProblem(await order({ body: '{"shipping_address_id":' }), 400, 'malformed_json');
    expectProblem(
      await order({ headers: { ...headers, 'content-type': 'text/plain' } }),
      415,
      'unsupported_media_type',
    );
    expectProblem(await order({ body: { notes: 'x'.repeat(1_100_000) } }), 413, 'payload_too_large');
  });

  it('unknown fields and missing ones, naming each', async () => {
    const answer = await order({ body: { shipping_address_id: 'x', surprise: 1 } });
    expectProblem(answer, 422, 'validation_failed');
    const entries = answer.body.errors.map(({ pointer, code }: { pointer: string; code: string }) => [pointer, code]);
    expect(entries).toEqual(
      expect.arrayContaining([
        ['/billing_address_id', 'required'],
        ['/surprise', 'unknown_field'],
      ]),
    );
    expect(entries).toHaveLength(3);
  });

  it('an address of somebody else', async () => {
    const stranger = await newShopper();
    const theirs = await newAddress(stranger.token);
    const answer = await order({ body: { shipping_address_id: buyer.addressId, billing_address_id: theirs } });
    expectProblem(answer, 422, 'validation_failed');
    expect(answer.body.errors).toEqual([
      { pointer: '/billing_address_id', code: 'invalid_reference', message: expect.any(String) },
    ]);
  });

  it('a shipping method that is not on offer', async () => {
    const answer = await placeOrder(buyer, { body: { shipping_method_code: 'drone' } });
    expectProblem(answer, 409, 'shipping_unavailable');
  });

  it('an unknown query parameter', async () => {
    const answer = await api('POST', '/v1/orders?force=1', {
      token: buyer.token,
      body: {},
      headers: { 'idempotency-key': 'k' },
    });
    expectProblem(answer, 400, 'unknown_parameter');
  });

  it('and nothing of all that left a trace', () => expectNothingOrdered(buyer, product.id, 4));

  it('an empty cart', async () => {
    const { token, user } = await newShopper();
    const addressId = await newAddress(token);
    expectProblem(await placeOrder({ token, addressId }), 409, 'cart_empty');
    expect(await sqlOf('orders')`SELECT id FROM orders WHERE user_id = ${user.id}`).toEqual([]);
  });

  it('more than there is, naming every short line, and frees the key', async () => {
    const scarce = await newProduct({ quantity: 5 });
    const plenty = await newProduct({ quantity: 5 });
    const shopper = await newBuyer(scarce.id, 5);
    await addToCart(shopper.token, plenty.id, 5);
    await sqlOf('products')`UPDATE product_inventory SET quantity = 3 WHERE product_id = ${scarce.id}`;
    const answer = await placeOrder(shopper, { key: 'try' });
    expectProblem(answer, 409, 'insufficient_stock');
    expect(answer.body.items).toEqual([{ product_id: scarce.id, requested: 5, available: 3 }]);
    await expectNothingOrdered(shopper, plenty.id, 5);
    await sqlOf('products')`UPDATE product_inventory SET quantity = 5 WHERE product_id = ${scarce.id}`;
    expect((await placeOrder(shopper, { key: 'try' })).status).toBe(201);
  });

  it('a product withdrawn meanwhile', async () => {
    const gone = await newProduct({ quantity: 5 });
    const shopper = await newBuyer(gone.id);
    await sqlOf('products')`UPDATE products SET is_active = false WHERE id = ${gone.id}`;
    const answer = await placeOrder(shopper);
    expectProblem(answer, 409, 'product_unavailable');
    expect(answer.body.items).toEqual([{ product_id: gone.id }]);
    await expectNothingOrdered(shopper, gone.id, 5);
  });
});

describe('an idempotency key', () => {
  it('gives the first answer again, and refuses another body', async () => {
    const product = await newProduct({ quantity: 9 });
    const buyer = await newBuyer(product.id, 3);
    const first = await placeOrder(buyer, { key: 'once', body: { notes: 'one' } });
    expect(first.status).toBe(201);
    const again = await placeOrder(buyer, { key: 'once', body: { notes: 'one' } });
    expect(again.status).toBe(201);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.headers.get('location')).toBe(`/v1/orders/${first.body.id}`);
    expect(again.body).toEqual(first.body);
    expectProblem(await placeOrder(buyer, { key: 'once', body: { notes: 'two' } }), 422, 'idempotency_key_reused');
    expect(await sqlOf('orders')`SELECT id FROM orders WHERE user_id = ${buyer.user.id}`).toEqual([
      { id: first.body.id },
    ]);
    expect(await stockOf(product.id)).toEqual({ quantity: 9, reserved: 3 });
  });

  it('means something else for somebody else', async () => {
    const product = await newProduct({ quantity: 9 });
    const [ada, eve] = await Promise.all([newBuyer(product.id), newBuyer(product.id)]);
    const answers = await Promise.all([placeOrder(ada, { key: 'shared' }), placeOrder(eve, { key: 'shared' })]);
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    expect(answers[0]?.body.id).not.toBe(answers[1]?.body.id);
  });
});
