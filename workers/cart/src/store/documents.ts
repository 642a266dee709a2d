import { Decimal128, ObjectId } from 'mongodb';

import { type CartContent, emptyContent } from '../domain/cart.ts';
import type { CartAmounts } from '../domain/totals.ts';

/**
 * A stored cart. `version` grows with every change. `merged_into`: the user who takes this guest's cart over; from then on
 * it is nobody else's, and no live cart of its guest.
 */
export interface Cart extends CartContent, CartAmounts {
  id: string;
  user_id: string;
  currency: string;
  version: number;
  merged_into: string | null;
  created_at: Date;
  updated_at: Date;
  expires_at: Date;
}

/** Seed: carts. Whole numbers are stored as int, as the driver does with integers of 32 bits. */
export interface CartDocument {
  _id: ObjectId;
  user_id: string;
  items: ItemDocument[];
  subtotal: Decimal128;
  discount_amount: Decimal128;
  tax_amount: Decimal128;
  total_amount: Decimal128;
  applied_coupons: { coupon_code: string; discount_amount: Decimal128 }[];
  currency: string;
  version: number;
  applied_events: string[];
  /** These two are missing in carts that an earlier release wrote. */
  tax_rate?: string;
  merged_into?: string | null;
  /** Only earlier releases wrote it; nobody reads it. */
  refreshed_at?: Date;
  created_at: Date;
  updated_at: Date;
  expires_at: Date;
}

interface ItemDocument {
  product_id: string;
  product_name: string;
  product_slug: string;
  quantity: number;
  unit_price: Decimal128;
  total_price: Decimal128;
  image_url: string | null;
  added_at: Date;
}

export function newCartId(): string {
  return new ObjectId().toHexString();
}

export function documentOf({ id, coupon_codes: _codes, ...cart }: Cart): CartDocument {
  return {
    _id: new ObjectId(id),
    ...cart,
    items: cart.items.map((item) => ({
      ...item,
      unit_price: Decimal128.fromString(item.unit_price),
      total_price: Decimal128.fromString(item.total_price),
    })),
    subtotal: Decimal128.fromString(cart.subtotal),
    discount_amount: Decimal128.fromString(cart.discount_amount),
    tax_amount: Decimal128.fromString(cart.tax_amount),
    total_amount: Decimal128.fromString(cart.total_amount),
    applied_coupons: cart.applied_coupons.map((coupon) => ({
      ...coupon,
      discount_amount: Decimal128.fromString(coupon.discount_amount),
    })),
  };
}

export function cartOf(stored: CartDocument): Cart {
  const { _id, refreshed_at: _, ...document } = stored;
  return {
    id: _id.toHexString(),
    ...document,
    tax_rate: document.tax_rate ?? emptyContent.tax_rate,
    merged_into: document.merged_into ?? null,
    items: document.items.map((item) => ({
      ...item,
      unit_price: item.unit_price.toString(),
      total_price: item.total_price.toString(),
    })),
    subtotal: document.subtotal.toString(),
    discount_amount: document.discount_amount.toString(),
    tax_amount: document.tax_amount.toString(),
    total_amount: document.total_amount.toString(),
    coupon_codes: document.applied_coupons.map(({ coupon_code }) => coupon_code),
    applied_coupons: document.applied_coupons.map((coupon) => ({
      ...coupon,
      discount_amount: coupon.discount_amount.toString(),
    })),
  };
}
