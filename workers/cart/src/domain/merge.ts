import type { ProductSnapshot } from '#shared/contracts/products.ts';

import {
  accept,
  type Accepted,
  availableOf,
  type CartContent,
  type CartItem,
  findItem,
  itemOf,
  MAX_LINES,
  MAX_QUANTITY,
  remembering,
  withItems,
} from './cart.ts';
import { type Circumstances, couponRefusal } from './cart-coupons.ts';
import { type Findings, refresh } from './refresh.ts';
import { fitsColumns } from './totals.ts';

/** A guest's cart as it is taken over. */
export interface GuestCart {
  cart_id: string;
  items: CartItem[];
  coupon_codes: string[];
}

type LineLoss = 'unavailable' | 'out_of_stock' | 'cart_full' | 'amount_too_large';
type CouponLoss = NonNullable<ReturnType<typeof couponRefusal>>;

/**
 * What taking a guest's cart over did. Each of the guest's lines is in one of `added` (all of it), `clamped` (`requested`:
 * both carts' quantities, `quantity`: what the cart has now) and `dropped`. `repriced`: lines of either cart that were
 * shown with another price.
 */
export interface MergeReport {
  added: { product_id: string; quantity: number }[];
  clamped: { product_id: string; requested: number; quantity: number }[];
  repriced: { product_id: string; old_price: string; new_price: string }[];
  dropped: ({ product_id: string; reason: LineLoss } | { coupon_code: string; reason: CouponLoss })[];
}

export const nothingMerged: MergeReport = { added: [], clamped: [], repriced: [], dropped: [] };

/** Takes a guest's cart over, once: adds quantities up as far as stock goes, at today's prices; keeps coupons that hold. */
export function takeOver(
  content: CartContent,
  guest: GuestCart,
  findings: Findings,
  circumstances: Circumstances,
): Accepted {
  const isEmpty = guest.items.length === 0 && guest.coupon_codes.length === 0;
  if (isEmpty || content.applied_events.includes(guest.cart_id)) {
    return { ...accept(content), merge: nothingMerged };
  }
  const refreshed = refresh(remembering(content, guest.cart_id), findings);
  const sold = new Map(findings.products.map((product) => [product.product_id, product]));
  const withLines = guest.items.reduce((merged, item) => addLine(merged, item, sold.get(item.product_id)), {
    content: refreshed.content,
    report: nothingMerged,
  });
  const merged = guest.coupon_codes.reduce((each, code) => addCoupon(each, code, circumstances), withLines);
  return {
    ok: true,
    content: merged.content,
    warnings: refresh(merged.content, findings).warnings,
    merge: { ...merged.report, repriced: repricedLines(merged.content, [...guest.items, ...content.items]) },
  };
}

interface Merged {
  content: CartContent;
  report: MergeReport;
}

function addLine(merged: Merged, item: CartItem, product: ProductSnapshot | undefined): Merged {
  const { product_id } = item;
  const own = findItem(merged.content, product_id);
  if (!product) return without(merged, { product_id, reason: 'unavailable' });
  if (!own && merged.content.items.length >= MAX_LINES) return without(merged, { product_id, reason: 'cart_full' });

  const requested = item.quantity + (own?.quantity ?? 0);
  const quantity = Math.min(requested, MAX_QUANTITY, product.allow_backorder ? MAX_QUANTITY : availableOf(product));
  if (quantity === 0) return without(merged, { product_id, reason: 'out_of_stock' });

  const line = itemOf(product, quantity, own?.added_at ?? item.added_at);
  const { items } = merged.content;
  const content = withItems(merged.content, own ? items.map((each) => (each === own ? line : each)) : [...items, line]);
  if (!fitsColumns(content)) return without(merged, { product_id, reason: 'amount_too_large' });

  const { report } = merged;
  const told =
    quantity === requested
      ? { ...report, added: [...report.added, { product_id, quantity: item.quantity }] }
      : { ...report, clamped: [...report.clamped, { product_id, requested, quantity }] };
  return { content, report: told };
}

function addCoupon(merged: Merged, coupon_code: string, circumstances: Circumstances): Merged {
  const { content } = merged;
  if (content.coupon_codes.includes(coupon_code)) return merged;
  const reason = couponRefusal(content, coupon_code, circumstances);
  if (reason) return without(merged, { coupon_code, reason });
  return { ...merged, content: { ...content, coupon_codes: [...content.coupon_codes, coupon_code] } };
}

function without({ content, report }: Merged, loss: MergeReport['dropped'][number]): Merged {
  return { content, report: { ...report, dropped: [...report.dropped, loss] } };
}

/** Lines that now have another price than one that was shown, each once. */
function repricedLines({ items }: CartContent, shown: CartItem[]): MergeReport['repriced'] {
  return items.flatMap(({ product_id, unit_price: new_price }) => {
    const before = shown.find((item) => item.product_id === product_id && item.unit_price !== new_price);
    return before ? [{ product_id, old_price: before.unit_price, new_price }] : [];
  });
}
