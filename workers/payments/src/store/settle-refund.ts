import { sql } from 'drizzle-orm';
import { z } from 'zod';

import type { Database } from '#shared/db/postgres.ts';
import { auditEvent } from '#shared/events/audit.ts';
import { type EventPayload, newEvent, type OutboxEvent } from '#shared/events/events.ts';

import { type RefundRow, selectRefund } from './refunds.ts';
import { lockTransaction } from './start-refund.ts';

const Sent = z.array(z.object({ payload: z.unknown() }));

/** A refund as it is now, and the events to dispatch: none if it had been settled before. */
export interface SettledRefund {
  refund: RefundRow;
  events: OutboxEvent[];
}

/**
 * The money went back: ends a PROCESSING refund, and the transaction with it when nothing is left and no refund is open,
 * with the events in the same statement. Of two settlements the first has an effect, the other none.
 */
export async function settleRefundPaid(
  db: Database,
  refund: RefundRow,
  gatewayRefundId: string,
): Promise<SettledRefund> {
  const [event, audit] = [refundedEvent(refund), auditOf(refund)];
  const [, { rows }, [after]] = await db.batch([
    lockTransaction(db, refund.transaction_id),
    db.execute(sql`
      WITH settled AS (
        UPDATE refunds SET status = 'SUCCESS', gateway_refund_id = ${gatewayRefundId}
         WHERE id = ${refund.id}::uuid AND status = 'PROCESSING'
        RETURNING id, transaction_id, amount, restock),
      others AS (
        SELECT coalesce(sum(amount) FILTER (WHERE status = 'SUCCESS'), 0) AS amount,
               coalesce(bool_or(restock) FILTER (WHERE status = 'SUCCESS'), false) AS restock
          FROM refunds WHERE transaction_id = ${refund.transaction_id}::uuid AND id <> ${refund.id}::uuid),
      after AS (
        UPDATE transactions
           SET refunded_at = now(),
               status = CASE WHEN others.amount + settled.amount = transactions.amount
                             THEN 'REFUNDED' ELSE transactions.status END
          FROM settled, others
         WHERE transactions.id = settled.transaction_id
        RETURNING transactions.status = 'REFUNDED' AS is_full, others.amount + settled.amount AS refunded_amount,
                  settled.restock OR others.restock AS restock),
      told AS (
        INSERT INTO outbox (id, type, subject_id, payload, request_id, traceparent)
        SELECT ${event.id}::uuid, ${event.type}, ${event.subject_id}::uuid,
               ${JSON.stringify(event.payload)}::jsonb || jsonb_build_object(
                 'refunded_amount', after.refunded_amount::text, 'is_full', after.is_full,
                 'restock', after.is_full AND after.restock),
               ${event.request_id}, ${event.traceparent}
          FROM after
        RETURNING payload),
      audited AS (
        INSERT INTO outbox (id, type, subject_id, payload, request_id, traceparent)
        SELECT ${audit?.id ?? null}::uuid, ${audit?.type ?? null}, ${audit?.subject_id ?? null}::uuid,
               ${JSON.stringify(audit?.payload ?? null)}::jsonb, ${audit?.request_id ?? null},
               ${audit?.traceparent ?? null}
          FROM after WHERE ${audit !== null}::boolean)
      SELECT payload FROM told`),
    selectRefund(db, refund.id),
  ]);
  const told = Sent.parse(rows).map(({ payload }) => ({ ...event, payload }));
  return { refund: after ?? refund, events: told.length > 0 && audit ? [...told, audit] : told };
}

/** The money did not go back: ends a PROCESSING refund, and what it had taken is left of the payment again. */
export async function settleRefundFailed(
  db: Database,
  refund: RefundRow,
  gatewayRefundId: string | null,
): Promise<SettledRefund> {
  const [, , [after]] = await db.batch([
    lockTransaction(db, refund.transaction_id),
    db.execute(sql`
      WITH settled AS (
        UPDATE refunds SET status = 'FAILED', gateway_refund_id = ${gatewayRefundId}
         WHERE id = ${refund.id}::uuid AND status = 'PROCESSING'
        RETURNING transaction_id, amount)
      UPDATE transactions SET refund_amount = nullif(transactions.refund_amount - settled.amount, 0)
        FROM settled WHERE transactions.id = settled.transaction_id`),
    selectRefund(db, refund.id),
  ]);
  return { refund: after ?? refund, events: [] };
}

/** What the statement adds to the payload is only known there. */
function refundedEvent({ id, transaction_id, order_id, user_id, amount, currency }: RefundRow): OutboxEvent {
  const payload: EventPayload<'payment.refunded'> = {
    transaction_id,
    order_id,
    user_id,
    amount,
    currency,
    refund_id: id,
    refunded_amount: amount,
    is_full: false,
    restock: false,
  };
  return newEvent('payment.refunded', transaction_id, payload);
}

/** What staff refunded is in the audit log from the moment the money has gone; what the shop does by itself is not. */
function auditOf({ id, transaction_id, requested_by, amount, currency, reason, restock }: RefundRow) {
  if (requested_by === null) return null;
  return auditEvent({
    actor_id: requested_by,
    action: 'transaction.refunded',
    resource_type: 'transaction',
    resource_id: transaction_id,
    before: null,
    after: { refund_id: id, amount, currency, reason, restock },
  });
}
