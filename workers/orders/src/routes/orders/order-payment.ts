import type { OrderPayment, OrderPayments } from '#shared/contracts/payments.ts';
import { currentTrace } from '#shared/http/context.ts';
import { dependency } from '#shared/rpc.ts';

import type { Bindings } from '../../env.ts';

/** The payment that an order shows; 503 if payments does not answer. */
export function paymentOf(env: Bindings, orderId: string): Promise<OrderPayment | null> {
  return dependency('payments', env.PAYMENTS_SERVICE.paymentOfOrder(currentTrace(), { order_id: orderId }));
}

/** The same, with every attempt and every refund. */
export function paymentsOf(env: Bindings, orderId: string): Promise<OrderPayments> {
  return dependency('payments', env.PAYMENTS_SERVICE.paymentsOfOrder(currentTrace(), { order_id: orderId }));
}
