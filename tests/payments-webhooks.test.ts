import { beforeAll, describe, expect, it } from 'vitest';

import { type Answer, api, eventually } from './support/client.ts';
import { sqlOf } from './support/databases.ts';
import { cancel, historyOf } from './support/orders.ts';
import {
  backdate,
  gatewayBooks,
  newPayment,
  orderOf,
  type Paid,
  refund,
  refundEvents,
  transaction,
} from './support/payments.ts';
import { newProduct, pay, sweep } from './support/shop.ts';
import { accept, expectOpen, kept, keptOf, messageOf, newOpenPayment, toldOf } from './support/webhooks.ts';

const payments = sqlOf('payments');
const applied = { status: 'APPLIED', reason: null };
let product: Answer['body'];

beforeAll(async () => {
  product = await newProduct({ price: '20.00', quantity: 1_000 });
});

describe('webhooks that the sandbox sends', () => {
  it('settle a payment that was pending, and confirm its order', async () => {
    const paid = await newPayment(product.id, 'tok_pending_success');
    expect(paid.payment.status).toBe('PROCESSING');
    await eventually(async () => expect((await orderOf(paid)).status).toBe('CONFIRMED'));
    expect(await transaction(paid.payment.id)).toMatchObject({
      status: 'SUCCESS',
      gateway_transaction_id: expect.stringMatching(/^sandbox_/),
    });
    expect(await toldOf(paid.payment.id)).toEqual(['payment.succeeded']);
    await eventually(async () =>
      expect(await keptOf(paid.payment.id)).toEqual([{ type: 'payment.succeeded', ...applied }]),
    );
    expect(gatewayBooks(paid.payment.id)).toMatchObject({ charges: 1, charged: paid.payment.amount });
  });

  it('settle one that was refused in the end; the order can be paid again', async () => {
    const paid = await newPayment(product.id, 'tok_pending_failure');
    await eventually(async () =>
      expect(await transaction(paid.payment.id)).toMatchObject({ status: 'FAILED', failure_reason: 'card_declined' }),
    );
    expect((await orderOf(paid)).status).toBe('PENDING');
    expect(await toldOf(paid.payment.id)).toEqual(['payment.failed']);
    expect((await pay(paid.buyer.token, paid.order.id)).body.status).toBe('SUCCESS');
  });

  it('settle a refund that took its time', async () => {
    const paid = await newPayment(product.id, 'tok_refund_pending');
    const { body } = await refund(paid.payment.id);
    expect(body.status).toBe('PROCESSING');
    await eventually(async () => expect((await orderOf(paid)).status).toBe('REFUNDED'));
    expect(await transaction(paid.payment.id)).toMatchObject({
      status: 'REFUNDED',
      refunds: [{ ...body, status: 'SUCCESS' }],
    });
    expect(await refundEvents(paid.payment.id)).toHaveLength(1);
    await eventually(async () =>
      expect(await keptOf(paid.payment.id)).toEqual([{ type: 'refund.succeeded', ...applied }]),
    );
  });

  it('come again while the inbox cannot be written, as the same event', async () => {
    await payments`ALTER TABLE webhook_events RENAME TO webhook_events_away`;
    let paid: Paid;
    try {
      paid = await newPayment(product.id, 'tok_pending_success');
      await eventually(async () => {
        expect((await api('GET', `/v1/payments/${paid.payment.id}`, { token: paid.buyer.token })).body.status).toBe(
          'PROCESSING',
        );
        expect(Date.now() - Date.parse(paid.payment.created_at)).toBeGreaterThan(2_500);
      });
    } finally {
      await payments`ALTER TABLE webhook_events_away RENAME TO webhook_events`;
    }
    await eventually(async () =>
      expect(await keptOf(paid.payment.id)).toEqual([{ type: 'payment.succeeded', ...applied }]),
    );
    expect((await orderOf(paid)).status).toBe('CONFIRMED');
    expect(await toldOf(paid.payment.id)).toEqual(['payment.succeeded']);
  });
});

describe('an event about a payment', () => {
  it('settles it as SUCCESS and confirms the order', async () => {
    const paid = await newOpenPayment(product.id);
    const message = messageOf(paid.payment);
    await accept(message);
    expect(await transaction(paid.payment.id)).toMatchObject({
      status: 'SUCCESS',
      gateway_transaction_id: message.data['gateway_transaction_id'],
    });
    expect((await orderOf(paid)).status).toBe('CONFIRMED');
    expect(await toldOf(paid.payment.id)).toEqual(['payment.succeeded']);
    expect(await kept(message)).toEqual([{ ...applied, attempts: 1, is_settled: true }]);
  });

  it('settles it as FAILED with the reason', async () => {
    const { payment } = await newOpenPayment(product.id);
    await accept(messageOf(payment, 'payment.failed', { failure_reason: 'insufficient_funds' }));
    expect(await transaction(payment.id)).toMatchObject({ status: 'FAILED', failure_reason: 'insufficient_funds' });
    expect(await toldOf(payment.id)).toEqual(['payment.failed']);
  });

  it('has no second effect when it is sent again, whatever it then says', async () => {
    const paid = await newOpenPayment(product.id);
    const message = messageOf(paid.payment);
    for (let time = 0; time < 3; time++) await accept(message);
    await accept(messageOf(paid.payment, 'payment.failed', { id: message.id }));
    expect(await transaction(paid.payment.id)).toMatchObject({ status: 'SUCCESS' });
    expect(await toldOf(paid.payment.id)).toEqual(['payment.succeeded']);
    expect(await kept(message)).toEqual([{ ...applied, attempts: 1, is_settled: true }]);
    expect((await historyOf(paid)).map(({ to_status }) => to_status)).toEqual(['PENDING', 'CONFIRMED']);
  });

  it('that comes after reconciliation changes nothing', async () => {
    const { payment } = await newOpenPayment(product.id);
    await backdate(payment.id, 2);
    await sweep();
    const settled = await transaction(payment.id);
    expect(settled.status).toBe('SUCCESS');
    const message = messageOf(payment);
    await accept(message);
    expect(await transaction(payment.id)).toEqual(settled);
    expect(await toldOf(payment.id)).toEqual(['payment.succeeded']);
    expect(await kept(message)).toMatchObject([applied]);
  });

  it.each([
    ['amount', { amount: '0.01' }],
    ['amount', { amount: '99999999.99' }],
    ['currency', { currency: 'EUR' }],
  ])('with another %s settles nothing: %j', async (_what, change) => {
    const { payment } = await newOpenPayment(product.id);
    const message = messageOf(payment, 'payment.succeeded', change);
    await accept(message);
    await expectOpen(payment);
    expect(await kept(message)).toMatchObject([{ status: 'DEAD', reason: expect.stringMatching(/^It tells of /) }]);
    await sweep();
    await expectOpen(payment);
    await accept(messageOf(payment));
    expect(await toldOf(payment.id)).toEqual(['payment.succeeded']);
  });

  it('of another gateway settles nothing', async () => {
    const { payment } = await newOpenPayment(product.id);
    await payments`UPDATE transactions SET gateway = 'stripe' WHERE id = ${payment.id}`;
    const message = messageOf(payment);
    await accept(message);
    await payments`UPDATE transactions SET gateway = 'sandbox' WHERE id = ${payment.id}`;
    await expectOpen(payment);
    expect(await kept(message)).toMatchObject([
      { status: 'DEAD', reason: 'The transaction belongs to the gateway stripe.' },
    ]);
  });

  it("with another payment's name at the gateway settles nothing", async () => {
    const [{ payment: first }, { payment: second }] = [await newPayment(product.id), await newOpenPayment(product.id)];
    const { gateway_transaction_id } = await transaction(first.id);
    const message = messageOf(second, 'payment.succeeded', { gateway_transaction_id });
    await accept(message);
    await expectOpen(second);
    expect(await kept(message)).toMatchObject([{ status: 'DEAD' }]);
  });

  it('that it failed, after it succeeded, changes nothing', async () => {
    const paid = await newPayment(product.id);
    const before = await transaction(paid.payment.id);
    const message = messageOf(paid.payment, 'payment.failed', { failure_reason: 'card_declined' });
    await accept(message);
    expect(await transaction(paid.payment.id)).toEqual(before);
    expect((await orderOf(paid)).status).toBe('CONFIRMED');
    expect(await toldOf(paid.payment.id)).toEqual(['payment.succeeded']);
    expect(await kept(message)).toMatchObject([{ status: 'IGNORED', reason: 'The payment is SUCCESS.' }]);
  });

  it('that it succeeded, after it failed, changes nothing, and somebody has to look', async () => {
    const paid = await newPayment(product.id, 'tok_declined');
    const message = messageOf(paid.payment);
    await accept(message);
    expect(await transaction(paid.payment.id)).toMatchObject({ status: 'FAILED', failure_reason: 'card_declined' });
    expect((await orderOf(paid)).status).toBe('PENDING');
    expect(await toldOf(paid.payment.id)).toEqual(['payment.failed']);
    expect(await kept(message)).toMatchObject([
      { status: 'DEAD', reason: 'The gateway was paid, but the payment is FAILED.' },
    ]);
  });

  it('brings money for an order that was given up: it goes back', async () => {
    const paid = await newOpenPayment(product.id);
    // As a gateway that says it is refused would make it, while it has taken the money after all.
    await payments`UPDATE transactions SET status = 'FAILED' WHERE id = ${paid.payment.id}`;
    expect((await cancel(paid)).body.status).toBe('CANCELLED');
    await payments`UPDATE transactions SET status = 'PROCESSING' WHERE id = ${paid.payment.id}`;
    const message = messageOf(paid.payment);
    for (let time = 0; time < 2; time++) await accept(message);
    expect(await transaction(paid.payment.id)).toMatchObject({
      status: 'REFUNDED',
      refund_amount: paid.payment.amount,
      refunds: [{ status: 'SUCCESS', amount: paid.payment.amount }],
    });
    expect(gatewayBooks(paid.payment.id)).toMatchObject({ charges: 1, refunds: 1, refunded: paid.payment.amount });
    await eventually(async () => expect((await orderOf(paid)).status).toBe('REFUNDED'));
    expect(await kept(message)).toMatchObject([applied]);
  });

  it.each(['payment.pending', 'customer.updated'])('of type %s is kept and ignored', async (type) => {
    const { payment } = await newOpenPayment(product.id);
    const message = messageOf(payment, type);
    await accept(message);
    await expectOpen(payment);
    expect(await kept(message)).toMatchObject([{ status: 'IGNORED', reason: 'It tells of no payment.' }]);
  });
});
