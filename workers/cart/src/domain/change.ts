import type { ProductSnapshot } from '#shared/contracts/products.ts';

import {
  addItem,
  type CartContent,
  emptyCart,
  type OrderedLine,
  type Outcome,
  removeItem,
  reprice,
  setQuantity,
  takeOutOrdered,
} from './cart.ts';
import { applyCoupon, type Circumstances, removeCoupon } from './cart-coupons.ts';
import { type GuestCart, takeOver } from './merge.ts';
import { type Findings, refresh } from './refresh.ts';

/** A change to a cart as plain data, so that it can be sent to where the cart is, and tried again there. */
export type Change =
  | { kind: 'add_item'; product: ProductSnapshot; quantity: number }
  | { kind: 'set_quantity'; product_id: string; product: ProductSnapshot | null; quantity: number }
  | { kind: 'remove_item'; product_id: string }
  | { kind: 'apply_coupon'; coupon_code: string }
  | { kind: 'remove_coupon'; coupon_code: string }
  | { kind: 'empty' }
  | { kind: 'refresh'; findings: Findings }
  | { kind: 'reprice'; prices: { product_id: string; unit_price: string }[] }
  | {
      kind: 'take_out_ordered';
      event_id: string;
      items: OrderedLine[];
      coupon_codes: string[];
    }
  | { kind: 'take_over'; guest: GuestCart; findings: Findings };

/** The codes of coupons that the change would put into the cart. */
export function newCoupons(change: Change): string[] {
  switch (change.kind) {
    case 'apply_coupon':
      return [change.coupon_code];
    case 'take_over':
      return change.guest.coupon_codes;
    default:
      return [];
  }
}

export function applyChange(content: CartContent, change: Change, circumstances: Circumstances): Outcome {
  switch (change.kind) {
    case 'add_item':
      return addItem(content, change.product, change.quantity, circumstances.now);
    case 'set_quantity':
      return setQuantity(content, change.product_id, change.product, change.quantity, circumstances.now);
    case 'remove_item':
      return removeItem(content, change.product_id);
    case 'apply_coupon':
      return applyCoupon(content, change.coupon_code, circumstances);
    case 'remove_coupon':
      return removeCoupon(content, change.coupon_code);
    case 'empty':
      return emptyCart(content);
    case 'refresh':
      return refresh(content, change.findings);
    case 'reprice':
      return reprice(content, change.prices);
    case 'take_out_ordered':
      return takeOutOrdered(content, change.event_id, change.items, change.coupon_codes);
    case 'take_over':
      return takeOver(content, change.guest, change.findings, circumstances);
  }
}
