import { type Document, MongoClient } from 'mongodb';
import { expect, inject } from 'vitest';

import { type Answer, api, type Shopper } from './client.ts';
import { newCoupon } from './coupons.ts';

/** The carts as they are stored, past the service. Close them after the tests. */
export function openCarts() {
  const mongo = new MongoClient(inject('stack').urls['mongo'] ?? '');
  const carts = mongo.db('cart').collection('carts');
  return {
    carts,
    storedCarts: ({ user }: Pick<Shopper, 'user'>) => carts.countDocuments({ user_id: user.id }),
    /** Everything stored of these people, to compare with later. */
    storedOf: (...people: Pick<Shopper, 'user'>[]): Promise<Document[]> =>
      carts
        .find({ user_id: { $in: people.map(({ user }) => user.id) } })
        .sort({ user_id: 1 })
        .toArray(),
    close: () => mongo.close(),
  };
}

export function add({ token }: { token: string }, product_id: unknown, quantity: unknown) {
  return api('POST', '/v1/cart/items', { token, body: { product_id, quantity } });
}

export function show({ token }: { token: string }) {
  return api('GET', '/v1/cart', { token });
}

export interface Guest {
  token: string;
  user: { id: string };
}

/** Somebody without an account. */
export async function newGuest(): Promise<Guest> {
  const { status, body } = await api('POST', '/v1/auth/guest');
  expect(status, JSON.stringify(body)).toBe(201);
  const token = String(body.access_token);
  const claims: { sub: string } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  return { token, user: { id: claims.sub } };
}

/** The code of a new coupon, of 10 % unless told otherwise. */
export async function newCouponCode(change: Record<string, unknown> = {}): Promise<string> {
  return (await newCoupon(change)).code;
}

export function applyCoupon({ token }: { token: string }, coupon_code: unknown): Promise<Answer> {
  return api('POST', '/v1/cart/coupons', { token, body: { coupon_code } });
}

export function mergeCart({ token }: { token: string }, cart_token: unknown): Promise<Answer> {
  return api('POST', '/v1/cart/merge', { token, body: { cart_token } });
}
