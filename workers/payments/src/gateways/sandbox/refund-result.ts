import type { RefundResult } from '../payment-gateway.ts';
import type { SandboxRefund } from './refund-book.ts';

/** A refund in the sandbox's words, read as a refund's result. */
export function refundResultOf({ id: gateway_refund_id, status, failure_reason }: SandboxRefund): RefundResult {
  switch (status) {
    case 'succeeded':
      return { outcome: 'succeeded', gateway_refund_id };
    case 'processing':
      return { outcome: 'pending', gateway_refund_id };
    case 'failed':
      return { outcome: 'failed', gateway_refund_id, reason: failure_reason ?? 'gateway_error' };
  }
}
