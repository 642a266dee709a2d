import type { z } from '@hono/zod-openapi';

import type { OrderPayment } from '#shared/contracts/payments.ts';

import { type OrderStatus, orderStatuses } from '../../domain/status.ts';
import type { HistoryRow, ItemRow, OrderParts, OrderRow } from '../../store/orders.ts';
import type { Order, OrderSummary } from './order.schema.ts';

export function presentSummary(row: OrderRow): z.infer<typeof OrderSummary> {
  return {
    id: row.id,
    order_number: row.order_number,
    user_id: row.user_id,
    status: row.status,
    subtotal: row.subtotal,
    discount_amount: row.discount_amount,
    tax_amount: row.tax_amount,
    shipping_amount: row.shipping_amount,
    total_amount: row.total_amount,
    currency: row.currency,
    shipping_address_id: row.shipping_address_id,
    billing_address_id: row.billing_address_id,
    notes: row.notes,
    tracking_number: row.tracking_number,
    payment_due_at: row.status === 'PENDING' ? timestamp(row.payment_due_at) : null,
    shipped_at: timestamp(row.shipped_at),
    delivered_at: timestamp(row.delivered_at),
    cancelled_at: timestamp(row.cancelled_at),
    cancellation_reason: row.cancellation_reason,
    version: row.version,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}

export function presentOrder(
  { order, items, history }: OrderParts,
  payment: OrderPayment | null,
): z.infer<typeof Order> {
  return {
    ...presentSummary(order),
    items: items.map(presentItem),
    applied_coupons: order.applied_coupons,
    shipping_address: order.shipping_address,
    billing_address: order.billing_address,
    shipping_method: { code: order.shipping_method_code, name: order.shipping_method_name },
    tax_rate: order.tax_rate,
    status_history: history.map(presentChange),
    payment,
  };
}

function presentItem(row: ItemRow) {
  const { order_id: _order, weight: _weight, position: _position, created_at: _created, ...shown } = row;
  return shown;
}

function presentChange({ from_status, to_status, notes, changed_by, created_at }: HistoryRow) {
  return {
    from_status: from_status === null ? null : known(from_status),
    to_status: known(to_status),
    notes,
    changed_by,
    created_at: created_at.toISOString(),
  };
}

function known(status: string): OrderStatus {
  const found = orderStatuses.find((candidate) => candidate === status);
  if (!found) throw new Error(`Not a status: ${status}`);
  return found;
}

function timestamp(at: Date | null): string | null {
  return at?.toISOString() ?? null;
}
