import { describe, expect, it } from 'vitest';

import { applyCoupon } from './support/carts.ts';
import { api, expectProblem } from './support/client.ts';
import { getCoupon, newCoupon } from './support/coupons.ts';
import { sqlOf } from './support/databases.ts';
import {
  addToCart,
  atCheckpoint,
  type Buyer,
  newBuyer,
  newProduct,
  placeOrder,
  shopUrl,
  stockOf,
  sweep,
} from './support/shop.ts';

/** Many shoppers with the product in their carts; a few at a time, so that preparing does not swamp the machine. */
async function buyersOf(productId: string, count: number): Promise<Buyer[]> {
  const buyers: Buyer[] = [];
  while (buyers.length < count) {
    buyers.push(
      ...(await Promise.all(Array.from({ length: Math.min(10, count - buyers.length) }, () => newBuyer(productId)))),
    );
  }
  return buyers;
}

async function ordersOf(productId: string) {
  return sqlOf('orders')`SELECT order_id FROM order_items WHERE product_id = ${productId}`;
}

describe('races for stock', () => {
  it(
    '100 orders at once for 20 units: 20 succeed, the others are told what is left',
    { timeout: 180_000 },
    async () => {
      const product = await newProduct({ quantity: 20 });
      const buyers = await buyersOf(product.id, 100);
      const answers = await Promise.all(buyers.map((buyer) => placeOrder(buyer)));

      const placed = answers.filter(({ status }) => status === 201);
      const refused = answers.filter(({ status }) => status !== 201);
      expect(placed).toHaveLength(20);
      expect(refused).toHaveLength(80);
      for (const answer of refused) {
        expectProblem(answer, 409, 'insufficient_stock');
        expect(answer.body.items).toEqual([{ product_id: product.id, requested: 1, available: 0 }]);
      }
      expect(await stockOf(product.id)).toEqual({ quantity: 20, reserved: 20 });
      expect(await ordersOf(product.id)).toHaveLength(20);
      const reservations = await sqlOf('products')`
      SELECT state, sum(quantity)::int AS quantity FROM inventory_reservations WHERE product_id = ${product.id} GROUP BY state`;
      expect(reservations).toEqual([{ state: 'active', quantity: 20 }]);
    },
  );

  it('two shoppers after the last unit: one gets it', async () => {
    const product = await newProduct({ quantity: 1 });
    const [first, second] = await buyersOf(product.id, 2);
    if (!first || !second) throw new Error('two buyers');
    const answers = await Promise.all([placeOrder(first), placeOrder(second)]);
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([201, 409]);
    expect(await stockOf(product.id)).toEqual({ quantity: 1, reserved: 1 });
  });
});

describe('a worker that dies after the reservation', () => {
  it('leaves no order; the sweep gives the stock back, and the late attempt can no longer finish', async () => {
    const product = await newProduct({ quantity: 3 });
    const buyer = await newBuyer(product.id, 2);
    const dying = await atCheckpoint('checkout.reserved', async () => {}, { kill: true });
    const controller = new AbortController();
    const request = fetch(`${shopUrl()}/v1/orders`, {
      method: 'POST',
      signal: controller.signal,
      headers: {
        authorization: `Bearer ${buyer.token}`,
        'content-type': 'application/json',
        'idempotency-key': 'dies-once',
        ...dying.headers,
      },
      body: JSON.stringify({ shipping_address_id: buyer.addressId, billing_address_id: buyer.addressId }),
    }).catch(() => null);
    await dying.reached;
    expect(await stockOf(product.id)).toEqual({ quantity: 3, reserved: 2 });
    await sweep(14 * 60);
    expect(await stockOf(product.id)).toEqual({ quantity: 3, reserved: 2 });
    await sweep(15 * 60 + 5);
    expect(await stockOf(product.id)).toEqual({ quantity: 3, reserved: 0 });
    expect(await ordersOf(product.id)).toEqual([]);
    controller.abort();
    await request;
    dying.close();

    const retried = await placeOrder(buyer, { key: 'dies-once' });
    expect(retried.status).toBe(201);
    expect(await stockOf(product.id)).toEqual({ quantity: 3, reserved: 2 });
  });

  it('cannot place an order after its reservation was swept away', async () => {
    const product = await newProduct({ quantity: 1 });
    const slow = await newBuyer(product.id);
    const quick = await newBuyer(product.id);
    const paused = await atCheckpoint('checkout.reserved', async () => {
      await sweep(15 * 60 + 5);
      expect((await placeOrder(quick)).status).toBe(201);
    });
    const answer = await placeOrder(slow, { headers: paused.headers });
    paused.close();
    expectProblem(answer, 409, 'idempotency_in_progress');
    expect(await ordersOf(product.id)).toHaveLength(1);
    expect(await stockOf(product.id)).toEqual({ quantity: 1, reserved: 1 });
    expectProblem(await placeOrder(slow), 409, 'insufficient_stock');
  });
});

describe('a price that moves during the checkout', () => {
  it('refuses, gives everything back, and the cart takes the new price over', async () => {
    const product = await newProduct({ price: '10.00', quantity: 5 });
    const buyer = await newBuyer(product.id, 2);
    await sqlOf('products')`UPDATE products SET price = '12.50' WHERE id = ${product.id}`;
    const refused = await placeOrder(buyer);
    expectProblem(refused, 409, 'price_changed');
    expect(refused.body.items).toEqual([{ product_id: product.id, old_price: '10.00', new_price: '12.50' }]);
    expect(await stockOf(product.id)).toEqual({ quantity: 5, reserved: 0 });
    expect(await ordersOf(product.id)).toEqual([]);
    const cart = await api('GET', '/v1/cart', { token: buyer.token });
    expect(cart.body).toMatchObject({ subtotal: '25.00', items: [{ unit_price: '12.50', total_price: '25.00' }] });
    const placed = await placeOrder(buyer);
    expect(placed.body).toMatchObject({ status: 'PENDING', subtotal: '25.00' });
  });

  it('is paid by whoever accepts it, whether it rose or fell', async () => {
    const dearer = await newProduct({ price: '10.00', quantity: 5 });
    const cheaper = await newProduct({ price: '10.00', quantity: 5 });
    const buyer = await newBuyer(dearer.id);
    await addToCart(buyer.token, cheaper.id, 2);
    await sqlOf('products')`UPDATE products SET price = '10.01' WHERE id = ${dearer.id}`;
    await sqlOf('products')`UPDATE products SET price = '9.99' WHERE id = ${cheaper.id}`;
    const refused = await placeOrder(buyer, { body: { accept_price_changes: false } });
    expectProblem(refused, 409, 'price_changed');
    expect(refused.body.items).toEqual([
      { product_id: dearer.id, old_price: '10.00', new_price: '10.01' },
      { product_id: cheaper.id, old_price: '10.00', new_price: '9.99' },
    ]);
    await sqlOf('products')`UPDATE products SET price = '11.00' WHERE id = ${dearer.id}`;
    const { status, body } = await placeOrder(buyer, { body: { accept_price_changes: true } });
    expect([status, body.subtotal, body.items.map((item: { unit_price: string }) => item.unit_price)]).toEqual([
      201,
      '30.98',
      ['11.00', '9.99'],
    ]);
  });

  it('beyond what an order can hold is refused in quote and order, even if a coupon brings the total down', async () => {
    const product = await newProduct({ price: '40000000.00', quantity: 5 });
    const coupon = await newCoupon({ value: '50.00', usage_limit: 1 });
    const buyer = await newBuyer(product.id, 2);
    expect((await applyCoupon(buyer, coupon.code)).status).toBe(200);
    await sqlOf('products')`UPDATE products SET price = '60000000.00' WHERE id = ${product.id}`;
    const body = { shipping_address_id: buyer.addressId };
    const answers = [
      await api('POST', '/v1/orders/quote', { token: buyer.token, body }),
      await placeOrder(buyer, { body: { accept_price_changes: true } }),
    ];
    for (const answer of answers) {
      expectProblem(answer, 422, 'validation_failed');
      expect(answer.body.errors).toEqual([{ pointer: '', code: 'amount_too_large', message: expect.any(String) }]);
    }
    expect(await stockOf(product.id)).toEqual({ quantity: 5, reserved: 0 });
    expect(await ordersOf(product.id)).toEqual([]);
    expect((await getCoupon(coupon.code)).body.used_count).toBe(0);
  });
});
