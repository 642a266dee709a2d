import { afterAll, describe, expect, it } from 'vitest';

import { unique } from './support/catalogue.ts';
import { type Answer, api, expectProblem, newShopper } from './support/client.ts';
import { sqlOf } from './support/databases.ts';
import { addToCart, manager, newAddress, newBuyer, newProduct, placeOrder, stockOf } from './support/shop.ts';

const path = '/v1/admin/shipping-methods';
const sql = sqlOf('orders');
const made: string[] = [];

// A method on offer would be the cheapest for other tests too.
afterAll(async () => {
  await sql`DELETE FROM shipping_methods WHERE id = ANY(${made})`;
});

async function newMethod(fields: Record<string, unknown>): Promise<Answer['body']> {
  const body = { code: unique(), name: 'Courier', base_amount: '3', ...fields };
  const answer = await api('POST', path, { token: await manager(), body });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  made.push(answer.body.id);
  return answer.body;
}

describe('a shipping method', () => {
  it('serves its countries; an order keeps what it was placed with', async () => {
    const product = await newProduct({ price: '10.00', grams: 2_000 });
    const method = await newMethod({
      name: 'Sledge',
      base_amount: '0.10',
      per_kg_amount: '0.2',
      countries: ['AQ'],
      is_active: true,
    });
    const shopper = await newShopper();
    const addressId = await newAddress(shopper.token, { country: 'AQ', state: 'Ross' });
    await addToCart(shopper.token, product.id, 1);
    const { status, body: order } = await placeOrder({ token: shopper.token, addressId });
    expect({ status, order }).toMatchObject({
      status: 201,
      order: { shipping_amount: '0.50', shipping_method: { code: method.code, name: 'Sledge' } },
    });
    expect(
      (await api('DELETE', `${path}/${method.id}`, { token: await manager(), headers: { 'if-match': '"1"' } })).status,
    ).toBe(204);
    const kept = await api('GET', `/v1/orders/${order.id}`, { token: shopper.token });
    expect(kept.body).toMatchObject({
      shipping_amount: '0.50',
      shipping_method: { code: method.code, name: 'Sledge' },
    });
  });

  it('does not serve other countries, nor anybody when it is off', async () => {
    const product = await newProduct({ price: '10.00', quantity: 5 });
    const method = await newMethod({ countries: ['AQ'], is_active: true });
    const shopper = await newShopper();
    const addressId = await newAddress(shopper.token);
    await addToCart(shopper.token, product.id, 1);
    const attempts = async () => {
      const shipping_method_code = method.code;
      const body = { shipping_address_id: addressId, shipping_method_code };
      return [
        await api('POST', '/v1/orders/quote', { token: shopper.token, body }),
        await placeOrder({ token: shopper.token, addressId }, { body: { shipping_method_code } }),
      ];
    };
    for (const answer of await attempts()) expectProblem(answer, 409, 'shipping_unavailable');
    const off = await api('PATCH', `${path}/${method.id}`, {
      token: await manager(),
      headers: { 'if-match': '"1"' },
      body: { countries: [], is_active: false },
    });
    expect(off.status).toBe(200);
    for (const answer of await attempts()) expectProblem(answer, 409, 'shipping_unavailable');
    expect(await stockOf(product.id)).toEqual({ quantity: 5, reserved: 0 });
    expect(await sql`SELECT id FROM orders WHERE user_id = ${shopper.user.id}`).toEqual([]);
  });

  it('is needed: where none is on offer, nothing can be ordered', async () => {
    const product = await newProduct({ price: '10.00', quantity: 5 });
    const shopper = await newShopper();
    const addressId = await newAddress(shopper.token, { country: 'AQ', state: 'Ross' });
    await addToCart(shopper.token, product.id, 1);
    const everywhere = await sql`UPDATE shipping_methods SET countries = '{US}' WHERE countries = '{}' RETURNING id`;
    const body = { shipping_address_id: addressId };
    const quoted = await api('POST', '/v1/orders/quote', { token: shopper.token, body });
    const ordered = await placeOrder({ token: shopper.token, addressId });
    await sql`UPDATE shipping_methods SET countries = '{}' WHERE id = ANY(${everywhere.map(({ id }) => id)})`;
    expectProblem(quoted, 409, 'shipping_unavailable');
    expectProblem(ordered, 409, 'shipping_unavailable');
    expect(await stockOf(product.id)).toEqual({ quantity: 5, reserved: 0 });
    expect(await sql`SELECT key FROM idempotency_keys WHERE user_id = ${shopper.user.id}`).toEqual([]);
  });

  it.each([
    ['74.99', 'standard', '5.53'],
    ['75.00', 'standard', '0.00'],
    ['75.00', 'express', '16.15'],
  ])(
    'asks for its weight part until its threshold: 1.25 kg for %s by %s is %s',
    async (price, shipping_method_code, shipping_amount) => {
      const product = await newProduct({ price, grams: 1_250 });
      const { body } = await placeOrder(await newBuyer(product.id), { body: { shipping_method_code } });
      // 0.50 for each of 1.25 kg is 0.625, rounded half up; express has no threshold.
      expect(body).toMatchObject({ subtotal: price, shipping_amount, shipping_method: { code: shipping_method_code } });
    },
  );
});
