import { randomUUID } from 'node:crypto';

import { expect } from 'vitest';
import { z } from 'zod';

import { type Answer, api, eventually } from './client.ts';
import { sqlOf } from './databases.ts';
import { type Buyer, manager, newBuyer, pay, placeOrder, sweep } from './shop.ts';

const orders = sqlOf('orders');
const payments = sqlOf('payments');
const products = sqlOf('products');

export interface Ordered {
  buyer: Buyer;
  order: Answer['body'];
}

/** Somebody new with a PENDING order of this product. */
export async function newOrder(productId: string, quantity = 1): Promise<Ordered> {
  const buyer = await newBuyer(productId, quantity);
  const { status, body: order } = await placeOrder(buyer);
  expect({ status, of: order.status }).toEqual({ status: 201, of: 'PENDING' });
  return { buyer, order };
}

/** The same, paid. */
export async function newPaidOrder(
  productId: string,
  quantity = 1,
): Promise<Ordered & { transaction: Answer['body'] }> {
  const ordered = await newOrder(productId, quantity);
  const { body: transaction } = await pay(ordered.buyer.token, ordered.order.id);
  expect(transaction.status).toBe('SUCCESS');
  return { ...ordered, transaction };
}

export function cancel({ buyer, order }: Ordered, body?: unknown, headers = {}): Promise<Answer> {
  const options = { token: buyer.token, headers, ...(body === undefined ? {} : { body }) };
  return api('POST', `/v1/orders/${order.id}/cancel`, options);
}

/** Moves an order as staff. */
export async function move({ order }: Ordered, to_status: string, more = {}, token?: string): Promise<Answer> {
  const path = `/v1/admin/orders/${order.id}/status`;
  return api('POST', path, { token: token ?? (await manager()), body: { to_status, ...more } });
}

/** Gives back all that is left of a payment, as staff. */
export async function refundAll(transactionId: string, body = {}): Promise<Answer> {
  const headers = { 'idempotency-key': randomUUID() };
  return api('POST', `/v1/admin/transactions/${transactionId}/refunds`, { token: await manager(), headers, body });
}

export async function read({ buyer, order }: Ordered): Promise<Answer['body']> {
  return (await api('GET', `/v1/orders/${order.id}`, { token: buyer.token })).body;
}

/** From, to, why and by whom, the first step first. */
export function historyOf({ order }: Ordered) {
  return stepsOf(order.id);
}

function stepsOf(orderId: string) {
  return orders`SELECT from_status, to_status, notes, changed_by FROM order_status_history
                 WHERE order_id = ${orderId} ORDER BY created_at, id`;
}

const Books = z.strictObject({
  status: z.string(),
  history: z.array(z.string()),
  /** What orders has told of the order, in alphabetical order. */
  events: z.array(z.string()),
  /** States of its reservations. */
  stock: z.array(z.string()),
  captured: z.string(),
  refunded: z.string(),
});

/** What all databases hold of an order. Fails where its status is not what its history ends with, or the history breaks off. */
export async function booksOf({ order }: Ordered): Promise<z.infer<typeof Books>> {
  const [[row], steps, told, held, [money]] = await Promise.all([
    orders`SELECT status::text, cancelled_at FROM orders WHERE id = ${order.id}`,
    stepsOf(order.id),
    orders`SELECT type FROM outbox WHERE subject_id = ${order.id} ORDER BY type`,
    products`SELECT DISTINCT state::text FROM inventory_reservations WHERE order_id = ${order.id}`,
    payments`SELECT coalesce(sum(amount) FILTER (WHERE status IN ('SUCCESS', 'REFUNDED')), 0)::numeric(10,2)::text AS captured,
                    (SELECT coalesce(sum(refunds.amount), 0)::numeric(10,2)::text FROM refunds
                       JOIN transactions paid ON paid.id = transaction_id
                      WHERE paid.order_id = ${order.id} AND refunds.status = 'SUCCESS') AS refunded
               FROM transactions WHERE order_id = ${order.id}`,
  ]);
  const history = steps.map((step) => step['to_status']);
  expect(steps.map((step) => step['from_status'])).toEqual([null, ...history.slice(0, -1)]);
  expect(row?.['status']).toBe(history.at(-1));
  expect(row?.['cancelled_at'] === null).toBe(!history.includes('CANCELLED'));
  return Books.parse({
    status: row?.['status'],
    history,
    events: told.map(({ type }) => type),
    stock: held.map(({ state }) => state),
    ...money,
  });
}

/** Puts an event into the outbox of payments and has it sent, as often as asked, and applied. Answers its id. */
export async function tell(type: string, payload: Record<string, unknown>, times = 1): Promise<string> {
  const id = randomUUID();
  await payments`INSERT INTO outbox (id, type, subject_id, payload, request_id, traceparent)
                 VALUES (${id}, ${type}, ${payload['transaction_id']}, ${JSON.stringify(payload)}, 'test-request', '')`;
  for (let time = 0; time < times; time++) {
    await payments`UPDATE outbox SET sent_at = NULL WHERE id = ${id}`;
    await sweep();
  }
  await eventually(async () =>
    expect(await orders`SELECT event_id FROM inbox WHERE event_id = ${id}`).toEqual([{ event_id: id }]),
  );
  return id;
}

/** The payload of an event about a payment of the order. */
export function paymentOf({ order, buyer }: Ordered, transaction_id: string = randomUUID()) {
  const { total_amount: amount, currency } = order;
  return { transaction_id, order_id: order.id, user_id: buyer.user.id, amount, currency };
}

export function fullRefundOf(ordered: Ordered, transaction_id?: string, more = {}) {
  const paid = paymentOf(ordered, transaction_id);
  return { ...paid, refund_id: randomUUID(), refunded_amount: paid.amount, is_full: true, restock: false, ...more };
}

/** As if the order had not been paid in time. */
export function makeOverdue({ order }: Ordered) {
  return orders`UPDATE orders SET payment_due_at = now() - interval '1 second' WHERE id = ${order.id}`;
}
