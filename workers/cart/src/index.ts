import type { CartApi, CheckoutCart, RedeemResult } from '#shared/contracts/cart.ts';
import { configuredEntrypoint, configuredHandlers } from '#shared/entrypoint.ts';
import { newTrace, type Trace, withTrace } from '#shared/http/context.ts';
import { type Health, measureHealth } from '#shared/rpc.ts';

import { app } from './app.ts';
import { type Bindings, configured } from './env.ts';
import { consumeEvents } from './jobs/events.ts';
import { mergeGuestCart } from './jobs/merge.ts';
import { sweep } from './jobs/sweep.ts';
import { customer } from './owner.ts';
import { changeCart, findCart, pingCarts } from './store/carts.ts';
import { checkCoupons, redeemCoupons, releaseCoupons } from './store/coupon-uses.ts';

export { CartConnection } from './store/connection.ts';

export default configuredHandlers(configured, {
  fetch: app.fetch,
  queue: consumeEvents,
  scheduled: async (_controller, env) => {
    await withTrace('cart', newTrace(), () => sweep(env, 0));
  },
} satisfies ExportedHandler<Bindings>);

/** What other services ask of the cart. Reachable through bindings only. */
export class CartService extends configuredEntrypoint<Bindings>(configured) implements CartApi {
  checkoutCart(trace: Trace, { user_id }: Parameters<CartApi['checkoutCart']>[1]): Promise<CheckoutCart> {
    return withTrace('cart', trace, async () => {
      const cart = await findCart(this.env, user_id);
      const items = cart?.items ?? [];
      return {
        coupon_codes: (cart?.applied_coupons ?? []).map(({ coupon_code }) => coupon_code),
        items: items.map(({ product_id, product_name, quantity, unit_price, added_at }) => ({
          product_id,
          product_name,
          quantity,
          unit_price,
          added_at: added_at.toISOString(),
        })),
      };
    });
  }

  reprice(trace: Trace, { user_id, prices }: Parameters<CartApi['reprice']>[1]): Promise<void> {
    return withTrace('cart', trace, async () => {
      await changeCart(this.env, customer(this.env, user_id), { kind: 'reprice', prices });
    });
  }

  redeemCoupons(trace: Trace, request: Parameters<CartApi['redeemCoupons']>[1]): Promise<RedeemResult> {
    return withTrace('cart', trace, () => redeemCoupons(this.env, request));
  }

  checkCoupons(trace: Trace, request: Parameters<CartApi['checkCoupons']>[1]): Promise<RedeemResult> {
    return withTrace('cart', trace, () => checkCoupons(this.env, request));
  }

  releaseCoupons(trace: Trace, { order_ids }: Parameters<CartApi['releaseCoupons']>[1]): Promise<void> {
    return withTrace('cart', trace, () => releaseCoupons(this.env, order_ids));
  }

  mergeGuestCart(trace: Trace, request: Parameters<CartApi['mergeGuestCart']>[1]): Promise<void> {
    return withTrace('cart', trace, () => mergeGuestCart(this.env, request));
  }

  health(): Promise<Health> {
    return measureHealth(() => pingCarts(this.env));
  }

  sweep(trace: Trace, { advance_seconds }: { advance_seconds: number }): Promise<Record<string, number>> {
    return withTrace('cart', trace, () => sweep(this.env, advance_seconds));
  }
}
