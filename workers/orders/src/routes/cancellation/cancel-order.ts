import type { z } from '@hono/zod-openapi';

import { connect } from '#shared/db/postgres.ts';
import type { OutboxEvent } from '#shared/events/events.ts';
import { currentTrace } from '#shared/http/context.ts';
import { notFound, Problem, unavailable } from '#shared/http/problem.ts';
import { dependency } from '#shared/rpc.ts';

import { allowedFrom, type Caller } from '../../domain/status.ts';
import type { Bindings } from '../../env.ts';
import { confirmation } from '../../jobs/payment.ts';
import { findStatus } from '../../store/orders.ts';
import { type Move, moveOrder, type Transition } from '../../store/transitions.ts';
import { invalidTransition } from '../orders/invalid-transition.ts';
import { paymentOf } from '../orders/order-payment.ts';
import { presentOrder } from '../orders/order.presenter.ts';
import type { Order } from '../orders/order.schema.ts';

interface Cancellation {
  orderId: string;
  /** Customers cancel orders of their own only. */
  caller: Caller;
  callerId: string;
  reason: string | null;
}

/**
 * Cancels an order. One that is not paid is closed for payments first, which decides against a payment of the same
 * moment: where that was first, the order is a paid one, whose money goes back by the event. Dispatch the events.
 */
export async function cancelOrder(
  env: Bindings,
  cancellation: Cancellation,
  reached: (name: string) => Promise<void>,
): Promise<{ order: z.infer<typeof Order>; events: OutboxEvent[] }> {
  const { orderId, caller, callerId } = cancellation;
  const db = connect(env);
  const status = await findStatus(db, orderId, caller === 'customer' ? callerId : undefined);
  if (status === null) throw notFound('order');
  if (!allowedFrom(status, caller).includes('CANCELLED')) throw invalidTransition(status, 'CANCELLED', caller);

  const isPaid = status !== 'PENDING' || (await closeUnpaid(env, orderId)) === 'paid';
  await reached('cancellation.closed');
  const payment = await paymentOf(env, orderId);
  const move: Move = { orderId, transition: cancelled(cancellation, isPaid) };
  if (isPaid && status === 'PENDING') {
    if (!payment) throw unavailable();
    // Nobody has told of the payment yet.
    move.before = confirmation(payment.transaction_id);
  }
  const moved = await moveOrder(db, move);
  if (!moved.moved) throw moved.status ? invalidTransition(moved.status, 'CANCELLED', caller) : notFound('order');
  await reached('cancellation.moved');
  return { order: presentOrder(moved.order, payment), events: moved.events };
}

async function closeUnpaid(env: Bindings, orderId: string): Promise<'closed' | 'paid'> {
  const closing = env.PAYMENTS_SERVICE.closeOrder(currentTrace(), { order_id: orderId });
  const { outcome } = await dependency('payments', closing);
  if (outcome !== 'in_progress') return outcome;
  throw new Problem('payment_in_progress', 'A payment of the order is in progress. Cancel it when that has ended.', {
    headers: { 'retry-after': '2' },
  });
}

function cancelled({ callerId, reason }: Cancellation, isPaid: boolean): Transition {
  const from = isPaid ? (['CONFIRMED', 'PROCESSING'] as const) : (['PENDING'] as const);
  return { to: 'CANCELLED', from, changedBy: callerId, notes: reason, reason };
}
