import type { OrdersApi, PayableResult } from '#shared/contracts/orders.ts';
import { connect } from '#shared/db/postgres.ts';
import { once } from '#shared/events/consume.ts';
import type { EventPayload } from '#shared/events/events.ts';
import { dispatch } from '#shared/events/outbox.ts';
import { count } from '#shared/metrics.ts';

import { type Bindings, queuesOf } from '../env.ts';
import { findPayable } from '../store/orders.ts';
import { applyTransition, type Move, type Transition } from '../store/transitions.ts';

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
  const result = await applyTransition(db, { orderId: order_id, transition: confirmation(transaction_id) });
  if (result.moved) {
    count({ name: 'funnel', step: 'paid' });
    await dispatch(db, queuesOf(env), result.events);
    return { ok: true };
  }
  const isGone = result.status === null || result.status === 'CANCELLED' || result.status === 'REFUNDED';
  return isGone ? { ok: false, code: 'order_not_payable' } : { ok: true };
}

/** The same by the event `payment.succeeded`, should the call have been lost. */
export async function confirmByEvent(
  env: Bindings,
  { order_id, transaction_id }: EventPayload<'payment.succeeded'>,
  eventId: string,
): Promise<void> {
  await moveByEvent(env, { orderId: order_id, transition: confirmation(transaction_id) }, eventId);
}

/**
 * All of the money went back: REFUNDED. Where this overtakes the news of the payment, the order was never confirmed: it
 * is cancelled on the way, which gives back what it holds, and the late news changes nothing any more.
 */
export async function refundByEvent(
  env: Bindings,
  { order_id, is_full, transaction_id, refunded_amount, currency, restock }: EventPayload<'payment.refunded'>,
  eventId: string,
): Promise<void> {
  if (!is_full) return;
  const neverConfirmed: Transition = {
    to: 'CANCELLED',
    from: ['PENDING'],
    changedBy: null,
    notes: 'Refunded before it was confirmed',
    reason: 'Refunded before it was confirmed',
  };
  const refunded: Transition = {
    to: 'REFUNDED',
    changedBy: null,
    notes: `Refunded in full, transaction ${transaction_id}`,
    refund: { refunded_amount, currency, restock },
  };
  await moveByEvent(env, { orderId: order_id, transition: refunded, before: neverConfirmed }, eventId);
}

export function confirmation(transactionId: string): Transition {
  return { to: 'CONFIRMED', changedBy: null, notes: `Paid by transaction ${transactionId}` };
}

async function moveByEvent(env: Bindings, move: Move, eventId: string): Promise<void> {
  const db = connect(env);
  await once(async () => {
    const result = await applyTransition(db, move, eventId);
    if (!result.moved) return;
    if (move.transition.to === 'CONFIRMED') count({ name: 'funnel', step: 'paid' });
    await dispatch(db, queuesOf(env), result.events);
  });
}
