import { z } from '@hono/zod-openapi';

import { Currency, Id, Timestamp } from '#shared/http/values.ts';
import { Money } from '#shared/money/schema.ts';

import { adminOrderExample, adminOrderSummaryExample } from '../orders/order.examples.ts';
import { Order, OrderPaymentStatus, OrderStatus, OrderSummary } from '../orders/order.schema.ts';

const customerEmail = z.string().nullable().openapi({
  example: 'customer@example.com',
  description: "The shopper's address when the order was placed.",
});

/** What staff see of an order in a list. */
export const AdminOrderSummary = OrderSummary.extend({ customer_email: customerEmail }).openapi('AdminOrderSummary', {
  example: adminOrderSummaryExample,
});

const TimelineEntry = z
  .discriminatedUnion('kind', [
    z
      .object({
        kind: z.literal('status'),
        at: Timestamp,
        from_status: OrderStatus.nullable(),
        to_status: OrderStatus,
        notes: z.string().nullable(),
        changed_by: Id.nullable(),
      })
      .openapi('OrderStatusEntry'),
    z
      .object({
        kind: z.literal('change'),
        at: Timestamp,
        changed_by: Id,
        before: z.record(z.string(), z.unknown()),
        after: z.record(z.string(), z.unknown()),
      })
      .openapi('OrderChangeEntry'),
    z
      .object({
        kind: z.literal('payment'),
        at: Timestamp,
        transaction_id: Id,
        payment_method_code: z.string(),
        amount: Money,
        currency: Currency,
        status: OrderPaymentStatus,
        failure_reason: z.string().nullable(),
        processed_at: Timestamp.nullable(),
      })
      .openapi('OrderPaymentEntry'),
    z
      .object({
        kind: z.literal('refund'),
        at: Timestamp,
        refund_id: Id,
        transaction_id: Id,
        amount: Money,
        currency: Currency,
        reason: z.string().nullable(),
        status: z.enum(['PROCESSING', 'SUCCESS', 'FAILED']).openapi({ description: 'What has become of it.' }),
        requested_by: Id.nullable().openapi({ description: 'Null where the shop did so by itself.' }),
      })
      .openapi('OrderRefundEntry'),
    z
      .object({
        kind: z.literal('event'),
        at: Timestamp,
        type: z.string(),
        sent_at: Timestamp.nullable(),
      })
      .openapi('OrderEventEntry'),
  ])
  .openapi('OrderTimelineEntry', {
    description:
      '`status`: the order moved on. `change`: staff changed fields of it. `payment`: somebody tried to pay it. ' +
      '`refund`: money was to go back. `event`: other services were told of it; `sent_at` is null while that is still to ' +
      'be sent, and 30 days after that the entry goes.',
    example: {
      kind: 'status',
      at: '2026-11-22T21:24:42.123Z',
      from_status: 'PENDING',
      to_status: 'CONFIRMED',
      notes: 'Paid by transaction 01938f6e-8c21-7d0a-b7e4-3f5a6b7c8d9e',
      changed_by: null,
    },
  });
export type TimelineEntry = z.infer<typeof TimelineEntry>;

export const AdminOrder = Order.extend({
  customer_email: customerEmail,
  timeline: z.array(TimelineEntry).openapi({ description: 'Everything that happened to the order, oldest first.' }),
}).openapi('AdminOrder', { example: adminOrderExample });
