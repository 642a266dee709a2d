import { consume } from '#shared/events/consume.ts';

import type { Bindings } from '../env.ts';
import { customer } from '../owner.ts';
import { changeCart } from '../store/carts.ts';

/** What was ordered leaves the cart. The cart remembers the event, so that a second delivery takes nothing more. */
export function consumeEvents(batch: MessageBatch, env: Bindings): Promise<void> {
  return consume('cart', batch, {
    'order.placed': async ({ user_id, items }, event_id) => {
      await changeCart(env, customer(env, user_id), { kind: 'take_out_ordered', event_id, items });
    },
  });
}
