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
  health(): Promise<Health>;
  sweep(trace: Trace, request: { advance_seconds: number }): Promise<Record<string, number>>;
}
