import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { expect, inject } from 'vitest';

import { type Answer, api } from './client.ts';
import { sqlOf } from './databases.ts';
import { type Buyer, newBuyer, placeOrder } from './shop.ts';

const payments = sqlOf('payments');

const card = { payment_method_code: 'CREDIT_CARD', payment_token: 'tok_success' };

/** POST a payment method: a card of the sandbox, unless told otherwise. */
export function save(token: string, wanted: Record<string, unknown> = {}): Promise<Answer> {
  return api('POST', '/v1/me/payment-methods', { token, body: { ...card, ...wanted } });
}

/** The same, which succeeds. */
export async function saved(token: string, wanted: Record<string, unknown> = {}): Promise<Answer['body']> {
  const { status, body } = await save(token, wanted);
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
}

export async function list(token: string): Promise<Answer['body'][]> {
  const { status, body } = await api('GET', '/v1/me/payment-methods', { token });
  expect(status).toBe(200);
  return body.data;
}

export function change(token: string, id: string, isDefault: boolean): Promise<Answer> {
  return api('PATCH', `/v1/me/payment-methods/${id}`, { token, body: { is_default: isDefault } });
}

export function remove(token: string, id: string, headers: Record<string, string> = {}): Promise<Answer> {
  return api('DELETE', `/v1/me/payment-methods/${id}`, { token, headers });
}

/** Somebody new with an order to pay. */
export async function newOrder(productId: string): Promise<{ buyer: Buyer; order: Answer['body'] }> {
  const buyer = await newBuyer(productId);
  return { buyer, order: await orderFor(buyer) };
}

export async function orderFor(buyer: Buyer): Promise<Answer['body']> {
  const { status, body } = await placeOrder(buyer);
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
}

/** POST a payment of the order, by credit card unless told otherwise. */
export function payWith(
  token: string,
  orderId: string,
  source: Record<string, unknown>,
  { key = randomUUID(), headers = {} }: { key?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const body = { order_id: orderId, payment_method_code: 'CREDIT_CARD', ...source };
  return api('POST', '/v1/payments', { token, headers: { 'idempotency-key': key, ...headers }, body });
}

/** What the database holds of the user's methods, deleted ones too, the first one first. */
export function rowsOf(userId: string) {
  return payments`
    SELECT id, is_default, gateway_token, token_key_id, deleted_at IS NOT NULL AS is_deleted
      FROM user_saved_payment_methods WHERE user_id = ${userId} ORDER BY created_at, id`;
}

export async function defaultsOf(userId: string): Promise<unknown[]> {
  return (await rowsOf(userId)).filter((row) => row['is_default']).map(({ id }) => id);
}

/** Has the user that many methods more, past the service and the gateway. */
export async function fillUp(userId: string, count: number): Promise<void> {
  await payments`INSERT INTO user_saved_payment_methods (id, user_id, payment_method_id)
                 SELECT gen_random_uuid(), ${userId}, 1 FROM generate_series(1, ${count}::int)`;
}

/** Which of the user's methods the sandbox's own books have, whatever ours say: their tokens, and whether it forgot them. */
export function gatewayMethods(userId: string): { gateway_token: string; is_forgotten: boolean }[] {
  const folder = join(inject('stack').directory, 'workers-state', 'v3', 'do', 'payments-SandboxGateway');
  const [file] = readdirSync(folder).filter((name) => name.endsWith('.sqlite') && name !== 'metadata.sqlite');
  const books = new DatabaseSync(join(folder, file ?? ''), { readOnly: true });
  try {
    return books
      .prepare('SELECT gateway_token, is_forgotten FROM methods WHERE customer_id = ?')
      .all(`sandbox_cus_${userId}`)
      .map((row) => ({ gateway_token: String(row['gateway_token']), is_forgotten: row['is_forgotten'] === 1 }));
  } finally {
    books.close();
  }
}
