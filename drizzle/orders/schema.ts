/** Every table of the orders database. */
export { orderChanges, orderItems, orders, orderStatus, orderStatusHistory } from './orders.ts';
export type { AddressSnapshot, AppliedCoupon } from './orders.ts';
export { shippingMethods, taxRates } from './charges.ts';
export { idempotencyKeys, inbox, outbox } from '#shared/db/tables.ts';
