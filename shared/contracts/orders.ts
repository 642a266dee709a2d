import type { Trace } from '#shared/http/context.ts';
import type { Health, Result } from '#shared/rpc.ts';

export type PayableResult = Result<
  { amount: string; currency: string },
  { code: 'not_found' | 'order_not_payable' | 'order_already_paid' }
>;

export interface OrdersApi {
  /** What is to be paid for this order of this user, while it is PENDING and its total is above zero. */
  payable(trace: Trace, request: { order_id: string; user_id: string }): Promise<PayableResult>;
  /** The order is paid: PENDING → CONFIRMED. Repeatable. `order_not_payable`: it was cancelled meanwhile. */
  confirm(
    trace: Trace,
    request: { order_id: string; transaction_id: string; amount: string; currency: string },
  ): Promise<Result<object, { code: 'order_not_payable' }>>;
  /**
   * For reservations that have waited long: `placed` are those whose order exists; the checkouts of all the others are
   * given up here and can never finish, so that their stock may be released.
   */
  giveUpCheckouts(trace: Trace, request: { order_ids: string[] }): Promise<{ placed: string[] }>;
  /** The tax rate at the user's default shipping address, a fraction such as `"0.0825"`; null where none is known. */
  taxRateOf(trace: Trace, request: { user_id: string }): Promise<string | null>;
  /** Whether an order of the user with one of these products is CONFIRMED, PROCESSING, SHIPPED or DELIVERED. */
  hasPurchased(trace: Trace, request: { user_id: string; product_ids: string[] }): Promise<boolean>;
  health(): Promise<Health>;
  sweep(trace: Trace, request: { advance_seconds: number }): Promise<Record<string, number>>;
}
