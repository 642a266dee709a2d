import type { z } from '@hono/zod-openapi';

import type { OrderPayment } from '#shared/contracts/payments.ts';

import { changeOf, type ToldEvent } from '../../store/admin-orders.ts';
import type { OrderParts, OrderRow } from '../../store/orders.ts';
import { presentOrder, presentSummary } from '../orders/order.presenter.ts';
import type { AdminOrder, AdminOrderSummary, TimelineEntry } from './admin-order.schema.ts';

export function presentAdminSummary(row: OrderRow): z.infer<typeof AdminOrderSummary> {
  return { ...presentSummary(row), customer_email: row.customer_email };
}

export function presentAdminOrder(
  parts: OrderParts & { told: ToldEvent[] },
  payment: OrderPayment | null,
): z.infer<typeof AdminOrder> {
  const order = presentOrder(parts, payment);
  const { customer_email } = parts.order;
  return { ...order, customer_email, timeline: timelineOf(order.status_history, parts.told) };
}

/** By time; what happened in the same millisecond: first the change of status, then what was told of it. */
function timelineOf(history: z.infer<typeof AdminOrder>['status_history'], told: ToldEvent[]): TimelineEntry[] {
  const steps = history.map(({ created_at, ...step }) => ({ kind: 'status' as const, at: created_at, ...step }));
  return [...steps, ...told.map(entryOf)].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

function entryOf(event: ToldEvent): TimelineEntry {
  const at = event.created_at.toISOString();
  const change = changeOf(event);
  if (!change) return { kind: 'event', at, type: event.type, sent_at: event.sent_at?.toISOString() ?? null };
  return { kind: 'change', at, changed_by: change.actor_id, before: change.before ?? {}, after: change.after ?? {} };
}
