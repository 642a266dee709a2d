import { connect } from '#shared/db/postgres.ts';
import { consume, once, receive } from '#shared/events/consume.ts';
import { dispatch } from '#shared/events/outbox.ts';

import { type Bindings, queuesOf } from '../env.ts';
import { commitReservations, releaseReservations } from '../store/reservations.ts';
import { forgetAuthor } from '../store/reviews.ts';
import { StockEvents } from '../store/stock-events.ts';

/** A paid order takes its stock, a cancelled one gives it back; reviews stay without the name of who has gone. */
export function consumeEvents(env: Bindings, batch: MessageBatch): Promise<void> {
  const db = connect(env);
  return consume('products', batch, {
    'order.confirmed': ({ order_id }, eventId) =>
      once(() => db.batch([receive(db, 'products', eventId), commitReservations(db, order_id)])),
    'order.cancelled': ({ order_id }, eventId) =>
      once(async () => {
        const [, released] = await db.batch([receive(db, 'products', eventId), releaseReservations(db, [order_id])]);
        await dispatch(db, queuesOf(env), StockEvents.parse(released.rows));
      }),
    'user.deleted': ({ user_id }, eventId) =>
      once(() => db.batch([receive(db, 'products', eventId), forgetAuthor(db, user_id)])),
  });
}
