import { randomUUID } from 'node:crypto';

import { beforeAll, describe, expect, it } from 'vitest';

import { type Answer, api, expectProblem } from './support/client.ts';
import { sqlOf } from './support/databases.ts';
import { newPayment, type Paid, refund, refundEvents, refundRows } from './support/payments.ts';
import { newProduct, sweep } from './support/shop.ts';
import { accept, expectOpen, kept, makeDue, messageOf, newOpenPayment, send, toldOf } from './support/webhooks.ts';

const payments = sqlOf('payments');
const applied = { status: 'APPLIED', reason: null };
let product: Answer['body'];

beforeAll(async () => {
  product = await newProduct({ price: '20.00', quantity: 1_000 });
});

/** A payment that succeeded, with a refund of this that only a webhook or reconciliation ends. */
async function newOpenRefund(amount = '5.00'): Promise<Paid & { opened: Answer['body'] }> {
  const paid = await newPayment(product.id, 'tok_refund_timeout');
  const { body: opened } = await refund(paid.payment.id, { amount });
  expect(opened.status).toBe('PROCESSING');
  return { ...paid, opened };
}

describe('an event about a refund', () => {
  it('settles the one that it names', async () => {
    const { payment, opened } = await newOpenRefund();
    const message = messageOf(opened, 'refund.succeeded', { transaction_id: payment.id, refund_id: opened.id });
    for (let time = 0; time < 2; time++) await accept(message);
    expect(await refundRows(payment.id)).toMatchObject([{ status: 'SUCCESS', amount: '5.00' }]);
    expect(await refundEvents(payment.id)).toMatchObject([{ amount: '5.00', is_full: false }]);
    expect(await kept(message)).toEqual([{ ...applied, attempts: 1, is_settled: true }]);
  });

  it('settles the oldest open one of its amount where it names none', async () => {
    const { payment } = await newOpenRefund();
    for (const amount of ['3.00', '5.00']) await refund(payment.id, { amount });
    const message = messageOf(payment, 'refund.succeeded', { amount: '5.00' });
    await accept(message);
    expect((await refundRows(payment.id)).map(({ status }) => status)).toEqual(['SUCCESS', 'PROCESSING', 'PROCESSING']);
    await accept(messageOf(payment, 'refund.succeeded', { amount: '5.00' }));
    expect((await refundRows(payment.id)).map(({ status }) => status)).toEqual(['SUCCESS', 'PROCESSING', 'SUCCESS']);
    const third = messageOf(payment, 'refund.succeeded', { amount: '5.00' });
    await accept(third);
    expect(await refundEvents(payment.id)).toHaveLength(2);
    expect(await kept(third)).toMatchObject([{ status: 'IGNORED', reason: 'No refund of this amount is open.' }]);
  });

  it.each([
    ['another amount', { amount: '6.00' }],
    ['another currency', { currency: 'EUR' }],
  ])('with %s settles nothing', async (_what, change) => {
    const { payment, opened } = await newOpenRefund();
    for (const names of [{ refund_id: opened.id }, {}]) {
      const message = messageOf(payment, 'refund.succeeded', { amount: '5.00', ...names, ...change });
      await accept(message);
      expect(await kept(message)).toMatchObject([{ status: 'DEAD' }]);
    }
    expect(await refundRows(payment.id)).toMatchObject([{ status: 'PROCESSING', amount: '5.00' }]);
    expect(await refundEvents(payment.id)).toEqual([]);
  });

  it('that is not there is kept', async () => {
    const { payment } = await newOpenRefund();
    const message = messageOf(payment, 'refund.succeeded', { amount: '5.00', refund_id: randomUUID() });
    await accept(message);
    expect(await kept(message)).toMatchObject([
      { status: 'RECEIVED', reason: 'The transaction has no such refund.', attempts: 1 },
    ]);
    expect(await refundRows(payment.id)).toMatchObject([{ status: 'PROCESSING' }]);
  });
});

describe('an event about a transaction that is not there', () => {
  const unknown = () => messageOf({ id: randomUUID(), amount: '20.00', currency: 'USD' });

  it('is kept and applied when it is', async () => {
    const { payment } = await newOpenPayment(product.id);
    const { id, ...message } = messageOf(payment);
    const early = unknown();
    await accept(early);
    expect(await kept(early)).toEqual([
      { status: 'RECEIVED', reason: 'There is no such transaction.', attempts: 1, is_settled: false },
    ]);
    await sweep();
    expect(await kept(early)).toMatchObject([{ status: 'RECEIVED', attempts: 1 }]);
    // The transaction cannot be made later here, so the event is made to be about one that is there.
    const about = JSON.stringify({ transaction_id: payment.id, amount: payment.amount });
    await payments`UPDATE webhook_events SET payload = payload || ${about}::jsonb WHERE event_id = ${early.id}`;
    await sweep();
    await expectOpen(payment);
    await makeDue(early);
    await sweep();
    expect(await kept(early)).toEqual([{ ...applied, attempts: 2, is_settled: true }]);
    expect(await toldOf(payment.id)).toEqual(['payment.succeeded']);
    await accept({ id, ...message });
    expect(await toldOf(payment.id)).toEqual(['payment.succeeded']);
  });

  it('is tried 12 times, with growing pauses, then given up', async () => {
    const message = unknown();
    await accept(message);
    const pauses: unknown[] = [];
    for (let attempt = 1; attempt < 12; attempt++) {
      const [row] = await payments`
        SELECT status::text, attempts, round(extract(epoch FROM next_attempt_at - now()))::int AS pause
          FROM webhook_events WHERE event_id = ${message.id}`;
      expect(row).toMatchObject({ status: 'RECEIVED', attempts: attempt });
      pauses.push(row?.['pause']);
      await makeDue(message);
      await sweep();
    }
    const expected = [30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600, 3_600, 3_600];
    for (const [index, pause] of expected.entries()) {
      expect(pauses[index]).toBeLessThanOrEqual(pause);
      expect(pauses[index]).toBeGreaterThan(pause - 20);
    }
    expect(await kept(message)).toEqual([
      { status: 'DEAD', reason: 'There is no such transaction.', attempts: 12, is_settled: true },
    ]);
    await sweep();
    expect(await kept(message)).toMatchObject([{ status: 'DEAD', attempts: 12 }]);
  });
});

describe('an event that cannot be read any more', () => {
  it('holds up no other, and is given up in the end', async () => {
    const { payment: later } = await newOpenPayment(product.id);
    const broken = messageOf({ id: randomUUID(), amount: '20.00', currency: 'USD' });
    const good = messageOf({ id: randomUUID(), amount: '20.00', currency: 'USD' });
    for (const message of [broken, good]) await accept(message);
    const about = JSON.stringify({ transaction_id: later.id, amount: later.amount });
    await payments`UPDATE webhook_events SET payload = payload || ${about}::jsonb WHERE event_id = ${good.id}`;
    await payments`UPDATE webhook_events SET payload = '{"about": "something else"}' WHERE event_id = ${broken.id}`;
    await makeDue(good);
    await payments`UPDATE webhook_events SET next_attempt_at = now() - interval '1 hour' WHERE event_id = ${broken.id}`;
    await sweep();
    expect(await kept(good)).toEqual([{ ...applied, attempts: 2, is_settled: true }]);
    expect(await toldOf(later.id)).toEqual(['payment.succeeded']);
    const reason = 'What was kept of it cannot be read.';
    expect(await kept(broken)).toEqual([{ status: 'RECEIVED', reason, attempts: 2, is_settled: false }]);
    await payments`UPDATE webhook_events SET attempts = 11 WHERE event_id = ${broken.id}`;
    await makeDue(broken);
    await sweep();
    expect(await kept(broken)).toEqual([{ status: 'DEAD', reason, attempts: 12, is_settled: true }]);
  });
});

describe('old events', () => {
  it('are deleted after 90 days, unless somebody has still to look', async () => {
    const [{ payment }, { payment: open }] = [await newPayment(product.id), await newOpenPayment(product.id)];
    const done = messageOf(payment);
    const ignored = messageOf(payment, 'payment.pending');
    const dead = messageOf(open, 'payment.succeeded', { amount: '0.01' });
    const fresh = messageOf(payment, 'payment.pending');
    for (const message of [done, ignored, dead, fresh]) await accept(message);
    for (const { id } of [done, ignored, dead]) {
      await payments`UPDATE webhook_events SET received_at = now() - interval '90 days 1 second' WHERE event_id = ${id}`;
    }
    await payments`UPDATE webhook_events SET received_at = now() - interval '89 days' WHERE event_id = ${fresh.id}`;
    await sweep();
    expect(await kept(done)).toEqual([]);
    expect(await kept(ignored)).toEqual([]);
    expect(await kept(dead)).toMatchObject([{ status: 'DEAD' }]);
    expect(await kept(fresh)).toMatchObject([{ status: 'IGNORED' }]);
  });

  it('are deleted by one sweep, however many', async () => {
    const type = `payment.${randomUUID()}`;
    const left = () => payments`SELECT count(*)::int AS events FROM webhook_events WHERE type = ${type}`;
    await payments`
      INSERT INTO webhook_events (gateway, event_id, type, payload, status, received_at)
      SELECT 'sandbox', gen_random_uuid()::text, ${type}, '{}', 'APPLIED', now() - interval '91 days'
        FROM generate_series(1, 2500)`;
    expect(await left()).toEqual([{ events: 2_500 }]);
    await sweep();
    expect(await left()).toEqual([{ events: 0 }]);
  });
});

describe('what is kept of an event', () => {
  it('has no secrets in it', async () => {
    const { payment } = await newOpenPayment(product.id);
    const message = messageOf(payment, 'payment.succeeded', {
      payment_token: 'tok_secret',
      client_secret: 'cs_secret',
    });
    await accept(message);
    const [row] = await payments`SELECT payload::text FROM webhook_events WHERE event_id = ${message.id}`;
    expect(row?.['payload']).not.toContain('secret');
    expect(row?.['payload']).toContain(payment.id);
  });
});

describe('an answer', () => {
  it('is for the gateway only, and says nothing', async () => {
    const { payment } = await newOpenPayment(product.id);
    const { status, headers, body } = await send(messageOf(payment));
    expect({ status, body }).toEqual({ status: 200, body: { received: true } });
    expect(headers.get('content-type')).toBe('application/json');
    expectProblem(await api('GET', '/v1/payments/webhooks/sandbox'), 405, 'method_not_allowed');
  });
});
