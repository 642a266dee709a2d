import type { Trace } from '#shared/http/context.ts';
import type { Health } from '#shared/rpc.ts';

/** The latest payment of an order, as its detail shows it. */
export interface OrderPayment {
  status: 'PENDING' | 'PROCESSING' | 'SUCCESS' | 'FAILED' | 'REFUNDED' | 'CANCELLED';
  amount: string;
  refunded_amount: string;
  transaction_id: string;
}

/** An attempt to pay an order, with what has become of it. Times are RFC 3339. */
interface PaymentAttempt {
  transaction_id: string;
  payment_method_code: string;
  amount: string;
  currency: string;
  status: OrderPayment['status'];
  failure_reason: string | null;
  created_at: string;
  /** When it ended; null while that is open. */
  processed_at: string | null;
}

/** Money that goes back. `requested_by` is null where the shop does so by itself. */
interface RefundOfPayment {
  refund_id: string;
  transaction_id: string;
  amount: string;
  currency: string;
  reason: string | null;
  status: 'PROCESSING' | 'SUCCESS' | 'FAILED';
  requested_by: string | null;
  created_at: string;
}

export interface OrderPayments {
  payment: OrderPayment | null;
  attempts: PaymentAttempt[];
  refunds: RefundOfPayment[];
}

export interface PaymentsApi {
  /** The successful transaction of the order, else its latest one, else null. */
  paymentOfOrder(trace: Trace, request: { order_id: string }): Promise<OrderPayment | null>;
  /** The same, with every attempt to pay the order and every refund, the first ones first. */
  paymentsOfOrder(trace: Trace, request: { order_id: string }): Promise<OrderPayments>;
  /**
   * Sees to it that no payment of the order can succeed any more, before it is cancelled unpaid. `closed`: so it is, for
   * good. `paid`: it is paid already, nothing was closed. `in_progress`: a payment is on its way and its outcome cannot be
   * had now; ask again later. Repeatable.
   */
  closeOrder(trace: Trace, request: { order_id: string }): Promise<{ outcome: 'closed' | 'paid' | 'in_progress' }>;
  health(): Promise<Health>;
  sweep(trace: Trace, request: { advance_seconds: number }): Promise<Record<string, number>>;
}
