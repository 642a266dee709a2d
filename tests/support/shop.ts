import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';

import { expect, inject } from 'vitest';

import { type Answer, api, newShopper, type Shopper, staff } from './client.ts';

interface ProductInput {
  price?: string;
  quantity?: number;
  grams?: number;
  backorder?: boolean;
}

/** A new product of the catalogue, imported as a manager would; its public representation. */
export async function newProduct(input: ProductInput = {}): Promise<Answer['body']> {
  const { price = '10.00', quantity = 100, grams = 0, backorder = false } = input;
  const handle = `thing-${randomUUID()}`;
  const columns = {
    Handle: handle,
    Title: `Thing ${handle.slice(6, 14)}`,
    'Body (HTML)': '<p>A thing</p>',
    Type: 'Test things',
    Published: 'true',
    'Option1 Name': 'Title',
    'Option1 Value': 'Default Title',
    'Variant SKU': handle.toUpperCase(),
    'Variant Grams': String(grams),
    'Variant Inventory Qty': String(quantity),
    'Variant Inventory Policy': backorder ? 'continue' : 'deny',
    'Variant Price': price,
  };
  const csv = `${Object.keys(columns).join(',')}\n${Object.values(columns).join(',')}\n`;
  const report = await api('POST', '/v1/admin/products/import', {
    token: await manager(),
    body: csv,
    headers: { 'content-type': 'text/csv' },
  });
  expect(report.body).toEqual({ created: 1, updated: 0, skipped: 0, errors: [] });
  const product = await api('GET', `/v1/products/${handle}`);
  expect(product.status).toBe(200);
  return product.body;
}

let managerToken: Promise<string> | undefined;

/** The manager's token, fetched once a test file. */
export function manager(): Promise<string> {
  managerToken ??= staff('manager');
  return managerToken;
}

/** What is on the shelf and what of it is promised. */
export async function stockOf(productId: string): Promise<{ quantity: number; reserved: number }> {
  const { status, body } = await api('GET', `/v1/admin/products/${productId}/inventory`, { token: await manager() });
  expect(status).toBe(200);
  return { quantity: body.quantity, reserved: body.reserved_quantity };
}

export async function addToCart(token: string, productId: string, quantity: number): Promise<void> {
  const { status, body } = await api('POST', '/v1/cart/items', { token, body: { product_id: productId, quantity } });
  expect(status, JSON.stringify(body)).toBe(200);
}

/** An address in a state without sales tax, unless told otherwise. */
export async function newAddress(token: string, change: Record<string, unknown> = {}): Promise<string> {
  const { status, body } = await api('POST', '/v1/me/addresses', {
    token,
    body: {
      address_type: 'SHIPPING',
      full_name: 'Sam Shopper',
      phone_number: '+15035550100',
      address_line1: '1 Pine Street',
      city: 'Portland',
      state: 'OR',
      postal_code: '97201',
      country: 'US',
      ...change,
    },
  });
  expect(status, JSON.stringify(body)).toBe(201);
  return body.id;
}

export interface Buyer extends Shopper {
  addressId: string;
}

/** A shopper with an address and this in the cart. */
export async function newBuyer(productId: string, quantity = 1): Promise<Buyer> {
  const shopper = await newShopper();
  const [addressId] = await Promise.all([newAddress(shopper.token), addToCart(shopper.token, productId, quantity)]);
  return { ...shopper, addressId };
}

/** POST /v1/orders; a new key each time unless one is given. */
export function placeOrder(
  buyer: { token: string; addressId: string },
  options: { key?: string; body?: Record<string, unknown>; headers?: Record<string, string> } = {},
): Promise<Answer> {
  return api('POST', '/v1/orders', {
    token: buyer.token,
    headers: { 'idempotency-key': options.key ?? randomUUID(), ...options.headers },
    body: { shipping_address_id: buyer.addressId, billing_address_id: buyer.addressId, ...options.body },
  });
}

/** POST /v1/payments with a card of the sandbox. */
export function pay(
  token: string,
  orderId: string,
  paymentToken = 'tok_success',
  key: string = randomUUID(),
): Promise<Answer> {
  return api('POST', '/v1/payments', {
    token,
    headers: { 'idempotency-key': key },
    body: { order_id: orderId, payment_method_code: 'CREDIT_CARD', payment_token: paymentToken },
  });
}

/** Runs every sweep of the shop as if the clock stood that much later. */
export async function sweep(advanceSeconds = 0): Promise<void> {
  const { status, body } = await api('POST', `/dev/sweep?advance_seconds=${advanceSeconds}`);
  expect(status, JSON.stringify(body)).toBe(200);
}

/**
 * Runs `action` when a request reaches the named point of its way (shared/http/checkpoint.ts), then lets it go on, or,
 * with `kill`, never: as if its worker had died there. Give the headers to the request.
 */
export async function atCheckpoint(
  name: string,
  action: () => Promise<void>,
  { kill = false } = {},
): Promise<{ headers: Record<string, string>; reached: Promise<void>; close: () => void }> {
  let arrive: (() => void) | undefined;
  const reached = new Promise<void>((resolve) => (arrive = resolve));
  const server = createServer((_request, response) => {
    void action().then(() => {
      response.writeHead(kill ? 410 : 200).end();
      arrive?.();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    headers: { 'x-test-checkpoint': `${name}=http://127.0.0.1:${port}/` },
    reached,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

export function shopUrl(): string {
  return inject('stack').url;
}
