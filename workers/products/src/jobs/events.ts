import { connect } from '#shared/db/postgres.ts';
import { consume, once, receive } from '#shared/events/consume.ts';

import type { Bindings } from '../env.ts';
import { commitReservations, releaseReservations } from '../store/reservations.ts';

/** What orders tell: a paid order takes its stock, a cancelled one gives it back. */
export function consumeEvents(env: Bindings, batch: MessageBatch): Promise<void> {
  const db = connect(env);
  return consume('products', batch, {
    'order.confirmed': ({ order_id }, eventId) =>
      once(() => db.batch([receive(db, 'products', eventId), commitReservations(db, order_id)])),
    'order.cancelled': ({ order_id }, eventId) =>
      once(() => db.batch([receive(db, 'products', eventId), releaseReservations(db, [order_id])])),
  });
}
