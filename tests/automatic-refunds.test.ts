import { beforeAll, describe, expect, it } from 'vitest';

import { findViolations } from '#tools/invariants/run.ts';

import { type Answer, api, eventually } from './support/client.ts';
import { sqlOf } from './support/databases.ts';
import { shopUrls } from './support/fault-ledger.ts';
import {
  backdate,
  gatewayBooks,
  newPayment,
  orderOf,
  type Paid,
  refundEvents,
  refundRows,
  transaction,
} from './support/payments.ts';
import { newProduct, sweep } from './support/shop.ts';

const payments = sqlOf('payments');
const minute = 60;
let product: Answer['body'];

beforeAll(async () => {
  product = await newProduct({ price: '20.00', quantity: 1_000 });
});

/** The sandbox refuses what is not in the currency of the charge: so it does until the books are right again. */
async function misbook({ payment }: Paid): Promise<void> {
  await payments`UPDATE transactions SET currency = 'EUR' WHERE id = ${payment.id}`;
}

async function putRight({ payment }: Paid): Promise<void> {
  await payments`UPDATE transactions SET currency = 'USD' WHERE id = ${payment.id}`;
}

/** Cancels the order, and its money does not go back. */
async function cancelInVain({ buyer, order, payment }: Paid): Promise<void> {
  const { status } = await api('POST', `/v1/orders/${order.id}/cancel`, { token: buyer.token, body: {} });
  expect(status).toBe(200);
  await eventually(async () => expect(await statesOf(payment)).toEqual(['FAILED']));
}

/** A paid order that was cancelled while the gateway refused to pay back, which now it would. */
async function newRefused(): Promise<Paid> {
  const paid = await newPayment(product.id);
  await misbook(paid);
  await cancelInVain(paid);
  await putRight(paid);
  return paid;
}

async function statesOf({ id }: { id: string }): Promise<unknown[]> {
  return (await refundRows(id)).map(({ status }) => status);
}

/** The money of a cancelled order is where it was. */
async function expectNothingBack(paid: Paid): Promise<void> {
  const { id, amount } = paid.payment;
  expect(await transaction(id)).toMatchObject({ status: 'SUCCESS', refund_amount: null });
  expect((await orderOf(paid)).status).toBe('CANCELLED');
  expect(await refundEvents(id)).toEqual([]);
  expect(gatewayBooks(id)).toEqual({ charges: 1, charged: amount, refunds: 0, refunded: '0.00' });
}

async function expectAllBackOnce(paid: Paid): Promise<void> {
  const { id, amount } = paid.payment;
  await eventually(async () => expect((await orderOf(paid)).status).toBe('REFUNDED'));
  expect(await transaction(id)).toMatchObject({ status: 'REFUNDED', refund_amount: amount });
  expect(await refundEvents(id)).toMatchObject([{ amount, refunded_amount: amount, is_full: true }]);
  expect(gatewayBooks(id)).toEqual({ charges: 1, charged: amount, refunds: 1, refunded: amount });
}

describe('money that the gateway refuses to pay back for a cancelled order', () => {
  it('is left alone for ten minutes, then paid back once, whoever sweeps', async () => {
    const paid = await newRefused();
    await sweep(5 * minute);
    expect(await statesOf(paid.payment)).toEqual(['FAILED']);
    await expectNothingBack(paid);

    await Promise.all([sweep(10 * minute), sweep(10 * minute)]);
    await expectAllBackOnce(paid);
    await sweep(60 * minute);
    const { amount } = paid.payment;
    const automatic = { amount, restock: false, is_automatic: true, reason: 'The order was cancelled.' };
    expect(await refundRows(paid.payment.id)).toEqual([
      { ...automatic, status: 'FAILED' },
      { ...automatic, status: 'SUCCESS' },
    ]);
    await expectAllBackOnce(paid);
  });

  it('is tried six times, after a pause that doubles, then named by the check of the invariants', async () => {
    const paid = await newPayment(product.id, 'tok_refund_failure');
    await cancelInVain(paid);
    for (const [index, pause] of [10, 20, 40, 80, 160].entries()) {
      const before = Array.from({ length: index + 1 }, () => 'FAILED');
      await sweep((pause / 2) * minute);
      expect(await statesOf(paid.payment)).toEqual(before);
      await sweep(pause * minute);
      expect(await statesOf(paid.payment)).toEqual([...before, 'FAILED']);
    }
    await sweep(320 * minute);
    expect(await statesOf(paid.payment)).toHaveLength(6);
    await expectNothingBack(paid);
    // The gateway was asked each time.
    const [asked] = await payments`
      SELECT count(DISTINCT gateway_refund_id)::int AS times FROM refunds WHERE transaction_id = ${paid.payment.id}`;
    expect(asked).toEqual({ times: 6 });

    const name = 'order-is-paid-as-it-says';
    const [finding] = await findViolations(shopUrls(), { advanceSeconds: 2 * minute, only: [name] });
    expect(finding?.check.name).toBe(name);
    expect(finding?.violations).toContainEqual({ subject: paid.order.id, detail: 'CANCELLED, but its money is kept' });
  });

  it('stands in nobody’s way where one attempt breaks off', async () => {
    const all = [await newRefused(), await newRefused(), await newRefused()] as const;
    const [first, broken, last] = all;
    // One that this shop has no access to.
    await payments`UPDATE transactions SET gateway = 'gone' WHERE id = ${broken.payment.id}`;
    await sweep(10 * minute);
    for (const paid of [first, last]) await expectAllBackOnce(paid);
    expect(await statesOf(broken.payment)).toEqual(['FAILED', 'PROCESSING']);
    expect((await orderOf(broken)).status).toBe('CANCELLED');

    await payments`UPDATE transactions SET gateway = 'sandbox' WHERE id = ${broken.payment.id}`;
    await backdate(broken.payment.id, 10);
    await sweep();
    expect(await statesOf(broken.payment)).toEqual(['FAILED', 'SUCCESS']);
    await expectAllBackOnce(broken);
  });
});
