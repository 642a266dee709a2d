import { sql } from 'drizzle-orm';
import { z } from 'zod';

import { type Claim, requireClaim } from '#shared/db/idempotency.ts';
import type { Database } from '#shared/db/postgres.ts';
import type { OutboxEvent } from '#shared/events/events.ts';
import type { Position } from '#shared/http/pages.ts';

import { largestQuantity } from '../domain/inventory.ts';
import { instantText } from './columns.ts';
import { announce, StockEvents } from './stock-events.ts';

const AdjustmentRow = z.object({
  id: z.string(),
  product_id: z.string(),
  delta: z.number(),
  reason: z.string(),
  quantity_after: z.number(),
  actor_id: z.string(),
  created_at: z.string(),
});
export type AdjustmentRow = z.infer<typeof AdjustmentRow>;

const adjustmentJson = sql`
  json_build_object('id', id, 'product_id', product_id, 'delta', delta, 'reason', reason,
    'quantity_after', quantity_after, 'actor_id', actor_id, 'created_at', ${instantText(sql`created_at`)})`;

/** The stock as an adjustment finds it, and what became of the adjustment: null where the stock does not allow it. */
const Attempt = z.object({
  quantity: z.number(),
  reserved_quantity: z.number(),
  adjustment: AdjustmentRow.nullable(),
  events: StockEvents,
});
export type Attempt = z.infer<typeof Attempt>;

export interface WantedAdjustment {
  product_id: string;
  delta: number;
  reason: string;
  /** Where the answer says that it is to be found. */
  location: string;
  /** The entry of the audit log; the quantities before and after are filled in here. */
  audit: OutboxEvent;
}

/**
 * Adds `delta` to what is on the shelf, unless that would leave less than nothing, less than orders hold (but for
 * backorders) or more than the column takes. The ledger, the events and the answer kept for the claim's key are written
 * with it. The ledger's clock is read under the lock, so that its order is the order of what happened. The adjustment's
 * id is the claim's. Null without a live product; `isClaimLost` errors when the claim is gone.
 */
export async function adjustStock(db: Database, claim: Claim, wanted: WantedAdjustment): Promise<Attempt | null> {
  const [, { rows }] = await db.batch([requireClaim(db, claim), adjust(db, claim, wanted)]);
  return rows[0] === undefined ? null : Attempt.parse(rows[0]);
}

function adjust(db: Database, claim: Claim, { product_id, delta, reason, location, audit }: WantedAdjustment) {
  return db.execute(sql`
    WITH locked AS MATERIALIZED (
      SELECT stock.product_id, stock.quantity, stock.reserved_quantity, stock.allow_backorder,
             stock.low_stock_threshold, stock.quantity::bigint + ${delta}::integer AS quantity_after
        FROM product_inventory stock JOIN products product ON product.id = stock.product_id
       WHERE stock.product_id = ${product_id}::uuid AND NOT product.is_deleted
         FOR UPDATE OF stock
    ), changed AS (
      UPDATE product_inventory stock SET quantity = locked.quantity_after, version = stock.version + 1
        FROM locked
       WHERE stock.product_id = locked.product_id AND locked.quantity_after BETWEEN 0 AND ${largestQuantity}
         AND (locked.allow_backorder OR locked.reserved_quantity <= locked.quantity_after)
      RETURNING stock.product_id, stock.quantity AS quantity_after
    ), moved AS (
      INSERT INTO inventory_movements (id, product_id, kind, delta, quantity_after, reason, actor_id, created_at)
      SELECT ${claim.resourceId}::uuid, product_id, 'adjustment', ${delta}, quantity_after, ${reason},
             ${claim.user_id}::uuid, clock_timestamp()
        FROM changed
      RETURNING id, product_id, delta, reason, quantity_after, actor_id, created_at
    ), kept AS (
      UPDATE idempotency_keys
         SET response_status = 201, response_body = (SELECT ${adjustmentJson} FROM moved)::jsonb,
             response_headers = ${JSON.stringify({ location })}::jsonb
       WHERE resource_id = ${claim.resourceId}::uuid AND EXISTS (SELECT FROM moved)
    ), recorded AS (
      INSERT INTO outbox (id, type, subject_id, payload, request_id, traceparent)
      SELECT ${audit.id}::uuid, ${audit.type}, ${audit.subject_id}::uuid,
             ${JSON.stringify(audit.payload)}::jsonb || jsonb_build_object(
               'before', jsonb_build_object('quantity', locked.quantity),
               'after', jsonb_build_object('quantity', changed.quantity_after)),
             ${audit.request_id}, ${audit.traceparent}
        FROM changed JOIN locked USING (product_id)
      RETURNING id, type, subject_id, payload, request_id, traceparent
    ), told AS (
      ${announce(sql`
        SELECT product_id, quantity - reserved_quantity <= low_stock_threshold AS was_low,
               changed.quantity_after - reserved_quantity AS available, low_stock_threshold, true AS is_visible
          FROM changed JOIN locked USING (product_id)`)})
    SELECT quantity, reserved_quantity, (SELECT ${adjustmentJson} FROM moved) AS adjustment,
           (SELECT coalesce(json_agg(event), '[]'::json)
              FROM (SELECT * FROM recorded UNION ALL SELECT * FROM told) AS event) AS events
      FROM locked`);
}

/** Staff's adjustments of a product, newest first; null if there never was such a product. */
export async function listAdjustments(
  db: Database,
  productId: string,
  { after, limit }: { after: Position | null; limit: number },
): Promise<AdjustmentRow[] | null> {
  const isAfter = after
    ? sql`(movement.created_at, movement.id) < (${after.key}::timestamptz, ${after.id}::uuid)`
    : sql`true`;
  const { rows } = await db.execute(sql`
    SELECT listed.adjustments
      FROM products product
     CROSS JOIN LATERAL (
      SELECT coalesce(json_agg(${adjustmentJson} ORDER BY created_at DESC, id DESC), '[]'::json) AS adjustments
        FROM (
          SELECT * FROM inventory_movements movement
           WHERE movement.product_id = product.id AND movement.kind = 'adjustment' AND ${isAfter}
           ORDER BY movement.created_at DESC, movement.id DESC
           LIMIT ${limit}) AS movement) AS listed
     WHERE product.id = ${productId}::uuid`);
  return rows[0] === undefined ? null : z.object({ adjustments: z.array(AdjustmentRow) }).parse(rows[0]).adjustments;
}
