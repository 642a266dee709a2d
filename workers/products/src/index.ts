import type { ProductsApi } from '#shared/contracts/products.ts';
import { connect, ping } from '#shared/db/postgres.ts';
import { configuredEntrypoint, configuredHandlers } from '#shared/entrypoint.ts';
import type { OutboxEvent } from '#shared/events/events.ts';
import { dispatch } from '#shared/events/outbox.ts';
import { newTrace, type Trace, withTrace } from '#shared/http/context.ts';
import { measureHealth } from '#shared/rpc.ts';

import { app } from './app.ts';
import { type Bindings, configured, queuesOf } from './env.ts';
import { consumeEvents } from './jobs/events.ts';
import { sweep } from './jobs/sweep.ts';
import { commitReservations, releaseReservations } from './store/reservations.ts';
import { reserve } from './store/reserve.ts';
import { findSnapshots } from './store/snapshots.ts';
import { StockEvents } from './store/stock-events.ts';

export default configuredHandlers(configured, {
  fetch: app.fetch,
  queue: (batch, env) => consumeEvents(env, batch),
  scheduled: async (_controller, env) => {
    await withTrace('products', newTrace(), () => sweep(env, 0));
  },
} satisfies ExportedHandler<Bindings>);

/** What other services ask of products. Reachable through bindings only. */
export class ProductsService extends configuredEntrypoint<Bindings>(configured) implements ProductsApi {
  reserve(trace: Trace, request: Parameters<ProductsApi['reserve']>[1]) {
    return withTrace('products', trace, async () => {
      const { result, events } = await reserve(connect(this.env), request);
      this.#tell(events);
      return result;
    });
  }

  commit(trace: Trace, { order_id }: { order_id: string }) {
    return withTrace('products', trace, async () => {
      await commitReservations(connect(this.env), order_id);
    });
  }

  release(trace: Trace, { order_id }: { order_id: string }) {
    return withTrace('products', trace, async () => {
      const { rows } = await releaseReservations(connect(this.env), [order_id]);
      this.#tell(StockEvents.parse(rows));
    });
  }

  snapshots(trace: Trace, { product_ids }: { product_ids: string[] }) {
    return withTrace('products', trace, () => findSnapshots(connect(this.env), product_ids));
  }

  health() {
    return measureHealth(() => ping(connect(this.env)));
  }

  sweep(trace: Trace, { advance_seconds }: { advance_seconds: number }) {
    return withTrace('products', trace, () => sweep(this.env, advance_seconds));
  }
  /** Sends what is committed, after the answer. */
  #tell(events: OutboxEvent[]): void {
    if (events.length > 0) this.ctx.waitUntil(dispatch(connect(this.env), queuesOf(this.env), events));
  }
}
