import { beforeAll, describe, expect, it } from 'vitest';

import { type Answer, api, eventually, staff } from './support/client.ts';
import { sqlOf } from './support/databases.ts';
import { cancel, move, newOrder, type Ordered, read, refundAll } from './support/orders.ts';
import { manager, newProduct, pay, sweep } from './support/shop.ts';

let product: Answer['body'];
let managerId: string;
beforeAll(async () => {
  product = await newProduct({ price: '10.00', quantity: 1_000 });
  managerId = (await api('GET', '/v1/me', { token: await staff('manager') })).body.id;
});

/** What happened to the order, without the times and ids of each entry. */
async function timelineOf({ order }: Ordered): Promise<Record<string, unknown>[]> {
  const { status, body } = await api('GET', `/v1/admin/orders/${order.id}`, { token: await manager() });
  expect(status, JSON.stringify(body)).toBe(200);
  const times: string[] = body.timeline.map(({ at }: { at: string }) => at);
  expect(times).toEqual(times.toSorted());
  return body.timeline.map(
    ({ at: _at, sent_at: _sent, processed_at: _processed, refund_id: _refund, ...entry }: Record<string, unknown>) =>
      entry,
  );
}

async function patch({ order }: Ordered, version: number, body: unknown): Promise<void> {
  const headers = { 'if-match': `"${version}"` };
  const { status } = await api('PATCH', `/v1/admin/orders/${order.id}`, { token: await manager(), headers, body });
  expect(status).toBe(200);
}

const event = (type: string) => ({ kind: 'event', type });
const step = (
  from_status: string | null,
  to_status: string,
  changed_by: string | null,
  notes: string | null = null,
) => ({
  ...{ kind: 'status', from_status, to_status, notes, changed_by },
});
const change = (before: object, after: object) => ({ kind: 'change', changed_by: managerId, before, after });
const attempt = (transaction_id: string, status: string, failure_reason: string | null = null) => ({
  ...{ kind: 'payment', transaction_id, payment_method_code: 'CREDIT_CARD', amount: '14.90', currency: 'USD' },
  ...{ status, failure_reason },
});
const refund = (transaction_id: string, amount: string, requested_by: string | null, reason: string | null) => ({
  ...{ kind: 'refund', transaction_id, amount, currency: 'USD', reason, status: 'SUCCESS', requested_by },
});

describe('the timeline of an order', () => {
  it('has every attempt to pay it, every step, what staff changed, and money that went back', async () => {
    const ordered = await newOrder(product.id);
    const { buyer, order } = ordered;
    const { body: declined } = await pay(buyer.token, order.id, 'tok_declined');
    const { body: paid } = await pay(buyer.token, order.id);
    expect((await move(ordered, 'PROCESSING', { notes: 'Packing' })).status).toBe(200);
    await patch(ordered, 3, { notes: 'Ring once' });
    expect((await refundAll(paid.id, { amount: '1.00', reason: 'A scratch' })).status).toBe(201);
    expect((await move(ordered, 'SHIPPED', { tracking_number: '1Z1' })).status).toBe(200);
    await patch(ordered, 5, { tracking_number: '1Z2' });
    expect((await move(ordered, 'DELIVERED', { tracking_number: '1Z2' })).status).toBe(200);
    const timeline = await timelineOf(ordered);
    expect(timeline).toEqual([
      step(null, 'PENDING', buyer.user.id),
      event('order.placed'),
      attempt(declined.id, 'FAILED', 'card_declined'),
      attempt(paid.id, 'SUCCESS'),
      step('PENDING', 'CONFIRMED', null, `Paid by transaction ${paid.id}`),
      event('order.confirmed'),
      step('CONFIRMED', 'PROCESSING', managerId, 'Packing'),
      change({ notes: null }, { notes: 'Ring once' }),
      refund(paid.id, '1.00', managerId, 'A scratch'),
      step('PROCESSING', 'SHIPPED', managerId),
      change({ tracking_number: null }, { tracking_number: '1Z1' }),
      event('order.shipped'),
      change({ tracking_number: '1Z1' }, { tracking_number: '1Z2' }),
      step('SHIPPED', 'DELIVERED', managerId),
      event('order.delivered'),
    ]);
  });

  it('tells of a cancellation and of the money that the shop gave back by itself', async () => {
    const ordered = await newOrder(product.id);
    const { buyer, order } = ordered;
    const { body: paid } = await pay(buyer.token, order.id);
    expect((await cancel(ordered, { reason: 'By mistake' })).status).toBe(200);
    await eventually(async () => expect((await read(ordered)).status).toBe('REFUNDED'));
    const entries = (await timelineOf(ordered)).filter(({ kind }) => kind !== 'event');
    expect(entries).toEqual([
      step(null, 'PENDING', buyer.user.id),
      attempt(paid.id, 'REFUNDED'),
      step('PENDING', 'CONFIRMED', null, `Paid by transaction ${paid.id}`),
      step('CONFIRMED', 'CANCELLED', buyer.user.id, 'By mistake'),
      refund(paid.id, '14.90', null, 'The order was cancelled.'),
      step('CANCELLED', 'REFUNDED', null, `Refunded in full, transaction ${paid.id}`),
    ]);
  });

  it('says of events when they were sent, and forgets them alone after a month', async () => {
    const ordered = await newOrder(product.id);
    await patch(ordered, 1, { notes: 'Fragile', tracking_number: '1Z3' });
    const { id } = ordered.order;
    await eventually(async () => {
      const { body } = await api('GET', `/v1/admin/orders/${id}`, { token: await manager() });
      expect(body.timeline).toContainEqual({
        ...event('order.placed'),
        at: expect.any(String),
        sent_at: expect.any(String),
      });
    });
    const placed = step(null, 'PENDING', ordered.buyer.user.id);
    const changed = change({ notes: null, tracking_number: null }, { notes: 'Fragile', tracking_number: '1Z3' });
    expect(await timelineOf(ordered)).toEqual([placed, event('order.placed'), changed]);
    await sqlOf('orders')`
      UPDATE outbox SET sent_at = now() - interval '31 days' WHERE subject_id = ${id} OR payload ->> 'resource_id' = ${id}`;
    await sweep();
    expect(await timelineOf(ordered)).toEqual([placed, changed]);
  });

  it('keeps nothing of a change or a step that was refused', async () => {
    const ordered = await newOrder(product.id);
    const before = await timelineOf(ordered);
    const headers = { 'if-match': '"7"' };
    const body = { notes: 'X' };
    const late = await api('PATCH', `/v1/admin/orders/${ordered.order.id}`, { token: await manager(), headers, body });
    expect(late.status).toBe(412);
    expect((await move(ordered, 'SHIPPED', { tracking_number: '1Z4' })).status).toBe(409);
    await patch(ordered, 1, {});
    expect(await timelineOf(ordered)).toEqual(before);
  });
});
