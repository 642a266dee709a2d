import { randomUUID } from 'node:crypto';

import { expect } from 'vitest';

import { type Answer, api } from './client.ts';
import { newCoupon } from './coupons.ts';
import { type Callable, pathWith, tokenOf } from './operations.ts';
import { addToCart, manager, newAddress, newProduct, pay, placeOrder } from './shop.ts';

type Values = Record<string, string>;

/** By how its path begins: what an operation is about, made once, of those whom `call` calls as. */
const resources: Record<string, () => Promise<Values>> = {
  '/v1/me/addresses/': async () => ({ id: await newAddress(await tokenOf('CUSTOMER')) }),
  '/v1/me/payment-methods/': () =>
    made('/v1/me/payment-methods', { payment_method_code: 'CREDIT_CARD', payment_token: 'tok_success' }),
  '/v1/admin/users/': async () => {
    const { body } = await api('GET', '/v1/me', { token: await tokenOf('CUSTOMER') });
    return { id: body.id, name: 'CUSTOMER' };
  },
  '/v1/categories/': async () => ({ id_or_slug: (await product()).category }),
  '/v1/products/': async () => ({ id: (await product()).id, id_or_slug: (await product()).id }),
  '/v1/reviews/': async () => made(`/v1/products/${(await product()).id}/reviews`, { rating: 4 }),
  '/v1/admin/categories/': async () => ({ id: (await product()).category }),
  '/v1/admin/products/': product,
  '/v1/cart/items/': async () => {
    const { id } = await product();
    await addToCart(await tokenOf('GUEST'), id, 1);
    return { product_id: id };
  },
  '/v1/admin/coupons/': async () => ({ code: (await newCoupon()).code }),
  '/v1/orders/': async () => ({ id: (await paidOrder()).order }),
  '/v1/admin/orders/': async () => ({ id: (await paidOrder()).order }),
  '/v1/admin/shipping-methods/': () =>
    made('/v1/admin/shipping-methods', {
      code: `s-${randomUUID()}`,
      name: 'Slow',
      base_amount: '1.00',
      is_active: false,
    }),
  '/v1/admin/tax-rates/': () =>
    made('/v1/admin/tax-rates', { country: 'NZ', state: randomUUID(), name: 'Tax', rate: '0.0100' }),
  '/v1/payments/': async () => ({ id: (await paidOrder()).transaction }),
  '/v1/admin/transactions/': async () => ({ id: (await paidOrder()).transaction }),
  '/v1/admin/payment-methods/': async () => ({ id: '1' }),
};

const known = new Map<string, Promise<Values>>();

/** Whether a request to the operation that is wrong in itself is still about something that has to be there. */
export function hasResource({ path }: Callable): boolean {
  return beginningOf(path) !== undefined;
}

/** The operation's path with the ids of what is there. */
export async function knownPath(operation: Callable): Promise<string> {
  const beginning = beginningOf(operation.path);
  return pathWith(operation, beginning === undefined ? {} : await once(beginning, resources[beginning]));
}

function beginningOf(path: string): string | undefined {
  return Object.keys(resources).find((beginning) => path.startsWith(`${beginning}{`));
}

function once(name: string, make: (() => Promise<Values>) | undefined): Promise<Values> {
  const values = known.get(name) ?? make?.() ?? Promise.resolve({});
  known.set(name, values);
  return values;
}

/** Made by the customer, or what is for staff by a manager. */
async function made(path: string, body: object): Promise<Values> {
  const token = path.startsWith('/v1/admin/') ? await manager() : await tokenOf('CUSTOMER');
  const answer = await api('POST', path, { token, body });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return { id: answer.body.id };
}

function product(): Promise<Values & { id: string; category: string; image_id: string }> {
  theProduct ??= newPicturedProduct();
  return theProduct;
}

let theProduct: ReturnType<typeof newPicturedProduct> | undefined;

async function newPicturedProduct() {
  const { id, category_id } = await newProduct();
  const image = await api('POST', `/v1/admin/products/${id}/images`, {
    token: await manager(),
    body: { image_url: 'https://example.com/a.jpg' },
  });
  expect(image.status).toBe(201);
  return { id: String(id), category: String(category_id), image_id: String(image.body.id) };
}

function paidOrder(): Promise<{ order: string; transaction: string }> {
  thePaidOrder ??= newPaidOrder();
  return thePaidOrder;
}

let thePaidOrder: ReturnType<typeof newPaidOrder> | undefined;

async function newPaidOrder() {
  const token = await tokenOf('CUSTOMER');
  const [addressId, { id }] = await Promise.all([newAddress(token), product()]);
  await addToCart(token, id, 1);
  const order: Answer = await placeOrder({ token, addressId });
  expect(order.status, JSON.stringify(order.body)).toBe(201);
  const payment = await pay(token, order.body.id);
  expect(payment.status, JSON.stringify(payment.body)).toBe(201);
  return { order: String(order.body.id), transaction: String(payment.body.id) };
}
