/** Every table of the payments database. */
export {
  closedOrders,
  departedUsers,
  paymentMethods,
  refunds,
  refundStatus,
  transactions,
  transactionStatus,
  userSavedPaymentMethods,
  webhookEvents,
  webhookStatus,
} from './payments.ts';
export { idempotencyKeys, inbox, outbox } from '#shared/db/tables.ts';
