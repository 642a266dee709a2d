import { Decimal128, Int32, ObjectId } from 'mongodb';
import { afterAll, describe, expect, it } from 'vitest';

import { add, openCarts, show } from './support/carts.ts';
import { api, eventually, expectProblem, newShopper } from './support/client.ts';
import { sqlOf } from './support/databases.ts';
import { atCheckpoint, newBuyer, newProduct, placeOrder } from './support/shop.ts';

const dayMilliseconds = 24 * 60 * 60 * 1_000;

const productsSql = sqlOf('products');
const { carts, close, storedCarts } = openCarts();
afterAll(close);

describe('a cart', () => {
  it('is empty before anything is put into it, and not stored', async () => {
    const shopper = await newShopper();
    const { status, body, headers } = await show(shopper);
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toEqual({
      id: null,
      user_id: shopper.user.id,
      items: [],
      subtotal: '0.00',
      discount_amount: '0.00',
      tax_amount: '0.00',
      total_amount: '0.00',
      applied_coupons: [],
      currency: 'USD',
      version: 0,
      warnings: [],
      created_at: null,
      updated_at: null,
      expires_at: null,
    });
    expect((await api('DELETE', '/v1/cart', { token: shopper.token })).status).toBe(204);
    expect(await storedCarts(shopper)).toBe(0);
  });

  it('shows what was put into it, with exact amounts, and lives 30 days from the last change', async () => {
    const shopper = await newShopper();
    const mug = await newProduct({ price: '19.99', quantity: 10 });
    const cup = await newProduct({ price: '0.07', quantity: 1_000 });
    await add(shopper, mug.id, 3);
    const { status, body } = await add(shopper, cup.id, 999);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      user_id: shopper.user.id,
      items: [
        {
          product_id: mug.id,
          product_name: mug.name,
          product_slug: mug.slug,
          quantity: 3,
          unit_price: '19.99',
          total_price: '59.97',
          image_url: null,
        },
        { product_id: cup.id, quantity: 999, unit_price: '0.07', total_price: '69.93' },
      ],
      subtotal: '129.90',
      discount_amount: '0.00',
      tax_amount: '0.00',
      total_amount: '129.90',
      version: 2,
      warnings: [],
    });
    expect(Date.parse(body.expires_at) - Date.parse(body.updated_at)).toBe(30 * dayMilliseconds);
    expect((await show(shopper)).body).toEqual(body);
  });

  it('is stored as the seed says', async () => {
    const shopper = await newShopper();
    const mug = await newProduct({ price: '19.90', quantity: 10 });
    const { body } = await add(shopper, mug.id, 2);
    const stored = await carts.findOne({ user_id: shopper.user.id }, { promoteValues: false });
    expect(stored).toMatchObject({
      _id: new ObjectId(String(body.id)),
      items: [
        {
          product_id: mug.id,
          quantity: new Int32(2),
          unit_price: Decimal128.fromString('19.90'),
          total_price: Decimal128.fromString('39.80'),
          added_at: new Date(body.items[0].added_at),
        },
      ],
      subtotal: Decimal128.fromString('39.80'),
      tax_amount: Decimal128.fromString('0.00'),
      total_amount: Decimal128.fromString('39.80'),
      applied_coupons: [],
      version: new Int32(1),
      created_at: new Date(body.created_at),
      updated_at: new Date(body.updated_at),
      expires_at: new Date(body.expires_at),
    });
  });

  it('adds up, takes other quantities, loses lines, and can be emptied', async () => {
    const shopper = await newShopper();
    const { token } = shopper;
    const mug = await newProduct({ price: '5.50', quantity: 10 });
    const cup = await newProduct({ price: '1.00', quantity: 10 });
    await add(shopper, mug.id, 2);
    expect((await add(shopper, mug.id, 3)).body.items).toMatchObject([{ quantity: 5, total_price: '27.50' }]);
    await add(shopper, cup.id, 1);
    const patched = await api('PATCH', `/v1/cart/items/${mug.id}`, { token, body: { quantity: 4 } });
    expect(patched.status).toBe(200);
    expect(patched.body).toMatchObject({ items: [{ quantity: 4 }, { quantity: 1 }], total_amount: '23.00' });
    const removed = await api('DELETE', `/v1/cart/items/${mug.id}`, { token });
    expect(removed.status).toBe(200);
    expect(removed.body).toMatchObject({ items: [{ product_id: cup.id }], total_amount: '1.00', version: 5 });
    expectProblem(await api('DELETE', `/v1/cart/items/${mug.id}`, { token }), 404, 'not_found');
    expect((await api('DELETE', '/v1/cart', { token })).status).toBe(204);
    expect((await show(shopper)).body).toMatchObject({ items: [], total_amount: '0.00', version: 6 });
  });

  it('loses nothing when the same product is added 30 times at once', async () => {
    const shopper = await newShopper();
    const mug = await newProduct({ price: '2.01', quantity: 500 });
    const answers = await Promise.all(Array.from({ length: 30 }, () => add(shopper, mug.id, 3)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 30 }, () => 200));
    const { body } = await show(shopper);
    expect(body).toMatchObject({ items: [{ product_id: mug.id, quantity: 90 }], total_amount: '180.90', version: 30 });
    expect(await storedCarts(shopper)).toBe(1);
  });

  it('starts anew when it has expired, although the database has not deleted it yet', async () => {
    const shopper = await newShopper();
    const mug = await newProduct({ price: '1.00', quantity: 50 });
    const { body: old } = await add(shopper, mug.id, 7);
    // A minute at most until the database deletes it: either way it must be gone for the shopper.
    await carts.updateOne({ user_id: shopper.user.id }, { $set: { expires_at: new Date(Date.now() - 1) } });
    expect((await show(shopper)).body).toMatchObject({ id: null, items: [], version: 0 });
    const { body } = await add(shopper, mug.id, 1);
    expect(body).toMatchObject({ items: [{ quantity: 1 }], version: 1 });
    expect(body.id).not.toBe(old.id);
    expect(await storedCarts(shopper)).toBe(1);
  });
});

describe('what changed meanwhile', () => {
  it('is told once for a price, which is taken over', async () => {
    const shopper = await newShopper();
    const mug = await newProduct({ price: '10.00', quantity: 50 });
    const { body: before } = await add(shopper, mug.id, 2);
    await productsSql`UPDATE products SET price = '11.25' WHERE id = ${mug.id}`;
    const { status, body } = await show(shopper);
    expect(status).toBe(200);
    expect(body).toEqual({
      ...before,
      items: [{ ...before.items[0], unit_price: '11.25', total_price: '22.50' }],
      subtotal: '22.50',
      total_amount: '22.50',
      version: 2,
      warnings: [{ product_id: mug.id, code: 'price_changed', old_price: '10.00', new_price: '11.25' }],
      updated_at: body.updated_at,
      expires_at: body.expires_at,
    });
    expect((await show(shopper)).body).toEqual({ ...body, warnings: [] });
  });

  it('is told of stock for as long as there is too little, and nothing is written', async () => {
    const shopper = await newShopper();
    const mug = await newProduct({ price: '10.00', quantity: 50 });
    const { body: before } = await add(shopper, mug.id, 3);
    await productsSql`UPDATE product_inventory SET quantity = 2 WHERE product_id = ${mug.id}`;
    const warnings = [{ product_id: mug.id, code: 'insufficient_stock', available_quantity: 2 }];
    expect((await show(shopper)).body).toEqual({ ...before, warnings });
    expect((await show(shopper)).body).toEqual({ ...before, warnings });
    await productsSql`UPDATE product_inventory SET quantity = 3 WHERE product_id = ${mug.id}`;
    expect((await show(shopper)).body).toEqual(before);
  });

  it('is told of a product for as long as it is not sold, beside what changed in others', async () => {
    const shopper = await newShopper();
    const [mug, cup] = [await newProduct({ price: '10.00' }), await newProduct({ price: '1.00' })];
    await add(shopper, mug.id, 1);
    const { body: before } = await add(shopper, cup.id, 1);
    await productsSql`UPDATE products SET is_active = false WHERE id = ${mug.id}`;
    const unavailable = { product_id: mug.id, code: 'unavailable' };
    expect((await show(shopper)).body).toEqual({ ...before, warnings: [unavailable] });
    await productsSql`UPDATE products SET price = '0.90' WHERE id = ${cup.id}`;
    const { body } = await show(shopper);
    expect(body).toEqual({
      ...before,
      items: [before.items[0], { ...before.items[1], unit_price: '0.90', total_price: '0.90' }],
      subtotal: '10.90',
      total_amount: '10.90',
      version: 3,
      warnings: [unavailable, { product_id: cup.id, code: 'price_changed', old_price: '1.00', new_price: '0.90' }],
      updated_at: body.updated_at,
      expires_at: body.expires_at,
    });
    expect((await show(shopper)).body).toEqual({ ...body, warnings: [unavailable] });
    await productsSql`UPDATE products SET is_active = true WHERE id = ${mug.id}`;
    expect((await show(shopper)).body).toEqual({ ...body, warnings: [] });
  });
});

describe('an order', () => {
  it('takes out what was ordered; what was added while it was placed stays', async () => {
    const mug = await newProduct({ price: '5.00' });
    const cup = await newProduct({ price: '1.00' });
    const bowl = await newProduct({ price: '3.00' });
    const buyer = await newBuyer(mug.id, 2);
    await add(buyer, bowl.id, 1);
    const point = await atCheckpoint('checkout.reserved', async () => {
      await add(buyer, mug.id, 3);
      await add(buyer, cup.id, 4);
    });
    const order = await placeOrder(buyer, { headers: point.headers });
    point.close();
    expect(order.status).toBe(201);
    expect(order.body.items).toMatchObject([
      { product_id: mug.id, quantity: 2 },
      { product_id: bowl.id, quantity: 1 },
    ]);
    await eventually(async () => {
      expect((await show(buyer)).body).toMatchObject({
        items: [
          { product_id: mug.id, quantity: 3, total_price: '15.00' },
          { product_id: cup.id, quantity: 4, total_price: '4.00' },
        ],
        total_amount: '19.00',
        version: 5,
        warnings: [],
      });
    });
  });
});

describe('carts of different people', () => {
  it('have nothing to do with each other; a guest has one too, for 7 days', async () => {
    const shopper = await newShopper();
    const guest = await api('POST', '/v1/auth/guest');
    expect(guest.status).toBe(201);
    const visitor = { token: String(guest.body.access_token) };
    const mug = await newProduct({ price: '5.00', quantity: 5 });
    await add(shopper, mug.id, 2);
    const { status, body } = await add(visitor, mug.id, 4);
    expect(status).toBe(200);
    expect(body).toMatchObject({ items: [{ quantity: 4 }], total_amount: '20.00', version: 1 });
    expect(Date.parse(body.expires_at) - Date.parse(body.updated_at)).toBe(7 * dayMilliseconds);
    expect((await api('DELETE', '/v1/cart', visitor)).status).toBe(204);
    expect((await show(shopper)).body).toMatchObject({ items: [{ quantity: 2 }], total_amount: '10.00' });
  });
});
