import { DurableObject } from 'cloudflare:workers';

import { type Trace, withTrace } from '#shared/http/context.ts';
import { log } from '#shared/http/log.ts';

import { adapterOf } from '../adapters/adapters.ts';
import { type Bindings, shopOf } from '../env.ts';
import { compose, type Occasion } from './compose.ts';
import { newSending } from './send-once.ts';

const sentKey = 'sent_at';
/** Longer than an event can come again: by default a queue keeps a message for four days. */
const memoryMilliseconds = 8 * 24 * 60 * 60 * 1_000;

/**
 * Sends the mail of one event, once: an instance is named by the event's id and remembers that it was sent. Only an
 * answer of the adapter that gets lost can repeat a mail.
 */
export class EmailDelivery extends DurableObject<Bindings> {
  readonly #sendOnce = newSending();

  /** Repeatable. Throws what the adapter or the users service throws. */
  deliver(trace: Trace, eventId: string, occasion: Occasion): Promise<void> {
    return withTrace('notifications', trace, () => this.#deliver(eventId, occasion));
  }

  async #deliver(eventId: string, occasion: Occasion): Promise<void> {
    const { storage } = this.ctx;
    const adapter = adapterOf(this.env);
    await this.#sendOnce({
      wasSent: async () => (await storage.get(sentKey)) !== undefined,
      // Written anew for each attempt: a token voids the ones before, so the newest mail must have the newest one.
      send: async () => {
        const email = await compose(this.env.USERS_SERVICE, shopOf(this.env), occasion);
        if (email) await adapter.send(email, eventId);
        return email !== null;
      },
      noteSent: async () => {
        const now = Date.now();
        await Promise.all([storage.put(sentKey, now), storage.setAlarm(now + memoryMilliseconds)]);
        log('info', 'email sent', { type: occasion.type, event: eventId, adapter: adapter.name });
      },
    });
  }

  override async alarm(): Promise<void> {
    await this.ctx.storage.deleteAll();
  }
}
