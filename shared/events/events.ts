import { uuidv7 } from 'uuidv7';
import { z } from 'zod';

import { requestContext } from '#shared/http/context.ts';

const Id = z.uuid();
const Ordered = z.object({ order_id: Id, user_id: Id, order_number: z.string() });
const Paid = z.object({ transaction_id: Id, order_id: Id, user_id: Id, amount: z.string(), currency: z.string() });

const schemas = {
  'user.registered': z.object({ user_id: Id }),
  'user.verification_requested': z.object({ user_id: Id }),
  'user.password_reset_requested': z.object({ user_id: Id }),
  'user.password_changed': z.object({ user_id: Id }),
  'user.deleted': z.object({ user_id: Id }),
  'product.updated': z.object({ product_id: Id }),
  'category.updated': z.object({ category_id: Id }),
  'stock.low': z.object({ product_id: Id, available_quantity: z.int(), low_stock_threshold: z.int() }),
  'order.placed': Ordered.extend({
    /** `added_at` tells the cart's line that was ordered from a later one of the product; older events have none. */
    items: z.array(z.object({ product_id: Id, quantity: z.int(), added_at: z.iso.datetime().optional() })),
    coupon_codes: z.array(z.string()).default([]),
  }),
  /** The deadline of an order has come: what orders tells itself in time, kept back by its own queue. Not in an outbox. */
  'order.payment_due': z.object({ order_id: Id }),
  'order.confirmed': Ordered,
  'order.shipped': Ordered.extend({ tracking_number: z.string().nullable() }),
  'order.delivered': Ordered,
  'order.cancelled': Ordered,
  /** The whole payment went back. `restock`: what was sent out is on the shelf again. */
  'order.refunded': Ordered.extend({ refunded_amount: z.string(), currency: z.string(), restock: z.boolean() }),
  'payment.succeeded': Paid,
  'payment.failed': Paid.extend({ failure_reason: z.string() }),
  /** `amount` went back now, `refunded_amount` so far; `is_full`: nothing is left of the payment. */
  'payment.refunded': Paid.extend({
    refund_id: Id,
    refunded_amount: z.string(),
    is_full: z.boolean(),
    restock: z.boolean(),
  }),
  /** Something staff changed, for the one audit log. `before` and `after` hold the changed fields only. */
  'audit.recorded': z.object({
    actor_id: Id,
    action: z.string(),
    resource_type: z.string(),
    resource_id: z.string(),
    before: z.record(z.string(), z.unknown()).nullable(),
    after: z.record(z.string(), z.unknown()).nullable(),
    recorded_at: z.iso.datetime(),
  }),
} as const;

export type EventType = keyof typeof schemas;
type Payloads = { [Type in EventType]: z.infer<(typeof schemas)[Type]> };
export type EventPayload<Type extends EventType> = Payloads[Type];

/** What each event says. Money is a decimal string. Consumers must bear fields they do not know. */
export const payloads: { [Type in EventType]: z.ZodType<Payloads[Type]> } = schemas;

export type Consumer = 'gateway' | 'users' | 'products' | 'cart' | 'orders' | 'payments' | 'notifications';

/** Who is told what: each consumer has one queue. An event that nobody needs yet stays in the outbox as sent. */
export const consumers: Record<EventType, readonly Consumer[]> = {
  'user.registered': ['notifications'],
  'user.verification_requested': ['notifications'],
  'user.password_reset_requested': ['notifications'],
  'user.password_changed': ['notifications'],
  'user.deleted': ['cart', 'products', 'payments'],
  'product.updated': ['gateway'],
  'category.updated': ['gateway'],
  'stock.low': ['gateway'],
  'order.placed': ['cart'],
  'order.payment_due': ['orders'],
  'order.confirmed': ['products', 'notifications'],
  'order.shipped': ['notifications'],
  'order.delivered': [],
  'order.cancelled': ['products', 'cart', 'payments', 'notifications'],
  'order.refunded': ['products', 'notifications'],
  'payment.succeeded': ['orders'],
  'payment.failed': [],
  'payment.refunded': ['orders'],
  'audit.recorded': ['users'],
};

/** An event as it lies in the outbox. `subject_id`: the thing it is about. */
export interface OutboxEvent {
  id: string;
  type: EventType;
  subject_id: string;
  payload: unknown;
  request_id: string;
  traceparent: string;
}

/** A new event for the outbox; insert it in the batch that makes the change. */
export function newEvent<Type extends EventType>(
  type: Type,
  subject_id: string,
  payload: EventPayload<Type>,
): OutboxEvent {
  const { requestId, traceparent } = requestContext();
  return { id: uuidv7(), type, subject_id, payload, request_id: requestId, traceparent };
}

/** An event on its way. */
export const Message = z.object({
  id: Id,
  type: z.keyof(z.object(schemas)),
  payload: z.unknown(),
  request_id: z.string(),
  traceparent: z.string(),
});
export type Message = z.infer<typeof Message>;
