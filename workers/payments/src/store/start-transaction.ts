import { sql } from 'drizzle-orm';

import { violates } from '#shared/db/errors.ts';
import { type Claim, isClaimLost, requireClaim } from '#shared/db/idempotency.ts';
import type { Database } from '#shared/db/postgres.ts';

import { newTransactionNumber } from '../domain/transaction-number.ts';
import { lockOrder } from './order-lock.ts';
import { selectTransaction, type TransactionRow } from './transactions.ts';

export interface NewTransaction {
  order_id: string;
  user_id: string;
  payment_method_code: string;
  amount: string;
  currency: string;
  gateway: string;
  save_payment_method: boolean;
}

/**
 * `order_has_live`: the order has a live transaction already. `order_closed`: it is given up, or its money went back.
 * `claim_lost`: another attempt has taken over.
 */
export type StartResult =
  | { transaction: TransactionRow }
  | { refused: 'order_has_live' | 'order_closed' | 'method_unavailable' | 'claim_lost' };

const numberAttempts = 5;

/**
 * Inserts the claim's transaction as PROCESSING, or finds the one that an earlier attempt of the same claim has made.
 * The database sees to it that the claim is held, the method is on, and the order is neither closed nor has another live
 * transaction.
 */
export async function startTransaction(db: Database, claim: Claim, wanted: NewTransaction): Promise<StartResult> {
  for (let attempt = 1; ; attempt++) {
    try {
      const [, , , [transaction], closed] = await db.batch([
        lockOrder(db, wanted.order_id),
        requireClaim(db, claim),
        insertOf(db, claim.resourceId, wanted),
        selectTransaction(db, claim.resourceId),
        db.execute(closedOrder(wanted.order_id)),
      ]);
      if (transaction) return { transaction };
      return { refused: closed.rows.length > 0 ? 'order_closed' : 'method_unavailable' };
    } catch (error) {
      if (isClaimLost(error)) return { refused: 'claim_lost' };
      if (violates(error, 'transactions_live_order_key')) return { refused: 'order_has_live' };
      const isTaken = violates(error, 'transactions_transaction_number_key');
      if (!isTaken || attempt === numberAttempts) throw error;
    }
  }
}

/** Finds a row for an order that must not be paid any more. */
function closedOrder(orderId: string) {
  return sql`
    SELECT order_id FROM closed_orders WHERE order_id = ${orderId}::uuid
     UNION ALL
    SELECT order_id FROM transactions WHERE order_id = ${orderId}::uuid AND status = 'REFUNDED'`;
}

/**
 * Inserts nothing if the method is off or the order closed. A row of this id is left as it is, before any other constraint
 * is looked at.
 */
function insertOf(db: Database, id: string, wanted: NewTransaction) {
  return db.execute(sql`
    INSERT INTO transactions
      (id, transaction_number, order_id, user_id, payment_method_id, amount, currency, status, gateway,
       save_payment_method)
    SELECT ${id}::uuid, ${newTransactionNumber(new Date())}, ${wanted.order_id}::uuid, ${wanted.user_id}::uuid,
           payment_methods.id, ${wanted.amount}::numeric, ${wanted.currency}, 'PROCESSING', ${wanted.gateway},
           ${wanted.save_payment_method}::boolean
      FROM payment_methods
     WHERE payment_methods.code = ${wanted.payment_method_code} AND payment_methods.is_active
       AND NOT EXISTS (${closedOrder(wanted.order_id)})
    ON CONFLICT (id) DO NOTHING`);
}
