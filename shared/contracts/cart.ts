import type { Trace } from '#shared/http/context.ts';
import type { Health } from '#shared/rpc.ts';

/** The cart as the shopper last saw it: its prices are what a checkout compares with. */
export interface CheckoutCart {
  items: { product_id: string; product_name: string; quantity: number; unit_price: string }[];
}

export interface CartApi {
  /** The user's live cart; no items if there is none. */
  checkoutCart(trace: Trace, request: { user_id: string }): Promise<CheckoutCart>;
  /** Takes over new prices, so that they count as shown. Products not in the cart are ignored. */
  reprice(
    trace: Trace,
    request: { user_id: string; prices: { product_id: string; unit_price: string }[] },
  ): Promise<void>;
  health(): Promise<Health>;
  sweep(trace: Trace, request: { advance_seconds: number }): Promise<Record<string, number>>;
}
