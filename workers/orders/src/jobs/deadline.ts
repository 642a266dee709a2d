import { type Message, newEvent } from '#shared/events/events.ts';
import { describeError, log } from '#shared/http/log.ts';
import { within } from '#shared/rpc.ts';

/** Queues keep a message back no longer than 12 hours. */
const longestDelaySeconds = 12 * 60 * 60;
const sendMilliseconds = 5_000;

/**
 * Has the queue tell this worker when an order's deadline has come, so that its stock is free at that moment. Runs after
 * the answer, and fails without a consequence: the sweep of each minute gives up what no message has come for.
 */
export async function announceDeadline(
  env: { ORDERS_EVENTS: { send(message: Message, options: { delaySeconds: number }): Promise<unknown> } },
  { id, payment_due_at }: { id: string; payment_due_at: string | null },
): Promise<void> {
  if (payment_due_at === null) return;
  const delaySeconds = Math.max(0, Math.ceil((Date.parse(payment_due_at) - Date.now()) / 1_000));
  if (delaySeconds > longestDelaySeconds) return;
  const { subject_id: _order, ...message } = newEvent('order.payment_due', id, { order_id: id });
  try {
    await within(sendMilliseconds, env.ORDERS_EVENTS.send(message, { delaySeconds }));
  } catch (error) {
    log('warn', 'the deadline of an order is left to the sweep', { order: id, ...describeError(error) });
  }
}
