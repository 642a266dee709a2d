import { sql } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';

import type { Database } from '#shared/db/postgres.ts';
import type { OutboxEvent } from '#shared/events/events.ts';

import type { Settlement } from '../domain/settlement.ts';
import { automaticRefund } from './automatic-refund.ts';
import { lockOrder } from './order-lock.ts';
import { type RefundRow, selectRefund } from './refunds.ts';
import { type NewSavedMethod, saveStatements } from './save-method.ts';
import { selectTransaction, type TransactionRow } from './transactions.ts';

interface AfterSettlement {
  transaction: TransactionRow | undefined;
  /** Whether it was this settlement that ended the transaction. */
  tookEffect: boolean;
  /** Begun in the same moment where the order was given up before its money came. */
  refund: RefundRow | undefined;
}

/**
 * Ends a PROCESSING transaction and puts its event into the outbox, in one statement: of two settlements the first has
 * an effect, the other none. Money for an order that is closed is to go back; its refund begins in the same batch. In it
 * too, what was paid with is saved (`method`), unless its owner has left meanwhile.
 */
export async function settleTransaction(
  db: Database,
  { id, order_id }: { id: string; order_id: string },
  settlement: Settlement,
  event: OutboxEvent,
  method?: NewSavedMethod,
): Promise<AfterSettlement> {
  const refundId = uuidv7();
  const [, { rows }, , [transaction], [refund]] = await db.batch([
    lockOrder(db, order_id),
    db.execute(sql`
      WITH settled AS (
        UPDATE transactions
           SET status = ${settlement.status}::transaction_status,
               failure_reason = ${settlement.failure_reason},
               gateway_transaction_id = ${settlement.gateway_transaction_id},
               gateway_response = ${JSON.stringify(settlement.gateway_response)}::jsonb,
               processed_at = now()
         WHERE id = ${id} AND status = 'PROCESSING'
        RETURNING id)
      INSERT INTO outbox (id, type, subject_id, payload, request_id, traceparent)
      SELECT ${event.id}::uuid, ${event.type}, settled.id, ${JSON.stringify(event.payload)}::jsonb,
             ${event.request_id}, ${event.traceparent}
        FROM settled
      RETURNING id`),
    db.execute(
      automaticRefund(
        refundId,
        sql`id = ${id}::uuid AND status = 'SUCCESS'
            AND EXISTS (SELECT FROM closed_orders WHERE closed_orders.order_id = transactions.order_id)`,
      ),
    ),
    selectTransaction(db, id),
    selectRefund(db, refundId),
    ...(method ? saveStatements(db, method, paidBy(id, event)) : []),
  ]);
  return { transaction, tookEffect: rows.length === 1, refund };
}

/** The transaction if it was this settlement, with this event, that ended it. */
function paidBy(id: string, event: OutboxEvent) {
  return sql`
    SELECT payment_method_id, save_payment_method AS is_wanted FROM transactions
     WHERE id = ${id}::uuid AND EXISTS (SELECT FROM outbox WHERE outbox.id = ${event.id}::uuid)`;
}
