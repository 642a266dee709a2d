import { sql } from 'drizzle-orm';

import { type Claim, isClaimLost, requireClaim } from '#shared/db/idempotency.ts';
import type { Database } from '#shared/db/postgres.ts';

import { type RefundRow, selectRefund } from './refunds.ts';
import { selectTransaction, type TransactionRow } from './transactions.ts';

export interface WantedRefund {
  transaction_id: string;
  /** Null: all that is left. */
  amount: string | null;
  reason: string | null;
  restock: boolean;
  requested_by: string;
}

/** Without `refund` it was refused: by what the transaction is now, undefined if there is none. */
export type StartedRefund =
  | { refund: RefundRow }
  | { refund: undefined; transaction: TransactionRow | undefined }
  | { refused: 'claim_lost' };

/**
 * Inserts the claim's refund as PROCESSING and takes its amount off what is left of the payment, or finds the refund that
 * an earlier attempt of the same claim has made. Refunds of one transaction come one after the other; more than is left,
 * and a part with `restock`, is refused by the statement itself.
 */
export async function startRefund(db: Database, claim: Claim, wanted: WantedRefund): Promise<StartedRefund> {
  try {
    const [, , , [refund], [transaction]] = await db.batch([
      requireClaim(db, claim),
      lockTransaction(db, wanted.transaction_id),
      insertOf(db, claim.resourceId, wanted),
      selectRefund(db, claim.resourceId),
      selectTransaction(db, wanted.transaction_id),
    ]);
    return refund ? { refund } : { refund, transaction };
  } catch (error) {
    if (isClaimLost(error)) return { refused: 'claim_lost' };
    throw error;
  }
}

/** Keeps other refunds of the transaction waiting until the commit. */
export function lockTransaction(db: Database, id: string) {
  return db.execute(sql`SELECT FROM transactions WHERE id = ${id}::uuid FOR NO KEY UPDATE`);
}

function insertOf(db: Database, id: string, { transaction_id, amount, reason, restock, requested_by }: WantedRefund) {
  return db.execute(sql`
    WITH paid AS (
      SELECT id, currency, amount - coalesce(refund_amount, 0) AS remaining
        FROM transactions
       WHERE id = ${transaction_id}::uuid AND status = 'SUCCESS'
         AND NOT EXISTS (SELECT FROM refunds WHERE refunds.id = ${id}::uuid)),
    wanted AS (
      SELECT *, coalesce(${amount}::numeric, remaining) AS refunded FROM paid),
    raised AS (
      UPDATE transactions
         SET refund_amount = coalesce(transactions.refund_amount, 0) + wanted.refunded
        FROM wanted
       WHERE transactions.id = wanted.id AND wanted.refunded > 0 AND wanted.refunded <= wanted.remaining
         AND (NOT ${restock}::boolean OR wanted.refunded = wanted.remaining)
      RETURNING transactions.id, transactions.currency, wanted.refunded)
    INSERT INTO refunds (id, transaction_id, amount, currency, reason, restock, requested_by)
    SELECT ${id}::uuid, raised.id, raised.refunded, raised.currency, ${reason}, ${restock}::boolean,
           ${requested_by}::uuid
      FROM raised`);
}
