import { consume } from '#shared/events/consume.ts';

import type { Bindings } from '../env.ts';
import { confirmByEvent, refundByEvent } from './payment.ts';

/** What payments tells: money came, money went back. */
export function consumeEvents(batch: MessageBatch, env: Bindings): Promise<void> {
  return consume('orders', batch, {
    'payment.succeeded': (payload, eventId) => confirmByEvent(env, payload, eventId),
    'payment.refunded': (payload, eventId) => refundByEvent(env, payload, eventId),
  });
}
