import { connect } from '#shared/db/postgres.ts';
import { consume, once, receive } from '#shared/events/consume.ts';
import { dispatch } from '#shared/events/outbox.ts';

import { type Bindings, queuesOf } from '../env.ts';
import { commitReservations, releaseReservations } from '../store/reservations.ts';
import { forgetAuthor } from '../store/reviews.ts';
import { StockEvents } from '../store/stock-events.ts';

/**
 * A paid order takes its stock; a cancelled one gives it back, and so does a refunded one that staff has back on the
 * shelf. Reviews stay without the name of who has gone.
 */
export function consumeEvents(env: Bindings, batch: MessageBatch): Promise<void> {
  const db = connect(env);
  return consume('products', batch, {
    'order.confirmed': ({ order_id }, eventId) =>
      once(() => db.batch([receive(db, 'products', eventId), commitReservations(db, order_id)])),
    'order.cancelled': ({ order_id }, eventId) => giveBack(env, order_id, eventId),
    'order.refunded': async ({ order_id, restock }, eventId) => {
      if (restock) await giveBack(env, order_id, eventId);
    },
    'user.deleted': ({ user_id }, eventId) =>
      once(() => db.batch([receive(db, 'products', eventId), forgetAuthor(db, user_id)])),
  });
}

function giveBack(env: Bindings, orderId: string, eventId: string): Promise<void> {
  const db = connect(env);
  return once(async () => {
    const [, released] = await db.batch([receive(db, 'products', eventId), releaseReservations(db, [orderId])]);
    await dispatch(db, queuesOf(env), StockEvents.parse(released.rows));
  });
}
