import { randomUUID } from 'node:crypto';

import { beforeAll, describe, expect, it } from 'vitest';

import { type Answer, api, eventually, expectProblem } from './support/client.ts';
import { sqlOf } from './support/databases.ts';
import { booksOf, cancel, makeOverdue, move, newOrder, newPaidOrder, type Ordered, read } from './support/orders.ts';
import { atCheckpoint, manager, newBuyer, newProduct, pay, placeOrder, stockOf, sweep } from './support/shop.ts';

type Books = Awaited<ReturnType<typeof booksOf>>;

const total = '14.90';
/** The ends that an order of one product, once paid or cancelled or both, can come to: all databases agree on it. */
const ends = {
  unpaid: { history: ['PENDING', 'CANCELLED'], stock: ['released'], captured: '0.00', refunded: '0.00' },
  paid: { history: ['PENDING', 'CONFIRMED'], stock: ['committed'], captured: total, refunded: '0.00' },
  returned: {
    history: ['PENDING', 'CONFIRMED', 'CANCELLED', 'REFUNDED'],
    stock: ['released'],
    captured: total,
    refunded: total,
  },
  /** The money came when the order had been given up. */
  late: { history: ['PENDING', 'CANCELLED', 'REFUNDED'], stock: ['released'], captured: total, refunded: total },
};

/** Waits until everything has settled; which of the ends it is, and what is on the shelf of 5. */
async function endOf(ordered: Ordered, product: Answer['body']): Promise<keyof typeof ends> {
  return eventually(async () => {
    const { history, stock, captured, refunded }: Books = await booksOf(ordered);
    const books = JSON.stringify({ history, stock, captured, refunded });
    const [name] = (['unpaid', 'paid', 'returned', 'late'] as const).filter(
      (end) => JSON.stringify(ends[end]) === books,
    );
    if (!name) throw new Error(`No end: ${books}`);
    expect(await stockOf(product.id)).toEqual({ quantity: name === 'paid' ? 4 : 5, reserved: 0 });
    return name;
  });
}

interface Case {
  product: Answer['body'];
  ordered: Ordered;
}

async function newCase(of: (productId: string) => Promise<Ordered> = newOrder): Promise<Case> {
  const product = await newProduct({ price: '10.00', quantity: 5 });
  return { product, ordered: await of(product.id) };
}

/** Runs a race that often, a few at a time. */
async function repeat(times: number, race: (turn: number) => Promise<void>): Promise<void> {
  for (let turn = 0; turn < times; turn += 5) {
    await Promise.all(Array.from({ length: Math.min(5, times - turn) }, (_, i) => race(turn + i)));
  }
}

/** Both at once, the second one a little later each turn. */
async function both<First, Second>(turn: number, first: () => Promise<First>, second: () => Promise<Second>) {
  const later = new Promise<void>((resolve) => setTimeout(resolve, turn * 4));
  return Promise.all([first(), later.then(second)]);
}

describe('cancel against pay', () => {
  it('20 times: one end each, the money right in all of them', { timeout: 180_000 }, async () => {
    await repeat(20, async (turn) => {
      const { product, ordered } = await newCase();
      const paying = () => pay(ordered.buyer.token, ordered.order.id);
      const cancelling = () => cancel(ordered);
      const [cancelled, paid] =
        turn % 2 === 0 ? await both(turn, cancelling, paying) : (await both(turn, paying, cancelling)).toReversed();
      if (!cancelled || !paid) throw new Error('two answers');
      const end = await endOf(ordered, product);
      const answers = [cancelled.body.code ?? cancelled.body.status, paid.body.code ?? paid.body.status].join();
      const possible = {
        unpaid: ['CANCELLED,order_not_payable', 'CANCELLED,FAILED', 'CANCELLED,CANCELLED'],
        returned: ['CANCELLED,SUCCESS', 'CANCELLED,REFUNDED'],
        late: ['CANCELLED,SUCCESS', 'CANCELLED,REFUNDED'],
        paid: ['payment_in_progress,SUCCESS'],
      };
      expect(possible[end]).toContain(answers);
    });
  });

  it('paying while the order is being cancelled, after it was closed', async () => {
    const { product, ordered } = await newCase();
    let paid: Answer | undefined;
    const point = await atCheckpoint('cancellation.closed', async () => {
      paid = await pay(ordered.buyer.token, ordered.order.id);
    });
    const cancelled = await cancel(ordered, {}, point.headers);
    point.close();
    expect(cancelled.body.status).toBe('CANCELLED');
    expectProblem(paid ?? cancelled, 409, 'order_not_payable');
    expect(await endOf(ordered, product)).toBe('unpaid');
  });

  it.each(['payment.begun', 'payment.charged', 'payment.settled'])(
    'cancelling while a payment stands at %s',
    async (name) => {
      const { product, ordered } = await newCase();
      let cancelled: Answer | undefined;
      const point = await atCheckpoint(name, async () => {
        cancelled = await cancel(ordered);
      });
      const paid = await api('POST', '/v1/payments', {
        token: ordered.buyer.token,
        headers: { 'idempotency-key': randomUUID(), ...point.headers },
        body: { order_id: ordered.order.id, payment_method_code: 'CREDIT_CARD', payment_token: 'tok_success' },
      });
      point.close();
      expect([cancelled?.status, paid.status]).toEqual([200, 201]);
      expect(await endOf(ordered, product)).toBe(name === 'payment.begun' ? 'unpaid' : 'returned');
    },
  );

  it('a worker that dies between closing the order and cancelling it: the deadline finishes it', async () => {
    const { product, ordered } = await newCase();
    const dying = await atCheckpoint('cancellation.closed', async () => {}, { kill: true });
    cancel(ordered, {}, dying.headers).catch(() => {});
    await dying.reached;
    expect((await read(ordered)).status).toBe('PENDING');
    expectProblem(await pay(ordered.buyer.token, ordered.order.id), 409, 'order_not_payable');
    await makeOverdue(ordered);
    await sweep();
    expect(await endOf(ordered, product)).toBe('unpaid');
    dying.close();
  });

  it('a worker that dies with the cancellation made: the sweep tells of it', async () => {
    const { product, ordered } = await newCase(newPaidOrder);
    const dying = await atCheckpoint('cancellation.moved', async () => {}, { kill: true });
    cancel(ordered, {}, dying.headers).catch(() => {});
    await dying.reached;
    expect((await read(ordered)).status).toBe('CANCELLED');
    await sweep();
    expect(await endOf(ordered, product)).toBe('returned');
    dying.close();
  });
});

describe('the deadline against pay', () => {
  it('10 times: one end each', { timeout: 180_000 }, async () => {
    await repeat(10, async (turn) => {
      const { product, ordered } = await newCase();
      await makeOverdue(ordered);
      const paying = () => pay(ordered.buyer.token, ordered.order.id);
      const [paid] =
        turn % 2 === 0
          ? await both(turn, paying, () => sweep())
          : (await both(turn, () => sweep(), paying)).toReversed();
      await sweep();
      const end = await endOf(ordered, product);
      // What the deadline leaves is paid; what it takes is not, or the money goes back.
      const status: unknown = paid?.body.code ?? paid?.body.status;
      expect(
        {
          unpaid: ['order_not_payable', 'FAILED', 'CANCELLED'],
          paid: ['SUCCESS'],
          returned: [],
          late: ['SUCCESS', 'REFUNDED'],
        }[end],
      ).toContain(status);
    });
  });

  it('a payment in progress keeps the order, and its end decides', async () => {
    const { product, ordered } = await newCase();
    await makeOverdue(ordered);
    const point = await atCheckpoint('payment.charged', () => sweep());
    const paid = await api('POST', '/v1/payments', {
      token: ordered.buyer.token,
      headers: { 'idempotency-key': randomUUID(), ...point.headers },
      body: { order_id: ordered.order.id, payment_method_code: 'CREDIT_CARD', payment_token: 'tok_success' },
    });
    point.close();
    expect(paid.body.status).toBe('SUCCESS');
    expect(await endOf(ordered, product)).toBe('paid');
  });

  it('many sweeps at once cancel once', async () => {
    const { product, ordered } = await newCase();
    await makeOverdue(ordered);
    await Promise.all(Array.from({ length: 5 }, () => sweep()));
    expect(await endOf(ordered, product)).toBe('unpaid');
    expect((await booksOf(ordered)).events).toEqual(['order.cancelled', 'order.placed']);
  });
});

describe('two admins on one order', () => {
  it('20 times: one ships it, one cancels it, one of them is too late', { timeout: 180_000 }, async () => {
    const first = await manager();
    await repeat(20, async (turn) => {
      const { ordered } = await newCase(newPaidOrder);
      expect((await move(ordered, 'PROCESSING')).status).toBe(200);
      const [shipped, cancelled] = await both(
        turn % 5,
        () => move(ordered, 'SHIPPED', {}, first),
        () => move(ordered, 'CANCELLED'),
      );
      expect([shipped.status, cancelled.status].sort((a, b) => a - b)).toEqual([200, 409]);
      const refused = shipped.status === 409 ? shipped : cancelled;
      expectProblem(refused, 409, 'invalid_transition');
      // By then the money may have gone back already.
      expect([
        ['SHIPPED', ['DELIVERED']],
        ['CANCELLED', []],
        ['REFUNDED', []],
      ]).toContainEqual([refused.body.from, refused.body.allowed]);
      await eventually(async () => {
        const { history, stock, captured, refunded } = await booksOf(ordered);
        const way = ['PENDING', 'CONFIRMED', 'PROCESSING'];
        expect({ history, stock, captured, refunded }).toEqual(
          shipped.status === 200
            ? { history: [...way, 'SHIPPED'], stock: ['committed'], captured: total, refunded: '0.00' }
            : { history: [...way, 'CANCELLED', 'REFUNDED'], stock: ['released'], captured: total, refunded: total },
        );
      });
    });
  });

  it('10 cancel the same order at once: one does', async () => {
    const { product, ordered } = await newCase(newPaidOrder);
    const answers = await Promise.all(Array.from({ length: 10 }, () => move(ordered, 'CANCELLED')));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const answer of answers.filter(({ status }) => status !== 200))
      expectProblem(answer, 409, 'invalid_transition');
    expect(await endOf(ordered, product)).toBe('returned');
    expect((await booksOf(ordered)).events.filter((type) => type === 'order.cancelled')).toHaveLength(1);
  });
});

describe('one key', () => {
  let product: Answer['body'];
  beforeAll(async () => {
    product = await newProduct({ price: '10.00', quantity: 50 });
  });

  it('30 times at once makes one order and one answer; with another body it is refused', async () => {
    const buyer = await newBuyer(product.id, 2);
    const send = () => placeOrder(buyer, { key: 'thirty' });
    const answers = await Promise.all(Array.from({ length: 30 }, send));
    // Told to try again, they do.
    const settled = await Promise.all(
      answers.map(async (answer) => {
        if (answer.status === 201) return answer;
        expectProblem(answer, 409, 'idempotency_in_progress');
        return eventually(async () => {
          const again = await send();
          expect(again.status).toBe(201);
          return again;
        });
      }),
    );
    const [first] = settled;
    for (const answer of settled) expect(answer.body).toEqual(first?.body);
    expect(settled.filter(({ headers }) => headers.get('idempotency-replayed') !== 'true')).toHaveLength(1);
    expect(await sqlOf('orders')`SELECT id FROM orders WHERE user_id = ${buyer.user.id}`).toEqual([
      { id: first?.body.id },
    ]);
    expect(await stockOf(product.id)).toEqual({ quantity: 50, reserved: 2 });
    expectProblem(await placeOrder(buyer, { key: 'thirty', body: { notes: 'x' } }), 422, 'idempotency_key_reused');
  });

  it('works after an attempt that failed', async () => {
    const buyer = await newBuyer(product.id);
    const body = { shipping_method_code: 'drone' };
    expectProblem(await placeOrder(buyer, { key: 'again', body }), 409, 'shipping_unavailable');
    const placed = await placeOrder(buyer, { key: 'again' });
    expect([placed.status, placed.headers.get('idempotency-replayed')]).toEqual([201, null]);
    expectProblem(await placeOrder(buyer, { key: 'again', body }), 422, 'idempotency_key_reused');
  });
});
