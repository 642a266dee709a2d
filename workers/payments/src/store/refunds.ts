import { and, asc, eq, gt, inArray, lte, or, type SQLWrapper } from 'drizzle-orm';

import { refunds, transactions } from '#drizzle/payments/schema.ts';
import type { Database } from '#shared/db/postgres.ts';

import type { Due } from './checks.ts';

export type RefundRow = Awaited<ReturnType<typeof selectRefunds>>[number];

/** Refunds with what of their transaction a gateway and the events need. */
function selectRefunds(db: Database) {
  return db
    .select({
      id: refunds.id,
      transaction_id: refunds.transaction_id,
      amount: refunds.amount,
      currency: refunds.currency,
      reason: refunds.reason,
      restock: refunds.restock,
      status: refunds.status,
      requested_by: refunds.requested_by,
      gateway_refund_id: refunds.gateway_refund_id,
      created_at: refunds.created_at,
      gateway: transactions.gateway,
      gateway_transaction_id: transactions.gateway_transaction_id,
      order_id: transactions.order_id,
      user_id: transactions.user_id,
    })
    .from(refunds)
    .innerJoin(transactions, eq(transactions.id, refunds.transaction_id))
    .$dynamic();
}

/** The statement that reads one refund. */
export function selectRefund(db: Database, id: string) {
  return selectRefunds(db).where(eq(refunds.id, id));
}

/** The statement that reads the refunds of a transaction, the first one first. */
export function selectRefundsOf(db: Database, transactionId: string) {
  return selectRefunds(db)
    .where(eq(refunds.transaction_id, transactionId))
    .orderBy(asc(refunds.created_at), asc(refunds.id));
}

/** The same for several transactions: those whose ids the query finds. */
export function selectRefundsOfAll(db: Database, transactionIds: SQLWrapper) {
  return selectRefunds(db)
    .where(inArray(refunds.transaction_id, transactionIds))
    .orderBy(asc(refunds.created_at), asc(refunds.id));
}

/** A page of the refunds whose outcome has been open since `before` or longer and that are not put off, the oldest first. */
export function listOpenRefunds(
  db: Database,
  { now, before }: Due,
  { limit, after }: { limit: number; after: RefundRow | undefined },
): Promise<RefundRow[]> {
  return selectRefunds(db)
    .where(
      and(
        eq(refunds.status, 'PROCESSING'),
        lte(refunds.created_at, before),
        lte(refunds.next_check_at, now),
        after &&
          or(
            gt(refunds.created_at, after.created_at),
            and(eq(refunds.created_at, after.created_at), gt(refunds.id, after.id)),
          ),
      ),
    )
    .orderBy(asc(refunds.created_at), asc(refunds.id))
    .limit(limit);
}
