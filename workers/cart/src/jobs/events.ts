import { consume } from '#shared/events/consume.ts';

import type { Bindings } from '../env.ts';
import { customer } from '../owner.ts';
import { changeCart, deleteCart } from '../store/carts.ts';
import { releaseCoupons } from '../store/coupon-uses.ts';
import { settleOrder } from './coupon-uses.ts';

/**
 * What was ordered leaves the cart. The cart remembers the event, so that a second delivery takes nothing more. The cart
 * of a deleted user goes, and so do a cancelled order's uses of coupons; of a second delivery there is nothing left to
 * do. Nor does it matter if a cancelled order's placing is told last: it has no uses then to settle.
 */
export function consumeEvents(batch: MessageBatch, env: Bindings): Promise<void> {
  return consume('cart', batch, {
    'order.placed': async ({ order_id, user_id, items, coupon_codes }, event_id) => {
      await settleOrder(env, order_id, coupon_codes);
      await changeCart(env, customer(env, user_id), { kind: 'take_out_ordered', event_id, items, coupon_codes });
    },
    'order.cancelled': ({ order_id }) => releaseCoupons(env, [order_id]),
    'user.deleted': ({ user_id }) => deleteCart(env, user_id),
  });
}
