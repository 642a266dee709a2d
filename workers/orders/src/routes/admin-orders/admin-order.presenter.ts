import type { z } from '@hono/zod-openapi';

import type { OrderPayments } from '#shared/contracts/payments.ts';

import type { OrderChange, ToldEvent, WholeOrder } from '../../store/admin-orders.ts';
import type { OrderRow } from '../../store/orders.ts';
import { presentOrder, presentSummary } from '../orders/order.presenter.ts';
import type { AdminOrder, AdminOrderSummary, TimelineEntry } from './admin-order.schema.ts';

export function presentAdminSummary(row: OrderRow): z.infer<typeof AdminOrderSummary> {
  return { ...presentSummary(row), customer_email: row.customer_email };
}

export function presentAdminOrder(whole: WholeOrder, payments: OrderPayments): z.infer<typeof AdminOrder> {
  const order = presentOrder(whole, payments.payment);
  const { customer_email } = whole.order;
  return { ...order, customer_email, timeline: timelineOf(order.status_history, whole, payments) };
}

/** By time; what happened in the same millisecond: first what was done, then what was told of it. */
function timelineOf(
  history: z.infer<typeof AdminOrder>['status_history'],
  { changes, told }: WholeOrder,
  { attempts, refunds }: OrderPayments,
): TimelineEntry[] {
  const entries: TimelineEntry[] = [
    ...attempts.map(({ created_at, ...attempt }) => ({ kind: 'payment' as const, at: created_at, ...attempt })),
    ...refunds.map(({ created_at, ...refund }) => ({ kind: 'refund' as const, at: created_at, ...refund })),
    ...history.map(({ created_at, ...step }) => ({ kind: 'status' as const, at: created_at, ...step })),
    ...changes.map(changeEntry),
    ...told.map(eventEntry),
  ];
  return entries.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

function changeEntry({ created_at, changed_by, before, after }: OrderChange): TimelineEntry {
  return { kind: 'change', at: created_at.toISOString(), changed_by, before, after };
}

function eventEntry({ created_at, type, sent_at }: ToldEvent): TimelineEntry {
  return { kind: 'event', at: created_at.toISOString(), type, sent_at: sent_at?.toISOString() ?? null };
}
