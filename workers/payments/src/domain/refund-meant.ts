import type { RefundResult } from '../gateways/payment-gateway.ts';

/** What of a refund tells it from the others of its transaction. */
interface RefundOfTransaction {
  id: string;
  amount: string;
  status: 'PROCESSING' | 'SUCCESS' | 'FAILED';
  gateway_refund_id: string | null;
}

/**
 * Which of a transaction's refunds, the oldest first, a gateway speaks of: the one that it names by our id or by its own,
 * else the oldest open one of the amount.
 */
export function refundMeant<Refund extends RefundOfTransaction>(
  refunds: Refund[],
  { refund_id, amount, result }: { refund_id: string | null; amount: string; result: RefundResult },
): Refund | undefined {
  if (refund_id !== null) return refunds.find(({ id }) => id === refund_id);
  const name = result.outcome === 'unknown' ? null : result.gateway_refund_id;
  const named = refunds.find(({ gateway_refund_id }) => name !== null && gateway_refund_id === name);
  return named ?? refunds.find((refund) => refund.status === 'PROCESSING' && refund.amount === amount);
}
