import { afterEach, beforeEach, expect, it } from 'vitest';

import { holdRoundTrips, type Waves } from './support/call-waves.ts';
import { applyCoupon } from './support/carts.ts';
import type { Answer } from './support/client.ts';
import { newCoupon } from './support/coupons.ts';
import { addToCart, newBuyer, newProduct, placeOrder } from './support/shop.ts';

const ask = ['cart → cart connection.find', 'orders: insert idempotency_keys', 'users: read users'];
const reserve = [
  'orders: read shipping_methods',
  'products: insert inbox, update product_inventory, insert inventory_reservations, insert outbox',
];
const redeem = ['cart → cart connection.redeem'];
const place = [
  'orders: insert orders, insert order_items, insert order_status_history, insert outbox, update idempotency_keys',
];

let waves: Waves;
beforeEach(async () => {
  waves = await holdRoundTrips();
});
afterEach(() => waves.end());

/** Sends the request while each wave of round trips is let go only when all of it has come. */
async function inWaves(send: (headers: Waves['headers']) => Promise<Answer>, expected: string[][]): Promise<Answer> {
  const answer = send(waves.headers);
  for (const wave of expected) await waves.next(wave);
  waves.end();
  return answer;
}

it('a checkout makes three round trips in sequence, whatever is in the cart; its own database answers three', async () => {
  const [one, other] = [await newProduct(), await newProduct()];
  const buyer = await newBuyer(one.id, 3);
  await addToCart(buyer.token, other.id, 2);
  const { status, headers, body } = await inWaves(
    (traced) => placeOrder(buyer, { headers: traced }),
    [ask, reserve, place],
  );
  expect([status, headers.get('server-timing'), body.items.length]).toEqual([201, 'db;desc="3"', 2]);
});

it('with coupons it makes four, and no more with several of them', async () => {
  const product = await newProduct();
  const buyer = await newBuyer(product.id, 2);
  for (const coupon of [await newCoupon(), await newCoupon()]) await applyCoupon(buyer, coupon.code);
  const { status, headers, body } = await inWaves(
    (traced) => placeOrder(buyer, { headers: traced }),
    [ask, reserve, redeem, place],
  );
  expect([status, headers.get('server-timing'), body.applied_coupons.length]).toEqual([201, 'db;desc="3"', 2]);
});

it('a repetition is answered after one', async () => {
  const product = await newProduct();
  const buyer = await newBuyer(product.id);
  const first = await placeOrder(buyer, { key: 'again' });
  expect(first.status).toBe(201);
  const { headers, body } = await inWaves((traced) => placeOrder(buyer, { key: 'again', headers: traced }), [ask]);
  expect([headers.get('idempotency-replayed'), headers.get('server-timing')]).toEqual(['true', 'db;desc="1"']);
  expect(body).toEqual(first.body);
});
