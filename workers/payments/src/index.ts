import type { OrderPayment, OrderPayments, PaymentsApi } from '#shared/contracts/payments.ts';
import { connect, ping } from '#shared/db/postgres.ts';
import { configuredEntrypoint, configuredHandlers } from '#shared/entrypoint.ts';
import { newTrace, type Trace, withTrace } from '#shared/http/context.ts';
import { type Health, measureHealth } from '#shared/rpc.ts';

import { app } from './app.ts';
import { closeOrder } from './close-order.ts';
import { type Bindings, configured } from './env.ts';
import { consumeEvents } from './jobs/events.ts';
import { sweep } from './jobs/sweep.ts';
import { paymentOfOrder, paymentsOfOrder } from './store/order-payments.ts';

export { SandboxGateway } from './gateways/sandbox/sandbox-gateway.ts';

export default configuredHandlers(configured, {
  fetch: app.fetch,
  queue: (batch, env) => consumeEvents(env, batch),
  scheduled: async (_controller, env) => {
    await withTrace('payments', newTrace(), () => sweep(env, 0));
  },
} satisfies ExportedHandler<Bindings>);

/** What other services ask of payments. Reachable through bindings only. */
export class PaymentsService extends configuredEntrypoint<Bindings>(configured) implements PaymentsApi {
  paymentOfOrder(trace: Trace, { order_id }: { order_id: string }): Promise<OrderPayment | null> {
    return withTrace('payments', trace, () => paymentOfOrder(connect(this.env), order_id));
  }

  paymentsOfOrder(trace: Trace, { order_id }: { order_id: string }): Promise<OrderPayments> {
    return withTrace('payments', trace, () => paymentsOfOrder(connect(this.env), order_id));
  }

  closeOrder(trace: Trace, request: { order_id: string }): ReturnType<PaymentsApi['closeOrder']> {
    return withTrace('payments', trace, () => closeOrder(this.env, request));
  }

  health(): Promise<Health> {
    return measureHealth(() => ping(connect(this.env)));
  }

  sweep(trace: Trace, { advance_seconds }: { advance_seconds: number }): Promise<Record<string, number>> {
    return withTrace('payments', trace, () => sweep(this.env, advance_seconds));
  }
}
