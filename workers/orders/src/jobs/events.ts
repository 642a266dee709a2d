import { consume } from '#shared/events/consume.ts';

import type { Bindings } from '../env.ts';
import { cancelIfOverdue } from './cancellation.ts';
import { confirmByEvent, refundByEvent } from './payment.ts';

/** What payments tells: money came, money went back. And what this worker told itself: that a deadline has come. */
export function consumeEvents(batch: MessageBatch, env: Bindings): Promise<void> {
  return consume('orders', batch, {
    'order.payment_due': ({ order_id }) => cancelIfOverdue(env, order_id),
    'payment.succeeded': (payload, eventId) => confirmByEvent(env, payload, eventId),
    'payment.refunded': (payload, eventId) => refundByEvent(env, payload, eventId),
  });
}
