import type { OrdersApi } from '#shared/contracts/orders.ts';
import { connect } from '#shared/db/postgres.ts';
import { newEvent, type OutboxEvent } from '#shared/events/events.ts';
import { currentTrace } from '#shared/http/context.ts';
import { describeError, log } from '#shared/http/log.ts';
import { answerMilliseconds, within } from '#shared/rpc.ts';

import { type Settlement, settlementOf } from './domain/settlement.ts';
import type { Bindings } from './env.ts';
import type { ChargeResult } from './gateways/payment-gateway.ts';
import { methodToSave } from './paid-method.ts';
import { payBack } from './refund.ts';
import { startAutomaticRefund } from './store/automatic-refund.ts';
import type { RefundRow } from './store/refunds.ts';
import { settleTransaction } from './store/settle-transaction.ts';
import { selectTransaction, type TransactionRow } from './store/transactions.ts';

/** A transaction after a settlement, whether this settlement ended it, and the events to dispatch. */
export interface Settled {
  transaction: TransactionRow;
  tookEffect: boolean;
  events: OutboxEvent[];
}

/**
 * The one way in which a payment ends, whoever brings the gateway's result and however often. A result that leaves the
 * outcome open changes nothing. The order of a successful payment is confirmed at once; if that fails, the event does it.
 * Money for an order that was given up meanwhile goes back. A payment method that its shopper wants kept is saved with it.
 */
export async function settle(env: Bindings, transaction: TransactionRow, result: ChargeResult): Promise<Settled> {
  const settlement = settlementOf(result);
  if (!settlement) return { transaction, tookEffect: false, events: [] };
  const event = eventOf(transaction, settlement);
  const method = await methodToSave(env, transaction, result);
  const settled = await settleTransaction(connect(env), transaction, settlement, event, method);
  const { transaction: after, tookEffect, refund } = settled;
  if (!after) throw new Error(`Transaction ${transaction.id} is gone.`);
  if (!tookEffect && !agrees(after, settlement)) {
    log('error', 'the gateway contradicts how the payment was settled', {
      transaction_id: transaction.id,
      status: after.status,
      gateway_says: settlement.status,
    });
  }
  const events = tookEffect ? [event] : [];
  const unwanted = refund ?? (after.status === 'SUCCESS' ? await confirmOrder(env, after) : undefined);
  if (!unwanted) return { transaction: after, tookEffect, events };
  const paidBack = await payBack(env, unwanted);
  const [now = after] = await selectTransaction(connect(env), after.id);
  return { transaction: now, tookEffect, events: [...events, ...paidBack.events] };
}

function agrees({ status }: TransactionRow, settlement: Settlement): boolean {
  return status === settlement.status || (status === 'REFUNDED' && settlement.status === 'SUCCESS');
}

function eventOf(transaction: TransactionRow, { status, failure_reason }: Settlement): OutboxEvent {
  const { id, order_id, user_id, amount, currency } = transaction;
  const paid = { transaction_id: id, order_id, user_id, amount, currency };
  return status === 'SUCCESS'
    ? newEvent('payment.succeeded', id, paid)
    : newEvent('payment.failed', id, { ...paid, failure_reason });
}

/** Answers the refund that begins where the order was cancelled before its money came. */
async function confirmOrder(
  env: Bindings,
  { id, order_id, amount, currency }: TransactionRow,
): Promise<RefundRow | undefined> {
  const payment = { order_id, transaction_id: id, amount, currency };
  try {
    const confirming = env.ORDERS_SERVICE.confirm(currentTrace(), payment);
    const confirmed = await within<Awaited<ReturnType<OrdersApi['confirm']>>>(answerMilliseconds, confirming);
    if (confirmed.ok) return undefined;
    log('warn', 'money came for an order that was given up, and goes back', { ...payment, code: confirmed.code });
  } catch (error) {
    log('warn', 'the order will be confirmed by the event', { ...payment, ...describeError(error) });
    return undefined;
  }
  return startAutomaticRefund(connect(env), order_id);
}
