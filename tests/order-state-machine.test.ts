import fc from 'fast-check';
import { expect, it } from 'vitest';

import { type Answer, eventually } from './support/client.ts';
import { sqlOf } from './support/databases.ts';
import { booksOf, cancel, makeOverdue, move, newOrder, type Ordered, refundAll } from './support/orders.ts';
import { newProduct, pay, stockOf, sweep } from './support/shop.ts';

/** What can be done to an order; `news again`: all that its payments told is told a second time. */
const acts = [
  'pay',
  'pay with a bad card',
  'cancel',
  'PROCESSING',
  'SHIPPED',
  'DELIVERED',
  'CANCELLED',
  'refund',
  'restock',
  'deadline',
  'news again',
] as const;
type Act = (typeof acts)[number];

/** The rules said a second time: what each act answers, and what the order has gone through when all has settled. */
class Model {
  path = ['PENDING'];
  isPaid = false;
  isRestocked = false;

  get status(): string {
    return this.path.at(-1) ?? '';
  }

  /** The code of the refusal, or what the answer says it has become; null where there is nothing to answer. */
  expect(act: Act): string | null {
    switch (act) {
      case 'pay':
      case 'pay with a bad card':
        if (this.status !== 'PENDING') return this.isGone ? 'order_not_payable' : 'order_already_paid';
        if (act !== 'pay') return 'FAILED';
        this.isPaid = true;
        this.path.push('CONFIRMED');
        return 'SUCCESS';
      case 'cancel':
      case 'CANCELLED':
        if (!['PENDING', 'CONFIRMED', 'PROCESSING'].includes(this.status)) return 'invalid_transition';
        this.path.push('CANCELLED', ...(this.isPaid ? ['REFUNDED'] : []));
        return 'CANCELLED';
      case 'PROCESSING':
        return this.step('CONFIRMED', act);
      case 'SHIPPED':
        return this.step('PROCESSING', act);
      case 'DELIVERED':
        return this.step('SHIPPED', act);
      case 'refund':
      case 'restock':
        if (!this.isPaid) return null;
        if (this.isGone) return 'refund_exceeds_payment';
        this.path.push('REFUNDED');
        this.isRestocked = act === 'restock';
        return 'SUCCESS';
      case 'deadline':
        if (this.status === 'PENDING') this.path.push('CANCELLED');
        return null;
      case 'news again':
        return null;
    }
  }

  /** What all databases hold of 2 of 5 for 24.90 in the end. */
  get books() {
    const isBack = this.path.includes('CANCELLED') || this.isRestocked;
    const stock = isBack ? 'released' : this.isPaid ? 'committed' : 'active';
    const money = this.isPaid ? '24.90' : '0.00';
    return {
      status: this.status,
      history: this.path,
      events: this.path.flatMap((status) => told[status] ?? []).sort(),
      stock: [stock],
      captured: money,
      refunded: this.status === 'REFUNDED' ? money : '0.00',
    };
  }

  get shelf() {
    const { stock } = this.books;
    return { quantity: stock[0] === 'committed' ? 3 : 5, reserved: stock[0] === 'active' ? 2 : 0 };
  }

  private get isGone(): boolean {
    return this.status === 'CANCELLED' || this.status === 'REFUNDED';
  }

  private step(from: string, to: string): string {
    if (this.status !== from) return 'invalid_transition';
    this.path.push(to);
    return to;
  }
}

const told: Record<string, string> = {
  PENDING: 'order.placed',
  CONFIRMED: 'order.confirmed',
  SHIPPED: 'order.shipped',
  DELIVERED: 'order.delivered',
  CANCELLED: 'order.cancelled',
  REFUNDED: 'order.refunded',
};

async function perform(act: Act, ordered: Ordered, transactions: string[]): Promise<string | null> {
  const { buyer, order } = ordered;
  switch (act) {
    case 'pay':
    case 'pay with a bad card': {
      const answer = await pay(buyer.token, order.id, act === 'pay' ? 'tok_success' : 'tok_declined');
      if (answer.body.status === 'SUCCESS') transactions.push(answer.body.id);
      return outcomeOf(answer);
    }
    case 'cancel':
      return outcomeOf(await cancel(ordered));
    case 'PROCESSING':
    case 'SHIPPED':
    case 'DELIVERED':
    case 'CANCELLED':
      return outcomeOf(await move(ordered, act));
    case 'refund':
    case 'restock': {
      const [paid] = transactions;
      return paid === undefined ? null : outcomeOf(await refundAll(paid, { restock: act === 'restock' }));
    }
    case 'deadline':
      await makeOverdue(ordered);
      await sweep();
      return null;
    case 'news again':
      await sqlOf('payments')`UPDATE outbox SET sent_at = NULL WHERE payload ->> 'order_id' = ${order.id}`;
      await sqlOf('orders')`UPDATE outbox SET sent_at = NULL WHERE subject_id = ${order.id}`;
      await sweep();
      return null;
  }
}

function outcomeOf({ body }: Answer): string {
  return body.code ?? body.status;
}

it('no sequence of acts leads an order astray', { timeout: 240_000 }, async () => {
  const anyActs = fc.array(fc.constantFrom(...acts), { minLength: 3, maxLength: 9 });
  // Left to chance, few orders would be paid first.
  const paidFirst = anyActs.map((rest): Act[] => ['pay', ...rest]);
  await fc.assert(
    fc.asyncProperty(fc.oneof(anyActs, paidFirst, paidFirst), async (sequence) => {
      const product = await newProduct({ price: '10.00', quantity: 5 });
      const ordered = await newOrder(product.id, 2);
      const model = new Model();
      const transactions: string[] = [];
      for (const act of sequence) {
        const expected = model.expect(act);
        expect([act, await perform(act, ordered, transactions)]).toEqual([act, expected]);
        await eventually(async () => expect(await booksOf(ordered)).toEqual(model.books));
        expect(await stockOf(product.id)).toEqual(model.shelf);
      }
    }),
    { numRuns: 10, endOnFailure: true },
  );
});
