import { connect } from '#shared/db/postgres.ts';
import { consume, once } from '#shared/events/consume.ts';
import { dispatch } from '#shared/events/outbox.ts';

import { type Bindings, queuesOf } from '../env.ts';
import { payBack } from '../refund.ts';
import { startRefundOfCancelled } from '../store/automatic-refund.ts';

/** What was paid for a cancelled order goes back. If it cannot be sent now, reconciliation does it. */
export function consumeEvents(env: Bindings, batch: MessageBatch): Promise<void> {
  const db = connect(env);
  return consume('payments', batch, {
    'order.cancelled': ({ order_id }, eventId) =>
      once(async () => {
        const refund = await startRefundOfCancelled(db, order_id, eventId);
        if (!refund) return;
        const { events } = await payBack(env, refund);
        await dispatch(db, queuesOf(env), events);
      }),
  });
}
