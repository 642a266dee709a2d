import { randomUUID } from 'node:crypto';

import type { Collection } from 'mongodb';
import { expect } from 'vitest';

import { type Answer, api, eventually, newShopper } from './client.ts';
import { newCoupon } from './coupons.ts';
import { sqlOf } from './databases.ts';
import type { End, Subject } from './fault-ledger.ts';
import { cancel, makeOverdue } from './orders.ts';
import { refund } from './payments.ts';
import { addToCart, type Buyer, manager, newAddress, newProduct, pay, placeOrder } from './shop.ts';

/** An order to be made, paid, cancelled or refunded, and the request that does so. */
export interface Attempt extends Subject {
  send(headers?: Record<string, string>): Promise<Answer>;
  /** As if the lock of its key had run out. */
  unlock(): Promise<unknown>;
}

export interface Operation {
  name: string;
  /** What it comes to, undisturbed or in the end. */
  done: End;
  /** What else may be left where nobody repeats it. */
  orElse: End[];
  /** Whose request it is. */
  service: 'orders' | 'payments';
  /** Whose calls are disturbed. */
  services: string[];
  /** Whether the clock repeats it, and not a client. Then it is done for all that is due, and only one at a time. */
  isSweep?: true;
  prepare(shop: FaultShop, lane: number): Promise<Attempt>;
}

/** What the attempts share. */
export interface FaultShop {
  lanes: Buyer[];
  couponCode: string;
  /** Carts as they are stored. */
  carts: Collection;
  /** In stock for all orders but those still to be made: each of these has a product of its own. */
  product: Answer['body'];
  spare: string[];
}

const price = '10.00';

/** As many shoppers as there are lanes to prepare in, and products for so many checkouts. */
export async function openFaultShop(lanes: number, carts: Collection): Promise<FaultShop> {
  const product = await newProduct({ price, quantity: 100_000 });
  const coupon = await newCoupon();
  const buyers = await Promise.all(Array.from({ length: lanes }, newcomer));
  return { carts, lanes: buyers, couponCode: coupon.code, product, spare: [] };
}

async function newcomer(): Promise<Buyer> {
  const shopper = await newShopper();
  return { ...shopper, addressId: await newAddress(shopper.token) };
}

/** Products that are sold, of which nobody has ordered anything. */
export async function stockUp({ spare }: FaultShop, count: number): Promise<void> {
  const prefix = `fault-${randomUUID()}`;
  const rows = Array.from(
    { length: count },
    (_, i) => `${prefix}-${i},Spare thing,Test things,true,${prefix}-${i},5,deny,${price}`,
  );
  const columns =
    'Handle,Title,Type,Published,Variant SKU,Variant Inventory Qty,Variant Inventory Policy,Variant Price';
  const report = await api('POST', '/v1/admin/products/import', {
    token: await manager(),
    body: `${[columns, ...rows].join('\n')}\n`,
    headers: { 'content-type': 'text/csv' },
  });
  expect(report.body).toEqual({ created: count, updated: 0, skipped: 0, errors: [] });
  const made = await sqlOf('products')`SELECT id FROM products WHERE sku LIKE ${`${prefix}%`}`;
  spare.push(...made.map(({ id }) => String(id)));
}

/** Takes the spare products from the shelves. */
export function clearOut({ spare }: FaultShop) {
  return sqlOf('products')`UPDATE products SET is_active = false WHERE id = ANY(${spare})`;
}

async function fillCart({ couponCode }: FaultShop, buyer: Buyer, productId: string): Promise<void> {
  await api('DELETE', '/v1/cart', { token: buyer.token });
  await addToCart(buyer.token, productId, 1);
  const body = { coupon_code: couponCode };
  const applied = await api('POST', '/v1/cart/coupons', { token: buyer.token, body });
  expect(applied.status, JSON.stringify(applied.body)).toBe(200);
}

/** Another order of the lane's shopper; the cart is empty again. */
async function order(shop: FaultShop, lane: number) {
  const buyer = shop.lanes[lane];
  if (!buyer) throw new Error(`There is no lane ${lane}.`);
  await fillCart(shop, buyer, shop.product.id);
  const { status, body } = await placeOrder(buyer);
  expect(status, JSON.stringify(body)).toBe(201);
  const inCart = shop.carts.find({ user_id: buyer.user.id, 'items.0': { $exists: true } });
  await eventually(async () => expect(await inCart.clone().toArray()).toEqual([]), 60_000);
  const subject: Subject = { userId: buyer.user.id, productId: shop.product.id, orderId: body.id };
  return { buyer, order: body, subject };
}

async function paidOrder(shop: FaultShop, lane: number) {
  const ordered = await order(shop, lane);
  const { body } = await pay(ordered.buyer.token, ordered.order.id);
  expect(body.status).toBe('SUCCESS');
  const { subject } = ordered;
  const held = () =>
    sqlOf('products')`SELECT state::text FROM inventory_reservations WHERE order_id = ${subject.orderId}`;
  await eventually(async () => expect(await held()).toEqual([{ state: 'committed' }]), 60_000);
  return { ...ordered, transactionId: String(body.id) };
}

function unlock(service: 'orders' | 'payments', key: string) {
  const sql = sqlOf(service);
  return () => sql`UPDATE idempotency_keys SET locked_until = now() - interval '1 second' WHERE key = ${key}`;
}

const noKey = async () => {};
const everywhere = ['orders', 'payments', 'products', 'cart'];

export const operations: Operation[] = [
  {
    name: 'Checkout',
    done: 'one order',
    orElse: ['no order, nothing held'],
    service: 'orders',
    services: [...everywhere, 'users'],
    prepare: async (shop) => {
      const productId = shop.spare.pop();
      if (productId === undefined) throw new Error('No spare product is left.');
      const buyer = await newcomer();
      await fillCart(shop, buyer, productId);
      const key = randomUUID();
      return {
        ...{ userId: buyer.user.id, productId, orderId: null },
        send: (headers = {}) => placeOrder(buyer, { key, headers }),
        unlock: unlock('orders', key),
      };
    },
  },
  {
    name: 'Payment',
    done: 'paid once',
    orElse: ['one order'],
    service: 'payments',
    services: everywhere,
    prepare: async (shop, lane) => {
      const { buyer, order: ordered, subject } = await order(shop, lane);
      const key = randomUUID();
      const body = { order_id: ordered.id, payment_method_code: 'CREDIT_CARD', payment_token: 'tok_success' };
      return {
        ...subject,
        send: (headers = {}) =>
          api('POST', '/v1/payments', { token: buyer.token, headers: { 'idempotency-key': key, ...headers }, body }),
        unlock: unlock('payments', key),
      };
    },
  },
  {
    name: 'Cancelling an unpaid order',
    done: 'cancelled, no charge',
    orElse: ['one order', 'one order, closed to payments'],
    service: 'orders',
    services: everywhere,
    prepare: async (shop, lane) => {
      const ordered = await order(shop, lane);
      return { ...ordered.subject, send: (headers) => cancel(ordered, {}, headers), unlock: noKey };
    },
  },
  {
    name: 'Cancelling a paid order',
    done: 'cancelled, money back',
    orElse: ['paid once'],
    service: 'orders',
    services: everywhere,
    prepare: async (shop, lane) => {
      const ordered = await paidOrder(shop, lane);
      return { ...ordered.subject, send: (headers) => cancel(ordered, {}, headers), unlock: noKey };
    },
  },
  {
    name: 'Giving up an order at its payment deadline',
    done: 'cancelled, no charge',
    orElse: [],
    service: 'orders',
    services: ['orders', 'payments'],
    isSweep: true,
    prepare: async (shop, lane) => {
      const ordered = await order(shop, lane);
      return {
        ...ordered.subject,
        send: async (headers = {}) => {
          await makeOverdue(ordered);
          return api('POST', '/dev/sweep', { headers });
        },
        unlock: noKey,
      };
    },
  },
  {
    name: 'Refund by staff',
    done: 'money back once',
    orElse: ['paid once'],
    service: 'payments',
    services: everywhere,
    prepare: async (shop, lane) => {
      const { subject, transactionId } = await paidOrder(shop, lane);
      const key = randomUUID();
      return {
        ...subject,
        send: (headers = {}) => refund(transactionId, { restock: true }, { key, headers }),
        unlock: unlock('payments', key),
      };
    },
  },
];
