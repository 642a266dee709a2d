import type { Trace } from '#shared/http/context.ts';
import type { Health, Result } from '#shared/rpc.ts';

/** A line of an order as products knows it: the authoritative name, SKU, price and weight (kg). */
export interface ReservedLine {
  product_id: string;
  name: string;
  sku: string;
  unit_price: string;
  weight: string | null;
  quantity: number;
}

interface Shortage {
  product_id: string;
  requested: number;
  available: number;
}

/**
 * `reservation_conflict`: this order id already has a reservation that is not this one (other lines, or released);
 * the checkout must start over with a new order id.
 */
export type ReserveResult = Result<
  { lines: ReservedLine[] },
  | { code: 'insufficient_stock'; items: Shortage[] }
  | { code: 'product_unavailable'; items: { product_id: string }[] }
  | { code: 'reservation_conflict' }
>;

/** What a cart shows of a product. `available_quantity` counts what is not reserved. */
export interface ProductSnapshot {
  product_id: string;
  name: string;
  slug: string;
  unit_price: string;
  image_url: string | null;
  available_quantity: number;
  allow_backorder: boolean;
}

/** A product as it is sold now: what a cart shows, and what an order needs besides. `weight`: kg of one piece. */
export interface ProductForSale extends ProductSnapshot {
  sku: string;
  weight: string | null;
}

export interface ProductsApi {
  /** Reserves all lines or none, in one statement; repeating it with the same lines changes nothing. */
  reserve(
    trace: Trace,
    request: { order_id: string; lines: { product_id: string; quantity: number }[] },
  ): Promise<ReserveResult>;
  /** The order is paid: what it holds leaves the shelf. Repeatable. */
  commit(trace: Trace, request: { order_id: string }): Promise<void>;
  /** Gives back what the order holds, reserved or already taken from the shelf. Repeatable. */
  release(trace: Trace, request: { order_id: string }): Promise<void>;
  /** The live, active ones among these products; others are left out. */
  snapshots(trace: Trace, request: { product_ids: string[] }): Promise<ProductForSale[]>;
  health(): Promise<Health>;
  sweep(trace: Trace, request: { advance_seconds: number }): Promise<Record<string, number>>;
}
