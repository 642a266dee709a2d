import { type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';

import type { OutboxEvent } from '#shared/events/events.ts';
import { currentTrace } from '#shared/http/context.ts';

/** Events as a statement that wrote them into the outbox answers them: dispatch them once it is committed. */
export const StockEvents: z.ZodType<OutboxEvent[]> = z.array(
  z.object({
    id: z.string(),
    type: z.enum(['stock.low', 'product.updated', 'audit.recorded']),
    subject_id: z.string(),
    payload: z.unknown(),
    request_id: z.string(),
    traceparent: z.string(),
  }),
);

/**
 * Writes into the outbox what a change of stock means to others, for the statement that makes the change: whoever has
 * the stock's row decides, so a threshold is crossed once, however many orders come at once. `stock.low` when what is
 * available came down to the threshold; `product.updated` when shoppers are to see it.
 * `changes` is a query of (product_id, was_low, available, low_stock_threshold, is_visible), the figures those after it.
 */
export function announce(changes: SQL): SQL {
  const { requestId, traceparent } = currentTrace();
  return sql`
    INSERT INTO outbox (id, type, subject_id, payload, request_id, traceparent)
    SELECT gen_random_uuid(), event.type, change.product_id, event.payload, ${requestId}, ${traceparent}
      FROM (${changes}) AS change
     CROSS JOIN LATERAL (VALUES
       ('stock.low', NOT change.was_low AND change.available <= change.low_stock_threshold, jsonb_build_object(
          'product_id', change.product_id, 'available_quantity', greatest(change.available, 0),
          'low_stock_threshold', change.low_stock_threshold)),
       ('product.updated', change.is_visible, jsonb_build_object('product_id', change.product_id))
     ) AS event (type, is_due, payload)
     WHERE event.is_due
    RETURNING id, type, subject_id, payload, request_id, traceparent`;
}
