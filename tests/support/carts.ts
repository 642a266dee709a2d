import { MongoClient } from 'mongodb';
import { expect, inject } from 'vitest';

import { api, type Shopper } from './client.ts';
import { manager } from './shop.ts';

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

/** Gives a product of `newProduct` another price, by importing it again. */
export async function changePrice(product: { slug: string; name: string; sku: string }, price: string): Promise<void> {
  const columns = {
    Handle: product.slug,
    Title: product.name,
    Type: 'Test things',
    Published: 'true',
    'Option1 Name': 'Title',
    'Option1 Value': 'Default Title',
    'Variant SKU': product.sku,
    'Variant Price': price,
  };
  const { body } = await api('POST', '/v1/admin/products/import', {
    token: await manager(),
    body: `${Object.keys(columns).join(',')}\n${Object.values(columns).join(',')}\n`,
    headers: { 'content-type': 'text/csv' },
  });
  expect(body).toEqual({ created: 0, updated: 1, skipped: 0, errors: [] });
}
