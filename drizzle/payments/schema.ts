/** Every table of the payments database. */
export {
  closedOrders,
  paymentMethods,
  refunds,
  refundStatus,
  transactions,
  transactionStatus,
  userSavedPaymentMethods,
} from './payments.ts';
export { idempotencyKeys, inbox, outbox } from '#shared/db/tables.ts';
