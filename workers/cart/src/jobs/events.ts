import { consume } from '#shared/events/consume.ts';

import type { Bindings } from '../env.ts';
import { customer } from '../owner.ts';
import { changeCart, deleteCart } from '../store/carts.ts';

/**
 * What was ordered leaves the cart. The cart remembers the event, so that a second delivery takes nothing more. The cart
 * of a deleted user goes; of a second delivery there is nothing left to do.
 */
export function consumeEvents(batch: MessageBatch, env: Bindings): Promise<void> {
  return consume('cart', batch, {
    'order.placed': async ({ user_id, items }, event_id) => {
      await changeCart(env, customer(env, user_id), { kind: 'take_out_ordered', event_id, items });
    },
    'user.deleted': ({ user_id }) => deleteCart(env, user_id),
  });
}
