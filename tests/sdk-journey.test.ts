import { randomUUID } from 'node:crypto';

import { expect, inject, it } from 'vitest';

import { createClient } from '../sdk/typescript/client/index.ts';
import {
  addCartItem,
  createAddress,
  createOrder,
  createPayment,
  getCart,
  getOrder,
  listProducts,
  register,
} from '../sdk/typescript/index.ts';
import { newProduct } from './support/shop.ts';

it('a shopper buys with the generated TypeScript client', async () => {
  const wanted = await newProduct({ price: '9.99', quantity: 5 });
  const baseUrl = inject('stack').url;
  const anyone = createClient({ baseUrl });

  const { data: products } = await listProducts({ client: anyone, query: { q: wanted.name }, throwOnError: true });
  const product = products.data.find(({ id }) => id === wanted.id);
  if (!product) throw new Error(`Not found: ${wanted.name}`);
  expect(product.price).toBe('9.99');

  const { data: session } = await register({
    client: anyone,
    body: {
      email: `typescript-${randomUUID()}@example.com`,
      password: `secret ${randomUUID()}`,
      first_name: 'Ada',
      last_name: 'Lovelace',
    },
    throwOnError: true,
  });
  const shopper = createClient({ baseUrl, auth: session.access_token, throwOnError: true });

  const { data: address } = await createAddress({
    client: shopper,
    body: {
      address_type: 'SHIPPING',
      full_name: 'Ada Lovelace',
      phone_number: '+15035550100',
      address_line1: '1 Pine Street',
      city: 'Portland',
      state: 'OR',
      postal_code: '97201',
      country: 'US',
    },
    throwOnError: true,
  });
  await addCartItem({ client: shopper, body: { product_id: product.id, quantity: 2 }, throwOnError: true });
  const { data: cart } = await getCart({ client: shopper, throwOnError: true });
  expect(cart.subtotal).toBe('19.98');

  // One key for one intention: a repetition with it is answered with the same order.
  const checkout = {
    client: shopper,
    headers: { 'Idempotency-Key': randomUUID() },
    body: { shipping_address_id: address.id, billing_address_id: address.id },
    throwOnError: true,
  } as const;
  const { data: order } = await createOrder(checkout);
  const { data: again } = await createOrder(checkout);
  expect(order.status).toBe('PENDING');
  expect(again).toEqual(order);

  const payment = () =>
    ({
      client: shopper,
      headers: { 'Idempotency-Key': randomUUID() },
      body: { order_id: order.id, payment_method_code: 'CREDIT_CARD', payment_token: 'tok_success' },
    }) as const;
  const { data: transaction } = await createPayment({ ...payment(), throwOnError: true });
  expect(transaction).toMatchObject({ status: 'SUCCESS', order_id: order.id, amount: order.total_amount });

  // Without `throwOnError` a refusal is a value: a problem that a program can tell from others.
  const { data, error, response } = await createPayment({ ...payment(), throwOnError: false });
  expect(data).toBeUndefined();
  expect(response?.status).toBe(409);
  expect(error?.code).toBe('order_already_paid');

  const { data: paid } = await getOrder({ client: shopper, path: { id: order.id }, throwOnError: true });
  expect(paid).toMatchObject({ status: 'CONFIRMED', payment: { status: 'SUCCESS', transaction_id: transaction.id } });
});
