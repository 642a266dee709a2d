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
export const fulfilmentStatuses = ['PROCESSING', 'SHIPPED', 'DELIVERED'] as const;
export type FulfilmentStatus = (typeof fulfilmentStatuses)[number];

/** The statuses from which an order may go to this one. */
export function sourcesOf(to: OrderStatus): OrderStatus[] {
  return orderStatuses.filter((from) => transitions[from].includes(to));
}

/** Where staff may move an order from here. */
export function fulfilmentFrom(from: OrderStatus): FulfilmentStatus[] {
  return fulfilmentStatuses.filter((to) => transitions[from].includes(to));
}
