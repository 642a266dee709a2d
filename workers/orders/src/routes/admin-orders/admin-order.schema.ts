import { z } from '@hono/zod-openapi';

import { Id, Timestamp } from '#shared/http/values.ts';

import { adminOrderExample, adminOrderSummaryExample } from '../orders/order.examples.ts';
import { Order, OrderStatus, OrderSummary } from '../orders/order.schema.ts';

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
        kind: z.literal('event'),
        at: Timestamp,
        type: z.string(),
        sent_at: Timestamp.nullable(),
      })
      .openapi('OrderEventEntry'),
  ])
  .openapi('OrderTimelineEntry', {
    description:
      '`status`: the order moved on. `change`: staff changed fields of it. `event`: other services were told of it; ' +
      '`sent_at` is null while that is still to be sent.',
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
