import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { announceDeadline } from './deadline.ts';

const id = '01938f6e-1c2d-7e3f-8a4b-5c6d7e8f9a0b';

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-11-22T21:24:42.123Z') });
});
afterEach(() => {
  vi.useRealTimers();
});

/** What the queue is given to keep back. */
async function announced(payment_due_at: string | null): Promise<unknown[]> {
  const given: unknown[] = [];
  const send = async (message: unknown, options: unknown) => void given.push([message, options]);
  await announceDeadline({ ORDERS_EVENTS: { send } }, { id, payment_due_at });
  return given;
}

describe('the deadline of an order', () => {
  it.each([
    ['2026-11-22T21:54:42.123Z', 1_800],
    ['2026-11-22T21:29:42.124Z', 301],
    ['2026-11-23T09:24:42.123Z', 43_200],
    ['2026-11-22T21:24:41.000Z', 0],
  ])('of %s is told %i seconds later, never before it has come', async (due, delaySeconds) => {
    const message = { type: 'order.payment_due', payload: { order_id: id }, id: expect.any(String) };
    expect(await announced(due)).toEqual([[expect.objectContaining(message), { delaySeconds }]]);
  });

  it('beyond what a queue can wait for is left to the sweep, and so is one of an order that is paid', async () => {
    expect(await announced('2026-11-23T09:24:42.124Z')).toEqual([]);
    expect(await announced(null)).toEqual([]);
  });

  it('is left to the sweep if the queue takes nothing', async () => {
    const send = () => Promise.reject(new Error('Too many requests'));
    const due = { id, payment_due_at: '2026-11-22T21:54:42.123Z' };
    await expect(announceDeadline({ ORDERS_EVENTS: { send } }, due)).resolves.toBeUndefined();
  });
});
