import { sql } from 'drizzle-orm';

import type { Database } from '#shared/db/postgres.ts';
import type { OutboxEvent } from '#shared/events/events.ts';

import type { Settlement } from '../domain/settlement.ts';
import { selectTransaction, type TransactionRow } from './transactions.ts';

/**
 * Ends a PROCESSING transaction and puts its event into the outbox, in one statement: of two settlements the first has
 * an effect, the other none. Answers the transaction as it is now, and whether it was this settlement that ended it.
 */
export async function settleTransaction(
  db: Database,
  id: string,
  settlement: Settlement,
  event: OutboxEvent,
): Promise<{ transaction: TransactionRow | undefined; tookEffect: boolean }> {
  const [{ rows }, [transaction]] = await db.batch([
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
    selectTransaction(db, id),
  ]);
  return { transaction, tookEffect: rows.length === 1 };
}
