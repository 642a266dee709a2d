import type { FailureReason } from '../gateways/payment-gateway.ts';

/** What `failure_reason` can be. */
export const failureReasons = [
  'card_declined',
  'insufficient_funds',
  'expired_card',
  'gateway_error',
] as const satisfies FailureReason[];
