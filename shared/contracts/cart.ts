import type { Trace } from '#shared/http/context.ts';
import type { Health, Result } from '#shared/rpc.ts';

/** The cart as the shopper last saw it: its prices are what a checkout compares with. */
export interface CheckoutCart {
  items: {
    product_id: string;
    product_name: string;
    quantity: number;
    unit_price: string;
    /** RFC 3339. A product that is taken out and put in again has another. */
    added_at: string;
  }[];
  /** In the order they were applied. */
  coupon_codes: string[];
}

/** What a coupon is worth, as totals need it. `value`: `"10.00"` = 10 %, or an amount; null for free shipping. */
export type CouponTerms =
  | { coupon_code: string; type: 'percentage' | 'fixed_amount'; value: string }
  | { coupon_code: string; type: 'free_shipping'; value: null };

/** Why a coupon cannot be used now. */
export interface CouponRefusal {
  code: 'coupon_invalid' | 'coupon_expired' | 'coupon_exhausted' | 'coupon_minimum_not_met';
  coupon_code: string;
}

export type RedeemResult = Result<{ coupons: CouponTerms[] }, CouponRefusal>;

export interface CartApi {
  /** The user's live cart; no items if there is none. */
  checkoutCart(trace: Trace, request: { user_id: string }): Promise<CheckoutCart>;
  /** Takes over new prices, so that they count as shown. Products not in the cart are ignored. */
  reprice(
    trace: Trace,
    request: { user_id: string; prices: { product_id: string; unit_price: string }[] },
  ): Promise<void>;
  /**
   * Uses each of these coupons once for the order, all or none; repeating it for the order changes nothing. `subtotal` is
   * the order's, a decimal string. The terms come back in the order asked for.
   */
  redeemCoupons(
    trace: Trace,
    request: { order_id: string; user_id: string; coupon_codes: string[]; subtotal: string },
  ): Promise<RedeemResult>;
  /** What `redeemCoupons` would answer now; nothing is used. */
  checkCoupons(
    trace: Trace,
    request: { user_id: string; coupon_codes: string[]; subtotal: string },
  ): Promise<RedeemResult>;
  /** Gives the uses of these orders back. Repeatable. */
  releaseCoupons(trace: Trace, request: { order_ids: string[] }): Promise<void>;
  /** Takes the guest's cart over into the user's. Repeatable; a token that is no guest's, or no longer valid, is ignored. */
  mergeGuestCart(trace: Trace, request: { user_id: string; cart_token: string }): Promise<void>;
  health(): Promise<Health>;
  sweep(trace: Trace, request: { advance_seconds: number }): Promise<Record<string, number>>;
}
