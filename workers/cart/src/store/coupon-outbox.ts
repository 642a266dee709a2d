import type { OutboxEvent } from '#shared/events/events.ts';
import { send } from '#shared/events/outbox.ts';
import { currentTrace } from '#shared/http/context.ts';
import { describeError, log } from '#shared/http/log.ts';

import { type Bindings, queuesOf } from '../env.ts';
import { answered } from './answered.ts';
import { connectionOf } from './carts.ts';

const chunkSize = 100;
/** A sweep ends some time; the next one goes on. */
const roundsASweep = 100;

/**
 * Sends the event of a change that is stored. Runs after the answer (`waitUntil`), so it reports a failure to the log
 * only: the sweep sends what stayed behind. A crash between the two steps sends it twice; consumers bear that.
 */
export async function tell(env: Bindings, event: OutboxEvent): Promise<void> {
  try {
    await sendAndForget(env, [event]);
  } catch (error) {
    log('warn', 'events stay in the outbox', { events: [event.id], ...describeError(error) });
  }
}

/** Sends what was left behind; answers how many. */
export async function relayCouponEvents(env: Bindings): Promise<number> {
  let sent = 0;
  for (let round = 0; round < roundsASweep; round++) {
    const events = await answered<OutboxEvent[]>(connectionOf(env, '').findUnsent(currentTrace(), chunkSize));
    if (events.length === 0) break;
    await sendAndForget(env, events);
    sent += events.length;
  }
  return sent;
}

async function sendAndForget(env: Bindings, events: OutboxEvent[]): Promise<void> {
  await send(queuesOf(env), events);
  const ids = events.map(({ id }) => id);
  await answered<void>(connectionOf(env, '').forgetSent(currentTrace(), ids));
}
