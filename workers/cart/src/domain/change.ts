import type { ProductSnapshot } from '#shared/contracts/products.ts';

import {
  addItem,
  type CartContent,
  emptyCart,
  type Outcome,
  removeItem,
  reprice,
  setQuantity,
  takeOutOrdered,
} from './cart.ts';
import { type Findings, refresh } from './refresh.ts';

/** A change to a cart as plain data, so that it can be sent to where the cart is, and tried again there. */
export type Change =
  | { kind: 'add_item'; product: ProductSnapshot; quantity: number }
  | { kind: 'set_quantity'; product_id: string; product: ProductSnapshot | null; quantity: number }
  | { kind: 'remove_item'; product_id: string }
  | { kind: 'empty' }
  | { kind: 'refresh'; findings: Findings }
  | { kind: 'reprice'; prices: { product_id: string; unit_price: string }[] }
  | { kind: 'take_out_ordered'; event_id: string; items: { product_id: string; quantity: number }[] };

export function applyChange(content: CartContent, change: Change, now: Date): Outcome {
  switch (change.kind) {
    case 'add_item':
      return addItem(content, change.product, change.quantity, now);
    case 'set_quantity':
      return setQuantity(content, change.product_id, change.product, change.quantity, now);
    case 'remove_item':
      return removeItem(content, change.product_id);
    case 'empty':
      return emptyCart(content);
    case 'refresh':
      return refresh(content, change.findings);
    case 'reprice':
      return reprice(content, change.prices);
    case 'take_out_ordered':
      return takeOutOrdered(content, change.event_id, change.items);
  }
}
