import { connect } from '#shared/db/postgres.ts';
import { consume, once } from '#shared/events/consume.ts';
import { dispatch } from '#shared/events/outbox.ts';

import { type Bindings, queuesOf } from '../env.ts';
import { forgetMethod } from '../forget-methods.ts';
import { payBack } from '../refund.ts';
import { startRefundOfCancelled } from '../store/automatic-refund.ts';
import { deleteMethodsOf } from '../store/deleted-methods.ts';

/**
 * What was paid for a cancelled order goes back. If it cannot be sent now, reconciliation does it. Who has left pays with
 * nothing any more; what a gateway does not forget at once, it is told again by the sweep.
 */
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
    'user.deleted': ({ user_id }, eventId) =>
      once(async () => {
        for (const method of await deleteMethodsOf(db, user_id, eventId)) await forgetMethod(env, method);
      }),
  });
}
