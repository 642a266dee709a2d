import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { expect, inject } from 'vitest';

import { fromCents, sum, toCents } from '#shared/money/money.ts';

import { type Answer, api } from './client.ts';
import { sqlOf } from './databases.ts';
import { type Buyer, manager, newBuyer, pay, placeOrder } from './shop.ts';

const payments = sqlOf('payments');

export interface Paid {
  buyer: Buyer;
  order: Answer['body'];
  payment: Answer['body'];
}

/** Somebody new who has ordered one of the product and paid it with this token. */
export async function newPayment(productId: string, token = 'tok_success'): Promise<Paid> {
  const buyer = await newBuyer(productId);
  const { status, body: order } = await placeOrder(buyer);
  expect(status).toBe(201);
  const { status: paid, body: payment } = await pay(buyer.token, order.id, token);
  expect(paid).toBe(201);
  return { buyer, order, payment };
}

/** POST a refund as a manager; a new key each time unless one is given. */
export async function refund(
  transactionId: string,
  body: unknown = {},
  { key = randomUUID(), headers = {} }: { key?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  return api('POST', `/v1/admin/transactions/${transactionId}/refunds`, {
    token: await manager(),
    headers: { 'idempotency-key': key, ...headers },
    body,
  });
}

export async function transaction(id: string): Promise<Answer['body']> {
  const { status, body } = await api('GET', `/v1/admin/transactions/${id}`, { token: await manager() });
  expect(status).toBe(200);
  return body;
}

export async function orderOf({ buyer, order }: Pick<Paid, 'buyer' | 'order'>): Promise<Answer['body']> {
  const { status, body } = await api('GET', `/v1/orders/${order.id}`, { token: buyer.token });
  expect(status).toBe(200);
  return body;
}

/** What was written about the refunds of a transaction, the first one first. */
export function refundRows(transactionId: string) {
  return payments`
    SELECT amount, status::text, restock, requested_by IS NULL AS is_automatic, reason FROM refunds
     WHERE transaction_id = ${transactionId} ORDER BY created_at, id`;
}

/** The payloads of `payment.refunded`, the first one first. */
export async function refundEvents(transactionId: string): Promise<unknown[]> {
  const rows = await payments`
    SELECT payload FROM outbox WHERE type = 'payment.refunded' AND subject_id = ${transactionId} ORDER BY created_at, id`;
  return rows.map(({ payload }) => payload);
}

/** As if all that is open of the order had begun that much earlier. */
export async function backdate(transactionId: string, minutes: number): Promise<void> {
  await payments`UPDATE transactions SET created_at = created_at - make_interval(mins => ${minutes}),
                        next_check_at = next_check_at - make_interval(mins => ${minutes})
                  WHERE id = ${transactionId}`;
  await payments`UPDATE refunds SET created_at = created_at - make_interval(mins => ${minutes}),
                        next_check_at = next_check_at - make_interval(mins => ${minutes})
                  WHERE transaction_id = ${transactionId}`;
}

interface Totals {
  charges: number;
  charged: string;
  refunds: number;
  refunded: string;
}

/** What the sandbox's own books say of a transaction: what it charged and paid back, whatever ours say. */
export function gatewayBooks(transactionId: string): Totals {
  return inBooks((books) => totalsOf(books, 'transaction_id = ?', [transactionId]));
}

/** The same of all that it ever did. */
export function gatewayTotals(): Totals {
  return inBooks((books) => totalsOf(books, 'true', []));
}

function inBooks<Result>(read: (books: DatabaseSync) => Result): Result {
  const folder = join(inject('stack').directory, 'workers-state', 'v3', 'do', 'payments-SandboxGateway');
  const [file] = readdirSync(folder).filter((name) => name.endsWith('.sqlite') && name !== 'metadata.sqlite');
  const books = new DatabaseSync(join(folder, file ?? ''), { readOnly: true });
  try {
    return read(books);
  } finally {
    books.close();
  }
}

function totalsOf(books: DatabaseSync, condition: string, values: string[]): Totals {
  const amounts = (table: 'charges' | 'refunds') =>
    books
      .prepare(`SELECT amount FROM ${table} WHERE ${condition} AND failure_reason IS NULL`)
      .all(...values)
      .map(({ amount }) => toCents(String(amount)));
  const [charges, refunds] = [amounts('charges'), amounts('refunds')];
  return {
    charges: charges.length,
    charged: fromCents(sum(charges)),
    refunds: refunds.length,
    refunded: fromCents(sum(refunds)),
  };
}
