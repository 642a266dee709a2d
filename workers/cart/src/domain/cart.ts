import type { CouponRefusal } from '#shared/contracts/cart.ts';
import type { ProductSnapshot } from '#shared/contracts/products.ts';
import { fromCents, toCents, toScaled } from '#shared/money/money.ts';

import type { MergeReport } from './merge.ts';
import { fitsColumns } from './totals.ts';

export const MAX_QUANTITY = 999;
export const MAX_LINES = 100;
/** Far more events than can be under way for one cart; the oldest are forgotten. */
export const MAX_APPLIED_EVENTS = 50;

/** A product as the shopper last saw it. Amounts are decimal strings with two decimals. */
export interface CartItem {
  product_id: string;
  product_name: string;
  product_slug: string;
  quantity: number;
  unit_price: string;
  total_price: string;
  image_url: string | null;
  added_at: Date;
}

/** What rules change in a cart; its amounts follow from it and the coupons (see `amountsOf`). */
export interface CartContent {
  items: CartItem[];
  /** In the order they were applied. */
  coupon_codes: string[];
  /** An estimate: the rate where the shopper has things sent by default, a fraction; `"0"` as long as none is known. */
  tax_rate: string;
  /** What must not be applied twice: ids of events, and of the guests' carts taken over. */
  applied_events: string[];
}

/** What the shopper should know about a line. */
export type Warning =
  | { product_id: string; code: 'price_changed'; old_price: string; new_price: string }
  | { product_id: string; code: 'insufficient_stock'; available_quantity: number }
  | { product_id: string; code: 'unavailable' };

export type Refusal =
  | { code: 'quantity_too_large' | 'too_many_lines' | 'amount_too_large' | 'not_in_cart' }
  | { code: 'coupon_not_applied' | 'coupon_limit_reached' | CouponRefusal['code'] }
  | { code: 'product_unavailable'; items: { product_id: string }[] }
  | { code: 'insufficient_stock'; items: { product_id: string; requested: number; available: number }[] };

/** The same content object back means that nothing changed. `merge`: what taking a guest's cart over did. */
export interface Accepted {
  ok: true;
  content: CartContent;
  warnings: Warning[];
  merge?: MergeReport;
}

export type Outcome = Accepted | { ok: false; refusal: Refusal };

export const emptyContent: CartContent = {
  items: [],
  coupon_codes: [],
  tax_rate: '0',
  applied_events: [],
};

/** Adds to what is already there of the product. */
export function addItem(content: CartContent, product: ProductSnapshot, quantity: number, now: Date): Outcome {
  const known = findItem(content, product.product_id);
  if (!known && content.items.length >= MAX_LINES) return refuse({ code: 'too_many_lines' });
  return putItem(content, product, (known?.quantity ?? 0) + quantity, now);
}

/** `product`: null when it is no longer sold. */
export function setQuantity(
  content: CartContent,
  product_id: string,
  product: ProductSnapshot | null,
  quantity: number,
  now: Date,
): Outcome {
  if (!findItem(content, product_id)) return refuse({ code: 'not_in_cart' });
  if (!product) return refuse({ code: 'product_unavailable', items: [{ product_id }] });
  return putItem(content, product, quantity, now);
}

export function removeItem(content: CartContent, product_id: string): Outcome {
  if (!findItem(content, product_id)) return refuse({ code: 'not_in_cart' });
  const items = content.items.filter((item) => item.product_id !== product_id);
  return accept(withItems(content, items));
}

/** Events stay known: one that comes again must not take from what is added later. */
export function emptyCart(content: CartContent): Accepted {
  if (content.items.length === 0 && content.coupon_codes.length === 0) return accept(content);
  return accept({ ...content, items: [], coupon_codes: [] });
}

/** Takes over new unit prices; products that are not in the cart are ignored. */
export function reprice(content: CartContent, prices: { product_id: string; unit_price: string }[]): Accepted {
  const priceOf = new Map(prices.map(({ product_id, unit_price }) => [product_id, unit_price]));
  const items = content.items.map((item) => ({ ...item, unit_price: priceOf.get(item.product_id) ?? item.unit_price }));
  const isChanged = items.some((item, i) => item.unit_price !== content.items[i]?.unit_price);
  return accept(isChanged ? fittingOr(content, withItems(content, items)) : content);
}

/** A line as it was ordered. `added_at`, RFC 3339, tells it from one that was put in again since; older events have none. */
export interface OrderedLine {
  product_id: string;
  quantity: number;
  added_at?: string | undefined;
}

/** Takes out what was ordered and the coupons used for it, once for each event; what was added since the order stays. */
export function takeOutOrdered(
  content: CartContent,
  event_id: string,
  ordered: OrderedLine[],
  used_coupons: string[] = [],
): Accepted {
  if (content.applied_events.includes(event_id)) return accept(content);
  const items = content.items.flatMap((item) => {
    const taken = ordered.filter(
      ({ product_id, added_at }) =>
        product_id === item.product_id && (added_at === undefined || Date.parse(added_at) === item.added_at.getTime()),
    );
    const quantity = taken.reduce((left, line) => left - line.quantity, item.quantity);
    return quantity > 0 ? [{ ...item, quantity }] : [];
  });
  const coupon_codes = content.coupon_codes.filter((code) => !used_coupons.includes(code));
  return accept(withItems({ ...remembering(content, event_id), coupon_codes }, items));
}

export function remembering(content: CartContent, event_id: string): CartContent {
  return { ...content, applied_events: [...content.applied_events, event_id].slice(-MAX_APPLIED_EVENTS) };
}

/** The content with this rate, if one is given, it is another, and what it makes of the cart can be stored. */
export function withTaxRate<Content extends CartContent>(content: Content, tax_rate: string | null): Content {
  const isSame = tax_rate === null || toScaled(tax_rate, 4) === toScaled(content.tax_rate, 4);
  return isSame ? content : fittingOr(content, { ...content, tax_rate });
}

export function findItem(content: CartContent, product_id: string): CartItem | undefined {
  return content.items.find((item) => item.product_id === product_id);
}

/** The content with these lines, each with its total. */
export function withItems(content: CartContent, items: CartItem[]): CartContent {
  return { ...content, items: items.map((item) => ({ ...item, total_price: totalOf(item) })) };
}

function totalOf({ unit_price, quantity }: CartItem): string {
  return fromCents(toCents(unit_price) * BigInt(quantity));
}

/**
 * New prices must not make a cart that no amount column could hold: such a cart keeps its old ones, and a checkout says
 * that they have changed until there is less in it.
 */
export function fittingOr<Content extends CartContent>(content: Content, repriced: Content): Content {
  return fitsColumns(repriced) ? repriced : content;
}

export function accept(content: CartContent, warnings: Warning[] = []): Accepted {
  return { ok: true, content, warnings };
}

export function refuse(refusal: Refusal): Outcome {
  return { ok: false, refusal };
}

/** Puts a line with this quantity in place, as the product is now. */
function putItem(content: CartContent, product: ProductSnapshot, quantity: number, now: Date): Outcome {
  if (quantity > MAX_QUANTITY) return refuse({ code: 'quantity_too_large' });
  if (isShort(product, quantity)) {
    const { product_id } = product;
    return refuse({
      code: 'insufficient_stock',
      items: [{ product_id, requested: quantity, available: availableOf(product) }],
    });
  }
  const known = findItem(content, product.product_id);
  const item = itemOf(product, quantity, known?.added_at ?? now);
  const items = known ? content.items.map((each) => (each === known ? item : each)) : [...content.items, item];
  const changed = withItems(content, items);
  if (!fitsColumns(changed)) return refuse({ code: 'amount_too_large' });
  return accept(changed, known ? priceWarnings(known, product) : []);
}

/** A line with what it copies from its product; `withItems` fills in the total. */
export function itemOf(product: ProductSnapshot, quantity: number, added_at: Date): CartItem {
  return {
    product_id: product.product_id,
    product_name: product.name,
    product_slug: product.slug,
    quantity,
    unit_price: product.unit_price,
    total_price: '0.00',
    image_url: product.image_url,
    added_at,
  };
}

export function isShort(product: ProductSnapshot, quantity: number): boolean {
  return !product.allow_backorder && quantity > product.available_quantity;
}

/** Reservations made while backorders were allowed can exceed the stock. */
export function availableOf(product: ProductSnapshot): number {
  return Math.max(0, product.available_quantity);
}

export function priceWarnings(item: CartItem, product: ProductSnapshot): Warning[] {
  const { product_id, unit_price: old_price } = item;
  if (old_price === product.unit_price) return [];
  return [{ product_id, code: 'price_changed', old_price, new_price: product.unit_price }];
}
