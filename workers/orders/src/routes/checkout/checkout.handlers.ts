import type { OpenAPIHono } from '@hono/zod-openapi';

import { abandonClaim, type Claim, claimKey } from '#shared/db/idempotency.ts';
import { connect } from '#shared/db/postgres.ts';
import { dispatch } from '#shared/events/outbox.ts';
import { checkpoint } from '#shared/http/checkpoint.ts';
import { currentTrace } from '#shared/http/context.ts';
import { replayHeaders } from '#shared/http/idempotency.ts';
import { describeError, log } from '#shared/http/log.ts';
import { count } from '#shared/metrics.ts';
import { dependency } from '#shared/rpc.ts';

import { type Bindings, type OrdersEnv, queuesOf } from '../../env.ts';
import { announceDeadline } from '../../jobs/deadline.ts';
import { placeOrder } from './checkout.flow.ts';
import { Order } from '../orders/order.schema.ts';
import { createOrder } from './checkout.contract.ts';

export function addCheckoutRoutes(app: OpenAPIHono<OrdersEnv>): void {
  app.openapi(createOrder, async (c) => {
    const input = c.req.valid('json');
    const db = connect(c.env);
    const trace = currentTrace();
    const user_id = c.var.actor.id;
    const asked = Promise.all([
      dependency('cart', c.env.CART_SERVICE.checkoutCart(trace, { user_id })),
      dependency(
        'users',
        c.env.USERS_SERVICE.shopper(trace, {
          user_id,
          address_ids: [input.shipping_address_id, input.billing_address_id],
        }),
      ),
    ]);
    // Awaited below; a refused claim must not leave its rejection unhandled.
    asked.catch(() => {});
    const scope = { user_id, method: 'POST', path: c.req.path, key: c.var.idempotencyKey };
    const claimed = await claimKey(db, scope, input);
    if ('kept' in claimed) return c.json(Order.parse(claimed.kept.body), 201, replayHeaders(claimed.kept));
    const { claim } = claimed;
    let hasCoupons = false;
    try {
      const [cart, shopper] = await asked;
      hasCoupons = cart.coupon_codes.length > 0;
      const { answer, events } = await placeOrder(c.env, { claim, input, cart, shopper }, (name) =>
        checkpoint(c, name),
      );
      count({ name: 'funnel', step: 'order' });
      c.executionCtx.waitUntil(dispatch(db, queuesOf(c.env), events));
      c.executionCtx.waitUntil(announceDeadline(c.env, answer));
      c.header('location', `/v1/orders/${claim.resourceId}`);
      return c.json(answer, 201);
    } catch (error) {
      await undo(c.env, claim, hasCoupons);
      throw error;
    }
  });
}

/**
 * Undoes an attempt that failed: the key is free again, the stock and the coupons' uses are back. Where another attempt has taken over,
 * everything is that one's. What this cannot undo (a database is down) the sweep does.
 */
async function undo(env: Bindings, claim: Claim, hasCoupons: boolean): Promise<void> {
  const order_id = claim.resourceId;
  try {
    if (await abandonClaim(connect(env), claim)) {
      await Promise.all([
        dependency('products', env.PRODUCTS_SERVICE.release(currentTrace(), { order_id })),
        hasCoupons && dependency('cart', env.CART_SERVICE.releaseCoupons(currentTrace(), { order_ids: [order_id] })),
      ]);
    }
  } catch (error) {
    log('error', 'a failed checkout is left to the sweep', { order: order_id, ...describeError(error) });
  }
}
