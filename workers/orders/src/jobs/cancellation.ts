import { connect, type Database } from '#shared/db/postgres.ts';
import type { OutboxEvent } from '#shared/events/events.ts';
import { dispatch } from '#shared/events/outbox.ts';
import { currentTrace } from '#shared/http/context.ts';
import { describeError, log } from '#shared/http/log.ts';
import { dependency } from '#shared/rpc.ts';

import { type Bindings, queuesOf } from '../env.ts';
import { findOverdue, type Overdue } from '../store/orders.ts';
import { applyTransition } from '../store/transitions.ts';

const pageSize = 50;
/** A sweep ends some time; the next one goes on. */
const pagesASweep = 20;
const reason = 'Not paid in time';

/**
 * Cancels PENDING orders whose payment is overdue, unless payments knows of one that came or is on its way: what came
 * confirms the order by its event, what is on its way is looked at again by the next sweep. Answers how many.
 */
export async function cancelOverdue(env: Bindings, now: Date): Promise<number> {
  const db = connect(env);
  let cancelled = 0;
  let last: Overdue | undefined;
  for (let page = 0; page < pagesASweep; page++) {
    const overdue = await findOverdue(db, now, { limit: pageSize, after: last });
    const results = await Promise.all(overdue.map(({ id }) => cancelUnpaid(env, db, id)));
    const events = results.flatMap((result) => result ?? []);
    await dispatch(db, queuesOf(env), events);
    cancelled += events.length;
    last = overdue.at(-1);
    if (overdue.length < pageSize) break;
  }
  return cancelled;
}

/** The same for one order. Whatever stands in its way, a sweep tries it again. */
export async function cancelIfOverdue(env: Bindings, orderId: string): Promise<void> {
  const db = connect(env);
  const [overdue] = await findOverdue(db, new Date(), { limit: 1, id: orderId });
  if (!overdue) return;
  const events = await cancelUnpaid(env, db, orderId);
  if (events) await dispatch(db, queuesOf(env), events);
}

/** Whatever stands in the way of one order does not stop the others: the next sweep tries it again. */
async function cancelUnpaid(env: Bindings, db: Database, orderId: string): Promise<OutboxEvent[] | null> {
  try {
    const closing = env.PAYMENTS_SERVICE.closeOrder(currentTrace(), { order_id: orderId });
    const { outcome } = await dependency('payments', closing);
    if (outcome !== 'closed') return null;
    const result = await applyTransition(db, {
      orderId,
      transition: { to: 'CANCELLED', from: ['PENDING'], changedBy: null, notes: reason, reason },
    });
    return result.moved ? result.events : null;
  } catch (error) {
    log('error', 'overdue order not cancelled', { order: orderId, ...describeError(error) });
    return null;
  }
}
