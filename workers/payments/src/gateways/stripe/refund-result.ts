import type { Stripe } from 'stripe';

import { log } from '#shared/http/log.ts';

import type { RefundResult } from '../payment-gateway.ts';

/** A refund in Stripe's words, read as a refund's result. What is not known to have ended is open. */
export function refundResultOf(refund: Pick<Stripe.Refund, 'id' | 'status' | 'failure_reason'>): RefundResult {
  const { id: gateway_refund_id, status, failure_reason } = refund;
  switch (status) {
    case 'succeeded':
      return { outcome: 'succeeded', gateway_refund_id };
    case 'failed':
      return { outcome: 'failed', gateway_refund_id, reason: failure_reason ?? 'unknown' };
    case 'canceled':
      return { outcome: 'failed', gateway_refund_id, reason: 'canceled' };
    case 'pending':
    case 'requires_action':
    case null:
      return { outcome: 'pending', gateway_refund_id };
    default:
      log('error', 'gateway gives a refund an unknown status', { gateway: 'stripe', status });
      return { outcome: 'pending', gateway_refund_id };
  }
}
