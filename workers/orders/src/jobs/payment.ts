import type { OrdersApi, PayableResult } from '#shared/contracts/orders.ts';
import { connect } from '#shared/db/postgres.ts';
import { once, receive } from '#shared/events/consume.ts';
import { dispatch } from '#shared/events/outbox.ts';
import { log } from '#shared/http/log.ts';

import { type Bindings, queuesOf } from '../env.ts';
import { findPayable } from '../store/orders.ts';
import { applyTransition, type Transition, transitionStatement } from '../store/transitions.ts';

/** See `OrdersApi.payable`. */
export async function payable(
  env: Bindings,
  { order_id, user_id }: { order_id: string; user_id: string },
): Promise<PayableResult> {
  const order = await findPayable(connect(env), order_id, user_id);
  if (!order) return { ok: false, code: 'not_found' };
  if (order.status !== 'PENDING') {
    const isGone = order.status === 'CANCELLED' || order.status === 'REFUNDED' || order.total_amount === '0.00';
    return { ok: false, code: isGone ? 'order_not_payable' : 'order_already_paid' };
  }
  return { ok: true, amount: order.total_amount, currency: order.currency };
}

/** The payment arrived: PENDING → CONFIRMED. An order that is past that already stays as it is. */
export async function confirm(
  env: Bindings,
  { order_id, transaction_id }: { order_id: string; transaction_id: string },
): ReturnType<OrdersApi['confirm']> {
  const db = connect(env);
  const result = await applyTransition(db, confirmation(order_id, transaction_id));
  if (result.moved) {
    await dispatch(db, queuesOf(env), result.events);
    return { ok: true };
  }
  return result.status === null || result.status === 'CANCELLED'
    ? { ok: false, code: 'order_not_payable' }
    : { ok: true };
}

/** The same by the event `payment.succeeded`, should the call have been lost. */
export async function confirmByEvent(
  env: Bindings,
  { order_id, transaction_id }: { order_id: string; transaction_id: string },
  eventId: string,
): Promise<void> {
  const db = connect(env);
  const { statement, read } = transitionStatement(confirmation(order_id, transaction_id));
  await once(async () => {
    const [, moved] = await db.batch([receive(db, 'orders', eventId), db.execute(statement)]);
    const result = read(moved.rows);
    if (result.moved) await dispatch(db, queuesOf(env), result.events);
    else if (result.status === 'CANCELLED')
      log('error', 'money arrived for a cancelled order', { order: order_id, transaction: transaction_id });
  });
}

function confirmation(orderId: string, transactionId: string): Transition {
  return {
    orderId,
    to: 'CONFIRMED',
    changedBy: null,
    notes: `Paid by transaction ${transactionId}`,
    trackingNumber: null,
  };
}
