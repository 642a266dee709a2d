import type { OrdersApi } from '#shared/contracts/orders.ts';
import { connect, ping } from '#shared/db/postgres.ts';
import { configuredEntrypoint, configuredHandlers } from '#shared/entrypoint.ts';
import { newTrace, type Trace, withTrace } from '#shared/http/context.ts';
import { type Health, measureHealth } from '#shared/rpc.ts';

import { app } from './app.ts';
import { type Bindings, configured } from './env.ts';
import { consumeEvents } from './jobs/events.ts';
import { confirm, payable } from './jobs/payment.ts';
import { sweep } from './jobs/sweep.ts';
import { taxRateOf } from './jobs/tax-estimate.ts';
import { giveUpCheckouts } from './store/checkout.ts';
import { hasPurchased } from './store/orders.ts';

export default configuredHandlers(configured, {
  fetch: app.fetch,
  queue: consumeEvents,
  scheduled: async (_controller, env) => {
    await withTrace('orders', newTrace(), () => sweep(env, 0));
  },
} satisfies ExportedHandler<Bindings>);

type Request<Method extends 'payable' | 'confirm' | 'giveUpCheckouts' | 'hasPurchased' | 'taxRateOf' | 'sweep'> =
  Parameters<OrdersApi[Method]>[1];

/** What other services ask of orders. Reachable through bindings only. */
export class OrdersService extends configuredEntrypoint<Bindings>(configured) implements OrdersApi {
  payable(trace: Trace, request: Request<'payable'>): ReturnType<OrdersApi['payable']> {
    return withTrace('orders', trace, () => payable(this.env, request));
  }

  confirm(trace: Trace, request: Request<'confirm'>): ReturnType<OrdersApi['confirm']> {
    return withTrace('orders', trace, () => confirm(this.env, request));
  }

  giveUpCheckouts(trace: Trace, { order_ids }: Request<'giveUpCheckouts'>): Promise<{ placed: string[] }> {
    return withTrace('orders', trace, async () => ({ placed: await giveUpCheckouts(connect(this.env), order_ids) }));
  }

  taxRateOf(trace: Trace, { user_id }: Request<'taxRateOf'>): Promise<string | null> {
    return withTrace('orders', trace, () => taxRateOf(this.env, user_id));
  }

  hasPurchased(trace: Trace, request: Request<'hasPurchased'>): Promise<boolean> {
    return withTrace('orders', trace, () => hasPurchased(connect(this.env), request));
  }

  health(): Promise<Health> {
    return measureHealth(() => ping(connect(this.env)));
  }

  sweep(trace: Trace, { advance_seconds }: Request<'sweep'>): Promise<Record<string, number>> {
    return withTrace('orders', trace, () => sweep(this.env, advance_seconds));
  }
}
