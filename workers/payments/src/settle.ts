import { connect } from '#shared/db/postgres.ts';
import { newEvent, type OutboxEvent } from '#shared/events/events.ts';
import { currentTrace } from '#shared/http/context.ts';
import { describeError, log } from '#shared/http/log.ts';

import { type Settlement, settlementOf } from './domain/settlement.ts';
import type { Bindings } from './env.ts';
import type { ChargeResult } from './gateways/payment-gateway.ts';
import { settleTransaction } from './store/settle-transaction.ts';
import type { TransactionRow } from './store/transactions.ts';

/** A transaction after a settlement, and the events to dispatch: none if this settlement had no effect. */
export interface Settled {
  transaction: TransactionRow;
  events: OutboxEvent[];
}

/**
 * The one way in which a payment ends, whoever brings the gateway's result and however often. A result that leaves the
 * outcome open changes nothing. The order of a successful payment is confirmed at once; if that fails, the event does it.
 */
export async function settle(env: Bindings, transaction: TransactionRow, result: ChargeResult): Promise<Settled> {
  const settlement = settlementOf(result);
  if (!settlement) return { transaction, events: [] };
  const event = eventOf(transaction, settlement);
  const after = await settleTransaction(connect(env), transaction.id, settlement, event);
  if (!after.transaction) throw new Error(`Transaction ${transaction.id} is gone.`);
  if (!after.tookEffect && after.transaction.status !== settlement.status) {
    log('error', 'the gateway contradicts how the payment was settled', {
      transaction_id: transaction.id,
      status: after.transaction.status,
      gateway_says: settlement.status,
    });
  }
  if (after.transaction.status === 'SUCCESS') await confirmOrder(env, after.transaction);
  return { transaction: after.transaction, events: after.tookEffect ? [event] : [] };
}

function eventOf(transaction: TransactionRow, { status, failure_reason }: Settlement): OutboxEvent {
  const { id, order_id, user_id, amount, currency } = transaction;
  const paid = { transaction_id: id, order_id, user_id, amount, currency };
  return status === 'SUCCESS'
    ? newEvent('payment.succeeded', id, paid)
    : newEvent('payment.failed', id, { ...paid, failure_reason });
}

async function confirmOrder(env: Bindings, { id, order_id, amount, currency }: TransactionRow): Promise<void> {
  const payment = { order_id, transaction_id: id, amount, currency };
  try {
    const confirmed = await env.ORDERS_SERVICE.confirm(currentTrace(), payment);
    if (!confirmed.ok) log('error', 'paid, but the order cannot be confirmed', { ...payment, code: confirmed.code });
  } catch (error) {
    log('warn', 'the order will be confirmed by the event', { ...payment, ...describeError(error) });
  }
}
