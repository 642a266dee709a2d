import { type SQL, sql } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import { z } from 'zod';

import type { Database } from '#shared/db/postgres.ts';
import { receive } from '#shared/events/consume.ts';

import { lockOrder } from './order-lock.ts';
import { type RefundRow, selectRefund } from './refunds.ts';

const reason = 'The order was cancelled.';

/**
 * What is left of the order's payment is to go back: inserts the refund as PROCESSING, at most one of its kind a
 * transaction. Undefined if nothing is left, nothing was paid, or the order has such a refund already.
 */
export async function startAutomaticRefund(db: Database, orderId: string): Promise<RefundRow | undefined> {
  const id = uuidv7();
  const [, , , [refund]] = await db.batch([lockOrder(db, orderId), ...refundOfOrder(db, id, orderId)]);
  return refund;
}

/**
 * The same for the event of a cancelled order. An order that is not paid is closed at once, so that money which still
 * arrives goes back too. Throws for an event that was received before (see `once`).
 */
export async function startRefundOfCancelled(
  db: Database,
  orderId: string,
  eventId: string,
): Promise<RefundRow | undefined> {
  const id = uuidv7();
  const [, , , , , [refund]] = await db.batch([
    lockOrder(db, orderId),
    receive(db, 'payments', eventId),
    db.execute(sql`
      INSERT INTO closed_orders (order_id)
      SELECT ${orderId}::uuid
       WHERE NOT EXISTS (
         SELECT FROM transactions WHERE order_id = ${orderId}::uuid AND status IN ('SUCCESS', 'REFUNDED'))
      ON CONFLICT DO NOTHING`),
    ...refundOfOrder(db, id, orderId),
  ]);
  return refund;
}

/** A paid transaction of a cancelled order whose money the gateway has refused to pay back. */
export interface RefusedRefund {
  id: string;
  order_id: string;
}

const Refused = z.array(z.object({ id: z.string(), order_id: z.string() }));

/**
 * A page of those that are to be tried again: after ten minutes, then twice as long each time, six times in all. What then
 * is still not back is a person's to look at (`npm run check:invariants` names it).
 */
export async function listRefusedAutomaticRefunds(
  db: Database,
  now: Date,
  { limit, after }: { limit: number; after: RefusedRefund | undefined },
): Promise<RefusedRefund[]> {
  const { rows } = await db.execute(sql`
    SELECT transactions.id, transactions.order_id
      FROM transactions
      JOIN LATERAL (
        SELECT count(*) AS times, max(updated_at) AS last
          FROM refunds
         WHERE transaction_id = transactions.id AND requested_by IS NULL AND status = 'FAILED') AS refused
        ON refused.times BETWEEN 1 AND 5
       AND refused.last + interval '10 minutes' * power(2, refused.times - 1) <= ${now.toISOString()}::timestamptz
     WHERE transactions.status = 'SUCCESS'
       AND coalesce(transactions.refund_amount, 0) < transactions.amount
       AND transactions.id IN (
         SELECT transaction_id FROM refunds WHERE requested_by IS NULL AND status = 'FAILED')
       AND (${after?.id ?? null}::uuid IS NULL OR transactions.id > ${after?.id ?? null}::uuid)
     ORDER BY transactions.id
     LIMIT ${limit}`);
  return Refused.parse(rows);
}

function refundOfOrder(db: Database, id: string, orderId: string) {
  const ofOrder = sql`order_id = ${orderId}::uuid AND status = 'SUCCESS'`;
  return [
    db.execute(sql`SELECT FROM transactions WHERE ${ofOrder} FOR NO KEY UPDATE`),
    db.execute(automaticRefund(id, ofOrder)),
    selectRefund(db, id),
  ] as const;
}

/** The insert for the transaction that the condition finds; its row must be locked by a statement before. */
export function automaticRefund(id: string, condition: SQL): SQL {
  return sql`
    WITH paid AS (
      SELECT id, currency, amount - coalesce(refund_amount, 0) AS remaining
        FROM transactions
       WHERE ${condition}
         AND NOT EXISTS (
           SELECT FROM refunds
            WHERE refunds.transaction_id = transactions.id AND requested_by IS NULL AND refunds.status <> 'FAILED')),
    raised AS (
      UPDATE transactions SET refund_amount = transactions.amount
        FROM paid WHERE transactions.id = paid.id AND paid.remaining > 0
      RETURNING transactions.id, paid.currency, paid.remaining)
    INSERT INTO refunds (id, transaction_id, amount, currency, reason)
    SELECT ${id}::uuid, raised.id, raised.remaining, raised.currency, ${reason} FROM raised`;
}
