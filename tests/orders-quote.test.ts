import { randomUUID } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { applyCoupon } from './support/carts.ts';
import { type Answer, api, expectProblem, newShopper } from './support/client.ts';
import { getCoupon, newCoupon } from './support/coupons.ts';
import { sqlOf } from './support/databases.ts';
import { addToCart, type Buyer, newAddress, newBuyer, newProduct, placeOrder, stockOf } from './support/shop.ts';

const products = sqlOf('products');

function quote(buyer: { token: string; addressId: string }, body: Record<string, unknown> = {}): Promise<Answer> {
  return api('POST', '/v1/orders/quote', {
    token: buyer.token,
    body: { shipping_address_id: buyer.addressId, ...body },
  });
}

/** Somebody in California with 2 × 9.99 of 1.25 kg and 1 × 40.99 of 0.3 kg in the cart. */
async function newCustomer(): Promise<{ buyer: Buyer; pot: Answer['body']; can: Answer['body'] }> {
  const pot = await newProduct({ price: '9.99', quantity: 5, grams: 1_250 });
  const can = await newProduct({ price: '40.99', quantity: 3, grams: 300 });
  const buyer = await newBuyer(pot.id, 2);
  await addToCart(buyer.token, can.id, 1);
  const addressId = await newAddress(buyer.token, { city: 'San Francisco', state: 'CA', postal_code: '94105' });
  return { buyer: { ...buyer, addressId }, pot, can };
}

describe('a quote', () => {
  it('is what the order then comes to, with all ways to ship', async () => {
    const { buyer, pot, can } = await newCustomer();
    const { status, body, headers } = await quote(buyer);
    expect(status).toBe(200);
    expect(headers.get('server-timing')).toBe('db;desc="1"');
    expect(headers.get('cache-control')).toBe('no-store');
    const items = [
      {
        product_id: pot.id,
        product_name: pot.name,
        product_sku: pot.sku,
        quantity: 2,
        unit_price: '9.99',
        total_price: '19.98',
        discount_amount: '0.00',
        tax_amount: '1.45',
      },
      {
        product_id: can.id,
        product_name: can.name,
        product_sku: can.sku,
        quantity: 1,
        unit_price: '40.99',
        total_price: '40.99',
        discount_amount: '0.00',
        tax_amount: '2.97',
      },
    ];
    const totals = {
      subtotal: '60.97',
      discount_amount: '0.00',
      tax_amount: '4.42',
      tax_rate: '0.0725',
      shipping_amount: '6.30',
      total_amount: '71.69',
      currency: 'USD',
      shipping_method: { code: 'standard', name: 'Standard' },
      applied_coupons: [],
    };
    expect(body).toEqual({
      ...totals,
      items,
      shipping_methods: [
        { code: 'standard', name: 'Standard', amount: '6.30' },
        { code: 'express', name: 'Express', amount: '17.70' },
      ],
    });
    const { body: order } = await placeOrder(buyer);
    expect(order).toMatchObject({ ...totals, items });

    await addToCart(buyer.token, pot.id, 1);
    const express = await quote(buyer, { shipping_method_code: 'express' });
    expect(express.body.shipping_method).toEqual({ code: 'express', name: 'Express' });
    const ordered = await placeOrder(buyer, { body: { shipping_method_code: 'express', accept_price_changes: true } });
    const { subtotal, tax_amount, shipping_amount, total_amount } = ordered.body;
    expect(express.body).toMatchObject({ subtotal, tax_amount, shipping_amount, total_amount });
  });

  it('changes nothing: nothing is reserved, ordered or taken out of the cart', async () => {
    const { buyer, pot } = await newCustomer();
    const before = (await api('GET', '/v1/cart', { token: buyer.token })).body;
    const answers = await Promise.all(Array.from({ length: 5 }, () => quote(buyer)));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(await stockOf(pot.id)).toEqual({ quantity: 5, reserved: 0 });
    expect(await products`SELECT order_id FROM inventory_reservations WHERE product_id = ${pot.id}`).toEqual([]);
    expect(await sqlOf('orders')`SELECT id FROM orders WHERE user_id = ${buyer.user.id}`).toEqual([]);
    expect(await sqlOf('orders')`SELECT key FROM idempotency_keys WHERE user_id = ${buyer.user.id}`).toEqual([]);
    expect((await api('GET', '/v1/cart', { token: buyer.token })).body).toEqual(before);
  });

  it('is of the prices of now, whatever the cart showed', async () => {
    const { buyer, can } = await newCustomer();
    await products`UPDATE products SET price = '50.00' WHERE id = ${can.id}`;
    expect((await quote(buyer)).body).toMatchObject({ subtotal: '69.98', shipping_amount: '6.30' });
    // The cart has not shown that price yet: only a look at it, or the refusal, takes it over.
    expectProblem(await placeOrder(buyer), 409, 'price_changed');
    const { body: quoted } = await quote(buyer);
    expect((await placeOrder(buyer)).body.total_amount).toBe(quoted.total_amount);
  });

  it('counts what can be ordered behind', async () => {
    const product = await newProduct({ price: '5.00', quantity: 2, backorder: true });
    const buyer = await newBuyer(product.id, 4);
    expect((await quote(buyer)).body).toMatchObject({ subtotal: '20.00', tax_amount: '0.00', total_amount: '24.90' });
  });
});

describe('a quote is refused', () => {
  it('for an empty cart', async () => {
    const shopper = await newShopper();
    expectProblem(await quote({ ...shopper, addressId: await newAddress(shopper.token) }), 409, 'cart_empty');
  });

  it('for what is not sold any more, and for more than there is, naming each', async () => {
    const { buyer, pot, can } = await newCustomer();
    await products`UPDATE product_inventory SET quantity = 1 WHERE product_id = ${pot.id}`;
    const short = await quote(buyer);
    expectProblem(short, 409, 'insufficient_stock');
    expect(short.body.items).toEqual([{ product_id: pot.id, requested: 2, available: 1 }]);
    expect((await placeOrder(buyer)).body.items).toEqual(short.body.items);

    await products`UPDATE products SET is_active = false WHERE id = ${can.id}`;
    const gone = await quote(buyer);
    expectProblem(gone, 409, 'product_unavailable');
    expect(gone.body.items).toEqual([{ product_id: can.id }]);
  });

  it('for a shipping method that is not on offer', async () => {
    const { buyer } = await newCustomer();
    expectProblem(await quote(buyer, { shipping_method_code: 'drone' }), 409, 'shipping_unavailable');
  });

  it('for an address of somebody else, or of nobody', async () => {
    const [ada, eve] = await Promise.all([newCustomer(), newCustomer()]);
    for (const shipping_address_id of [eve.buyer.addressId, randomUUID()]) {
      const answer = await quote(ada.buyer, { shipping_address_id });
      expectProblem(answer, 422, 'validation_failed');
      expect(answer.body.errors).toEqual([
        { pointer: '/shipping_address_id', code: 'invalid_reference', message: expect.any(String) },
      ]);
    }
  });

  it('for values that are wrong, missing or unknown', async () => {
    const { buyer } = await newCustomer();
    for (const [body, pointer] of [
      [{ shipping_address_id: 'home' }, '/shipping_address_id'],
      [{ shipping_address_id: undefined }, '/shipping_address_id'],
      [{ shipping_method_code: '' }, '/shipping_method_code'],
      [{ coupon_code: 'FREE' }, '/coupon_code'],
    ] as const) {
      const answer = await quote(buyer, body);
      expectProblem(answer, 422, 'validation_failed');
      expect(answer.body.errors).toEqual([expect.objectContaining({ pointer })]);
    }
  });

  it('to guests and strangers', async () => {
    const body = { shipping_address_id: randomUUID() };
    expectProblem(await api('POST', '/v1/orders/quote', { body }), 401, 'unauthorized');
    const { access_token: token } = (await api('POST', '/v1/auth/guest')).body;
    expectProblem(await api('POST', '/v1/orders/quote', { token, body }), 403, 'forbidden');
    const { token: customer } = await newShopper();
    expectProblem(await api('GET', '/v1/orders/quote', { token: customer }), 405, 'method_not_allowed');
  });
});

describe('coupons in a quote', () => {
  it('take off what they take off the order, and are not used', async () => {
    const { buyer } = await newCustomer();
    const coupon = await newCoupon({ usage_limit: 1 });
    expect((await applyCoupon(buyer, coupon.code)).status).toBe(200);
    const quoted = await quote(buyer);
    expect(quoted.body).toMatchObject({
      subtotal: '60.97',
      discount_amount: '6.10',
      applied_coupons: [{ coupon_code: coupon.code, discount_amount: '6.10' }],
    });
    expect((await getCoupon(coupon.code)).body.used_count).toBe(0);
    const order = await placeOrder(buyer);
    expect(order.body).toMatchObject({
      discount_amount: '6.10',
      tax_amount: quoted.body.tax_amount,
      total_amount: quoted.body.total_amount,
    });
    expect((await getCoupon(coupon.code)).body.used_count).toBe(1);
  });

  it('are refused as the order would be', async () => {
    const { buyer } = await newCustomer();
    const coupon = await newCoupon({ usage_limit: 1 });
    const { buyer: other } = await newCustomer();
    await applyCoupon(buyer, coupon.code);
    await applyCoupon(other, coupon.code);
    expect((await placeOrder(other)).status).toBe(201);
    const refused = await quote(buyer);
    expectProblem(refused, 409, 'coupon_exhausted');
    expect(refused.body.coupon_code).toBe(coupon.code);
  });
});
