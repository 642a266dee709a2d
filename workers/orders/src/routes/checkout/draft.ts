import type { z } from '@hono/zod-openapi';
import { uuidv7 } from 'uuidv7';

import type { AddressSnapshot } from '#drizzle/orders/schema.ts';
import type { CheckoutCart, CouponTerms } from '#shared/contracts/cart.ts';
import type { ReservedLine } from '#shared/contracts/products.ts';
import type { AddressOfUser } from '#shared/contracts/users.ts';
import type { Claim } from '#shared/db/idempotency.ts';
import { newEvent, type OutboxEvent } from '#shared/events/events.ts';
import { fromCents, toCents } from '#shared/money/money.ts';
import { type Line, type Totals, totalsOf } from '#shared/money/totals.ts';

import { chooseShipping, type ShippingMethod } from '../../domain/charges.ts';
import { discountOf } from '../../domain/coupons.ts';
import { newOrderNumber } from '../../domain/order-number.ts';
import type { Charges } from '../../store/charges.ts';
import type { HistoryRow, OrderParts } from '../../store/orders.ts';
import type { CheckoutInput } from './checkout.contract.ts';

export interface PricedOrder {
  lines: ReservedLine[];
  totals: Totals;
  method: ShippingMethod;
  taxRate: string;
}

/** What the lines are worth without anything added or taken off. */
export function subtotalOf(lines: ReservedLine[]): string {
  return fromCents(totalsOf({ lines: lines.map(lineOf), coupons: [], taxRate: '0', shipping: null }).subtotal);
}

/** The totals of these lines with these coupons, or null when no shipping method serves them. */
export function priceOrder(
  lines: ReservedLine[],
  charges: Charges,
  methodCode: string | undefined,
  coupons: CouponTerms[],
): PricedOrder | null {
  const priced = lines.map(lineOf);
  const base = { lines: priced, coupons: coupons.map(discountOf), taxRate: charges.taxRate };
  const { subtotal, discount } = totalsOf({ ...base, shipping: null });
  const method = chooseShipping(charges.methods, methodCode, priced, subtotal - discount);
  return method && { lines, totals: totalsOf({ ...base, shipping: method }), method, taxRate: charges.taxRate };
}

function lineOf({ unit_price, quantity, weight }: ReservedLine): Line {
  return { unitPrice: toCents(unit_price), quantity, weight };
}

/** The rows of a new order. A total of zero needs no payment: CONFIRMED at once (API: Totals). */
export function draftOrder(of: {
  claim: Claim;
  input: z.infer<typeof CheckoutInput>;
  email: string | null;
  shipTo: AddressOfUser;
  billTo: AddressOfUser;
  currency: string;
  deadlineMinutes: number;
  priced: PricedOrder;
  now: Date;
}): OrderParts {
  const { claim, input, priced, now } = of;
  const isPaid = priced.totals.total === 0n;
  const order = {
    id: claim.resourceId,
    order_number: newOrderNumber(now),
    user_id: claim.user_id,
    status: isPaid ? ('CONFIRMED' as const) : ('PENDING' as const),
    subtotal: fromCents(priced.totals.subtotal),
    discount_amount: fromCents(priced.totals.discount),
    tax_amount: fromCents(priced.totals.tax),
    shipping_amount: fromCents(priced.totals.shipping),
    total_amount: fromCents(priced.totals.total),
    currency: of.currency,
    tax_rate: priced.taxRate,
    shipping_address_id: of.shipTo.id,
    billing_address_id: of.billTo.id,
    shipping_address: snapshot(of.shipTo),
    billing_address: snapshot(of.billTo),
    shipping_method_code: priced.method.code,
    shipping_method_name: priced.method.name,
    applied_coupons: priced.totals.coupons.map(({ code, discount }) => ({
      coupon_code: code,
      discount_amount: fromCents(discount),
    })),
    customer_email: of.email,
    notes: input.notes ?? null,
    tracking_number: null,
    payment_due_at: isPaid ? null : new Date(now.getTime() + of.deadlineMinutes * 60_000),
    shipped_at: null,
    delivered_at: null,
    cancelled_at: null,
    cancellation_reason: null,
    version: 1,
    created_at: now,
    updated_at: now,
  };
  return { order, items: itemRows(order.id, priced, now), history: historyRows(order.id, claim.user_id, isPaid, now) };
}

/** `order.placed` with the cart's lines, and `order.confirmed` for an order that needs no payment. */
export function eventsOf({ order }: OrderParts, cart: CheckoutCart): [OutboxEvent, ...OutboxEvent[]] {
  const about = { order_id: order.id, user_id: order.user_id, order_number: order.order_number };
  const items = cart.items.map(({ product_id, quantity, added_at }) => ({ product_id, quantity, added_at }));
  const coupon_codes = order.applied_coupons.map(({ coupon_code }) => coupon_code);
  const placed = newEvent('order.placed', order.id, { ...about, items, coupon_codes });
  return order.status === 'CONFIRMED' ? [placed, newEvent('order.confirmed', order.id, about)] : [placed];
}

function itemRows(order_id: string, { lines, totals }: PricedOrder, created_at: Date) {
  return lines.map((line, position) => ({
    id: uuidv7(),
    order_id,
    product_id: line.product_id,
    product_name: line.name,
    product_sku: line.sku,
    quantity: line.quantity,
    unit_price: line.unit_price,
    total_price: fromCents(totals.lines[position]?.total ?? 0n),
    discount_amount: fromCents(totals.lines[position]?.discount ?? 0n),
    tax_amount: fromCents(totals.lines[position]?.tax ?? 0n),
    weight: line.weight,
    position,
    created_at,
  }));
}

function historyRows(order_id: string, userId: string, isPaid: boolean, created_at: Date): HistoryRow[] {
  const placed = {
    id: uuidv7(),
    order_id,
    from_status: null,
    to_status: 'PENDING',
    notes: null,
    changed_by: userId,
    created_at,
  };
  if (!isPaid) return [placed];
  const confirmed = {
    ...placed,
    id: uuidv7(),
    from_status: 'PENDING',
    to_status: 'CONFIRMED',
    notes: 'Nothing to pay',
    changed_by: null,
  };
  return [placed, confirmed];
}

function snapshot({ id: _id, ...address }: AddressOfUser): AddressSnapshot {
  return address;
}
