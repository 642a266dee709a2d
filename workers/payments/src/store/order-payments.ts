import { asc, desc, eq, inArray } from 'drizzle-orm';

import { paymentMethods, refunds, transactions } from '#drizzle/payments/schema.ts';
import type { OrderPayment, OrderPayments } from '#shared/contracts/payments.ts';
import type { Database } from '#shared/db/postgres.ts';

/** The transaction that paid the order, also if it was refunded since, else its latest one. */
export async function paymentOfOrder(db: Database, orderId: string): Promise<OrderPayment | null> {
  const [row] = await selectPayment(db, orderId);
  return row ? present(row) : null;
}

/** The same, and all that was tried before and after. */
export async function paymentsOfOrder(db: Database, orderId: string): Promise<OrderPayments> {
  const [[payment], attempts, returned] = await db.batch([
    selectPayment(db, orderId),
    selectAttempts(db, orderId),
    selectRefunds(db, orderId),
  ]);
  return {
    payment: payment ? present(payment) : null,
    attempts: attempts.map(({ created_at, processed_at, ...attempt }) => ({
      ...attempt,
      created_at: created_at.toISOString(),
      processed_at: processed_at?.toISOString() ?? null,
    })),
    refunds: returned.map(({ created_at, ...refund }) => ({ ...refund, created_at: created_at.toISOString() })),
  };
}

function selectPayment(db: Database, orderId: string) {
  return db
    .select({
      transaction_id: transactions.id,
      status: transactions.status,
      amount: transactions.amount,
      refund_amount: transactions.refund_amount,
    })
    .from(transactions)
    .where(eq(transactions.order_id, orderId))
    .orderBy(desc(inArray(transactions.status, ['SUCCESS', 'REFUNDED'])), desc(transactions.created_at))
    .limit(1);
}

function present({ refund_amount, ...payment }: Awaited<ReturnType<typeof selectPayment>>[number]): OrderPayment {
  return { ...payment, refunded_amount: refund_amount ?? '0.00' };
}

function selectAttempts(db: Database, orderId: string) {
  const { amount, currency, status, failure_reason, created_at, processed_at } = transactions;
  return db
    .select({
      ...{ transaction_id: transactions.id, payment_method_code: paymentMethods.code },
      ...{ amount, currency, status, failure_reason, created_at, processed_at },
    })
    .from(transactions)
    .innerJoin(paymentMethods, eq(paymentMethods.id, transactions.payment_method_id))
    .where(eq(transactions.order_id, orderId))
    .orderBy(asc(created_at), asc(transactions.id));
}

function selectRefunds(db: Database, orderId: string) {
  const { transaction_id, amount, currency, reason, status, requested_by, created_at } = refunds;
  return db
    .select({ refund_id: refunds.id, transaction_id, amount, currency, reason, status, requested_by, created_at })
    .from(refunds)
    .innerJoin(transactions, eq(transactions.id, transaction_id))
    .where(eq(transactions.order_id, orderId))
    .orderBy(asc(created_at), asc(refunds.id));
}
