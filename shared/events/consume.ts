import { violates } from '#shared/db/errors.ts';
import type { Database } from '#shared/db/postgres.ts';
import { inbox } from '#shared/db/tables.ts';
import { type Consumer, type EventPayload, type EventType, Message, payloads } from '#shared/events/events.ts';
import { requestContext, withTrace } from '#shared/http/context.ts';
import { describeError, log } from '#shared/http/log.ts';
import { count } from '#shared/metrics.ts';

/** What a service does with an event. It must bear being called twice for one event (`eventId` tells them apart). */
export type Handlers = { [Type in EventType]?: (payload: EventPayload<Type>, eventId: string) => Promise<void> };

/** Handles a batch from the service's queue; a message that fails is retried, later each time, and ends in the dead letters. */
export async function consume(service: Consumer, batch: MessageBatch, handlers: Handlers): Promise<void> {
  for (const message of batch.messages) {
    const parsed = Message.safeParse(message.body);
    if (!parsed.success) {
      log('error', 'not an event', { queue: batch.queue, message: message.id });
      message.retry();
      continue;
    }
    const { request_id: requestId, traceparent } = parsed.data;
    await withTrace(service, { requestId, traceparent }, async () => {
      requestContext().isEvent = true;
      const { type, id: event } = parsed.data;
      const { attempts } = message;
      try {
        await apply(handlers, parsed.data);
        log('info', 'event', { type, event });
        count({ name: 'event', type, outcome: 'applied', attempts });
        message.ack();
      } catch (error) {
        log('error', 'event failed', { type, event, attempts, ...describeError(error) });
        count({ name: 'event', type, outcome: 'failed', attempts });
        message.retry({ delaySeconds: Math.min(2 ** attempts, 300) });
      }
    });
  }
}

async function apply<Type extends EventType>(handlers: Handlers, message: Message & { type: Type }): Promise<void> {
  const handle = handlers[message.type];
  if (handle) await handle(payloads[message.type].parse(message.payload), message.id);
}

/** The statement that marks an event as applied, for the batch of its effect. */
export function receive(db: Database, consumer: Consumer, eventId: string) {
  return db.insert(inbox).values({ event_id: eventId, consumer });
}

/** Runs the batch of an effect and its `receive`; a second delivery finds the row there and changes nothing. */
export async function once(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!violates(error, 'inbox_pkey')) throw error;
  }
}
