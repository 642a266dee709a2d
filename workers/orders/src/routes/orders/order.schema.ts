import { z } from '@hono/zod-openapi';

import { Currency, Id, Timestamp } from '#shared/http/values.ts';
import { Money } from '#shared/money/schema.ts';

import { orderStatuses } from '../../domain/status.ts';
import { orderExample, orderSummaryExample } from './order.examples.ts';

export const OrderStatus = z.enum(orderStatuses).openapi('OrderStatus', { example: 'PENDING' });

const OrderItem = z
  .object({
    id: Id,
    product_id: Id,
    product_name: z.string().openapi({ example: 'Clay Plant Pot' }),
    product_sku: z.string().openapi({ example: 'CLAY-PLANT-POT-REGULAR' }),
    quantity: z.int().openapi({ example: 2 }),
    unit_price: Money,
    total_price: Money,
    discount_amount: Money,
    tax_amount: Money,
  })
  .openapi('OrderItem');

const OrderAddress = z
  .object({
    full_name: z.string().openapi({ example: 'Carla Customer' }),
    phone_number: z.string().openapi({ example: '+14155550100' }),
    address_line1: z.string().openapi({ example: '1 Market Street' }),
    address_line2: z.string().nullable(),
    city: z.string().openapi({ example: 'San Francisco' }),
    state: z.string().openapi({ example: 'CA' }),
    postal_code: z.string().openapi({ example: '94105' }),
    country: z.string().openapi({ example: 'US' }),
  })
  .openapi('OrderAddress', { description: 'The address as it was when the order was placed.' });

const OrderCoupon = z
  .object({ coupon_code: z.string().openapi({ example: 'WELCOME10' }), discount_amount: Money })
  .openapi('OrderCoupon', { description: 'A coupon for free shipping takes off "0.00" here.' });

const StatusChange = z
  .object({
    from_status: OrderStatus.nullable(),
    to_status: OrderStatus,
    notes: z.string().nullable(),
    changed_by: Id.nullable().openapi({ description: 'The user who did it; null for the system.' }),
    created_at: Timestamp,
  })
  .openapi('OrderStatusChange');

/** What has become of a payment, as payments says it. */
export const OrderPaymentStatus = z
  .enum(['PENDING', 'PROCESSING', 'SUCCESS', 'FAILED', 'REFUNDED', 'CANCELLED'])
  .openapi('OrderPaymentStatus', { example: 'SUCCESS' });

const OrderPayment = z
  .object({
    status: OrderPaymentStatus,
    amount: Money,
    refunded_amount: Money,
    transaction_id: Id,
  })
  .openapi('OrderPayment');

/** The way an order is shipped, as it was called then. */
export const ShippingMethodReference = z
  .object({ code: z.string(), name: z.string() })
  .openapi('ShippingMethodReference', { example: { code: 'standard', name: 'Standard' } });

/** What a list shows. */
export const OrderSummary = z
  .object({
    id: Id,
    order_number: z.string().openapi({ example: 'ORD-20261122-7F3K9Q' }),
    user_id: Id,
    status: OrderStatus,
    subtotal: Money,
    discount_amount: Money,
    tax_amount: Money,
    shipping_amount: Money,
    total_amount: Money,
    currency: Currency,
    shipping_address_id: Id,
    billing_address_id: Id,
    notes: z.string().nullable(),
    tracking_number: z.string().nullable(),
    payment_due_at: Timestamp.nullable().openapi({
      description: 'When an unpaid order is given up; null for any other.',
    }),
    shipped_at: Timestamp.nullable(),
    delivered_at: Timestamp.nullable(),
    cancelled_at: Timestamp.nullable(),
    cancellation_reason: z.string().nullable(),
    version: z.int(),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .openapi('OrderSummary', { example: orderSummaryExample });

export const Order = OrderSummary.extend({
  items: z.array(OrderItem),
  applied_coupons: z
    .array(OrderCoupon)
    .default([])
    .openapi({ description: 'In the order in which they were applied.' }),
  shipping_address: OrderAddress,
  billing_address: OrderAddress,
  shipping_method: ShippingMethodReference,
  tax_rate: z.string().openapi({ example: '0.0725', description: 'The rate that was applied, as a fraction.' }),
  status_history: z.array(StatusChange),
  payment: OrderPayment.nullable().openapi({ description: 'The payment that counts, or null before the first one.' }),
}).openapi('Order', { example: orderExample });
