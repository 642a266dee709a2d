import { expect, it } from 'vitest';

import { api, eventually, newShopper, staff } from './support/client.ts';
import { addToCart, newAddress, newProduct, pay, placeOrder, stockOf } from './support/shop.ts';

it('a shopper registers, fills a cart, orders and pays; the shop delivers', async () => {
  const pot = await newProduct({ price: '9.99', quantity: 5, grams: 1_250 });
  const can = await newProduct({ price: '40.99', quantity: 3, grams: 300 });
  const { token, user } = await newShopper();
  const addressId = await newAddress(token, { city: 'San Francisco', state: 'CA', postal_code: '94105' });

  await addToCart(token, pot.id, 2);
  await addToCart(token, can.id, 1);
  const cart = await api('GET', '/v1/cart', { token });
  expect(cart.body).toMatchObject({
    subtotal: '60.97',
    discount_amount: '0.00',
    tax_amount: '0.00',
    total_amount: '60.97',
  });

  const placed = await placeOrder({ token, addressId }, { body: { notes: 'Ring twice' } });
  expect(placed.status).toBe(201);
  // 60.97 + 7.25 % of 19.98 (1.45) and of 40.99 (2.97) + 4.90 and 0.50 a kg for 2.8 kg (1.40).
  expect(placed.body).toMatchObject({
    status: 'PENDING',
    user_id: user.id,
    order_number: expect.stringMatching(/^ORD-\d{8}-[0-9A-HJKMNP-TV-Z]{6}$/),
    subtotal: '60.97',
    discount_amount: '0.00',
    tax_amount: '4.42',
    tax_rate: '0.0725',
    shipping_amount: '6.30',
    total_amount: '71.69',
    currency: 'USD',
    notes: 'Ring twice',
    shipping_method: { code: 'standard', name: 'Standard' },
    shipping_address: { city: 'San Francisco', state: 'CA', country: 'US' },
    payment: null,
    items: [
      {
        product_id: pot.id,
        product_sku: pot.sku,
        quantity: 2,
        unit_price: '9.99',
        total_price: '19.98',
        tax_amount: '1.45',
      },
      {
        product_id: can.id,
        product_sku: can.sku,
        quantity: 1,
        unit_price: '40.99',
        total_price: '40.99',
        tax_amount: '2.97',
      },
    ],
    status_history: [{ from_status: null, to_status: 'PENDING', changed_by: user.id }],
  });
  const orderId: string = placed.body.id;
  expect(placed.headers.get('location')).toBe(`/v1/orders/${orderId}`);
  expect(await stockOf(pot.id)).toEqual({ quantity: 5, reserved: 2 });
  await eventually(async () => expect((await api('GET', '/v1/cart', { token })).body.items).toEqual([]));

  const paid = await pay(token, orderId);
  expect(paid.status).toBe(201);
  expect(paid.body).toMatchObject({
    order_id: orderId,
    status: 'SUCCESS',
    amount: '71.69',
    currency: 'USD',
    failure_reason: null,
  });
  const confirmed = await api('GET', `/v1/orders/${orderId}`, { token });
  expect(confirmed.body).toMatchObject({
    status: 'CONFIRMED',
    payment: { status: 'SUCCESS', amount: '71.69', refunded_amount: '0.00', transaction_id: paid.body.id },
  });
  await eventually(async () => {
    expect(await stockOf(pot.id)).toEqual({ quantity: 3, reserved: 0 });
    expect(await stockOf(can.id)).toEqual({ quantity: 2, reserved: 0 });
  });

  const manager = await staff('manager');
  const move = (to_status: string, more = {}) =>
    api('POST', `/v1/admin/orders/${orderId}/status`, { token: manager, body: { to_status, ...more } });
  expect((await move('PROCESSING')).body.status).toBe('PROCESSING');
  const shipped = await move('SHIPPED', { tracking_number: '1Z999AA10123456784', notes: 'By truck' });
  expect(shipped.body).toMatchObject({ status: 'SHIPPED', tracking_number: '1Z999AA10123456784' });
  expect((await move('DELIVERED')).body.status).toBe('DELIVERED');

  const delivered = await api('GET', `/v1/orders/${orderId}`, { token });
  expect(delivered.body.status_history.map((change: { to_status: string }) => change.to_status)).toEqual([
    'PENDING',
    'CONFIRMED',
    'PROCESSING',
    'SHIPPED',
    'DELIVERED',
  ]);
  expect(delivered.body.shipped_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(delivered.body.delivered_at >= delivered.body.shipped_at).toBe(true);
  const list = await api('GET', '/v1/orders?status=DELIVERED', { token });
  expect(list.body.data.map((order: { id: string }) => order.id)).toEqual([orderId]);
});
