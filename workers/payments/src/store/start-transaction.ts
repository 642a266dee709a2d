import { sql } from 'drizzle-orm';

import { violates } from '#shared/db/errors.ts';
import { type Claim, isClaimLost, requireClaim } from '#shared/db/idempotency.ts';
import type { Database } from '#shared/db/postgres.ts';

import { newTransactionNumber } from '../domain/transaction-number.ts';
import { selectTransaction, type TransactionRow } from './transactions.ts';

export interface NewTransaction {
  order_id: string;
  user_id: string;
  payment_method_code: string;
  amount: string;
  currency: string;
  gateway: string;
}

/** `order_has_live`: the order has a live transaction already. `claim_lost`: another attempt has taken over. */
export type StartResult =
  | { transaction: TransactionRow }
  | { refused: 'order_has_live' | 'method_unavailable' | 'claim_lost' };

const numberAttempts = 5;

/**
 * Inserts the claim's transaction as PROCESSING, or finds the one that an earlier attempt of the same claim has made.
 * The database sees to it that the claim is held, the method is on and the order has no other live transaction.
 */
export async function startTransaction(db: Database, claim: Claim, wanted: NewTransaction): Promise<StartResult> {
  for (let attempt = 1; ; attempt++) {
    try {
      const [, , [transaction]] = await db.batch([
        requireClaim(db, claim),
        insertOf(db, claim.resourceId, wanted),
        selectTransaction(db, claim.resourceId),
      ]);
      return transaction ? { transaction } : { refused: 'method_unavailable' };
    } catch (error) {
      if (isClaimLost(error)) return { refused: 'claim_lost' };
      if (violates(error, 'transactions_live_order_key')) return { refused: 'order_has_live' };
      const isTaken = violates(error, 'transactions_transaction_number_key');
      if (!isTaken || attempt === numberAttempts) throw error;
    }
  }
}

/** Inserts nothing if the method is off. A row of this id is left as it is, before any other constraint is looked at. */
function insertOf(db: Database, id: string, wanted: NewTransaction) {
  return db.execute(sql`
    INSERT INTO transactions
      (id, transaction_number, order_id, user_id, payment_method_id, amount, currency, status, gateway)
    SELECT ${id}::uuid, ${newTransactionNumber(new Date())}, ${wanted.order_id}::uuid, ${wanted.user_id}::uuid,
           payment_methods.id, ${wanted.amount}::numeric, ${wanted.currency}, 'PROCESSING', ${wanted.gateway}
      FROM payment_methods
     WHERE payment_methods.code = ${wanted.payment_method_code} AND payment_methods.is_active
    ON CONFLICT (id) DO NOTHING`);
}
