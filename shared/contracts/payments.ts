import type { Trace } from '#shared/http/context.ts';
import type { Health } from '#shared/rpc.ts';

/** The latest payment of an order, as its detail shows it. */
export interface OrderPayment {
  status: 'PENDING' | 'PROCESSING' | 'SUCCESS' | 'FAILED' | 'REFUNDED' | 'CANCELLED';
  amount: string;
  refunded_amount: string;
  transaction_id: string;
}

export interface PaymentsApi {
  /** The successful transaction of the order, else its latest one, else null. */
  paymentOfOrder(trace: Trace, request: { order_id: string }): Promise<OrderPayment | null>;
  /**
   * Sees to it that no payment of the order can succeed any more, before it is cancelled unpaid. `closed`: so it is, for
   * good. `paid`: it is paid already, nothing was closed. `in_progress`: a payment is on its way and its outcome cannot be
   * had now; ask again later. Repeatable.
   */
  closeOrder(trace: Trace, request: { order_id: string }): Promise<{ outcome: 'closed' | 'paid' | 'in_progress' }>;
  health(): Promise<Health>;
  sweep(trace: Trace, request: { advance_seconds: number }): Promise<Record<string, number>>;
}
