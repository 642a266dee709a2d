export const orderStatuses = [
  'PENDING',
  'CONFIRMED',
  'PROCESSING',
  'SHIPPED',
  'DELIVERED',
  'CANCELLED',
  'REFUNDED',
] as const;

export type OrderStatus = (typeof orderStatuses)[number];

/** The state machine: what an order may become next. */
const transitions: Record<OrderStatus, readonly OrderStatus[]> = {
  PENDING: ['CONFIRMED', 'CANCELLED'],
  CONFIRMED: ['PROCESSING', 'CANCELLED', 'REFUNDED'],
  PROCESSING: ['SHIPPED', 'CANCELLED', 'REFUNDED'],
  SHIPPED: ['DELIVERED', 'REFUNDED'],
  DELIVERED: ['REFUNDED'],
  CANCELLED: ['REFUNDED'],
  REFUNDED: [],
};

/** What staff may set by hand: being paid and being refunded are payments' to say. */
export const staffStatuses = ['PROCESSING', 'SHIPPED', 'DELIVERED', 'CANCELLED'] as const;

export type Caller = 'customer' | 'staff';

const settable: Record<Caller, readonly OrderStatus[]> = { customer: ['CANCELLED'], staff: staffStatuses };

/** The statuses from which an order may go to this one. */
export function sourcesOf(to: OrderStatus): OrderStatus[] {
  return orderStatuses.filter((from) => transitions[from].includes(to));
}

/** What this caller may make of an order from here. */
export function allowedFrom(from: OrderStatus, caller: Caller): OrderStatus[] {
  return settable[caller].filter((to) => transitions[from].includes(to));
}
