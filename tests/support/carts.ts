import { MongoClient } from 'mongodb';
import { inject } from 'vitest';

import { api, type Shopper } from './client.ts';

/** The carts as they are stored, past the service. Close them after the tests. */
export function openCarts() {
  const mongo = new MongoClient(inject('stack').urls['mongo'] ?? '');
  const carts = mongo.db('cart').collection('carts');
  return {
    carts,
    storedCarts: ({ user }: Shopper) => carts.countDocuments({ user_id: user.id }),
    close: () => mongo.close(),
  };
}

export function add({ token }: { token: string }, product_id: unknown, quantity: unknown) {
  return api('POST', '/v1/cart/items', { token, body: { product_id, quantity } });
}

export function show({ token }: { token: string }) {
  return api('GET', '/v1/cart', { token });
}
