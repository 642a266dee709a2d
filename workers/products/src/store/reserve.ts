import { sql } from 'drizzle-orm';
import { z } from 'zod';

import type { ReservedLine, ReserveResult } from '#shared/contracts/products.ts';
import { violates } from '#shared/db/errors.ts';
import type { Database } from '#shared/db/postgres.ts';
import type { OutboxEvent } from '#shared/events/events.ts';

import { announce, StockEvents } from './stock-events.ts';

export interface OrderLine {
  product_id: string;
  quantity: number;
}

/** A wanted line beside what the catalogue and the locked stock say of it. */
const Offer = z.object({
  product_id: z.string(),
  quantity: z.number(),
  name: z.string().nullable(),
  sku: z.string().nullable(),
  unit_price: z.string().nullable(),
  weight: z.string().nullable(),
  is_sold: z.boolean(),
  available: z.number(),
  is_enough: z.boolean(),
  /** Whether the order held something before; then nothing is reserved now. */
  is_held: z.boolean(),
  holds_the_same: z.boolean(),
  events: StockEvents,
});
type Offer = z.infer<typeof Offer>;

/**
 * Reserves all lines for the order or none, in one statement, and answers the events that tell of it: stock that became
 * low or ran out. Repeatable: the same lines give the same answer, and no event again.
 * Of two calls for one order at once, the row in `inbox` lets one through; the other looks again and sees it.
 */
export async function reserve(
  db: Database,
  { order_id, lines }: { order_id: string; lines: OrderLine[] },
): Promise<{ result: ReserveResult; events: OutboxEvent[] }> {
  const wanted = perProduct(lines);
  const offers = await attempt(db, order_id, wanted).catch((error: unknown) => {
    if (!violates(error, 'inbox_pkey')) throw error;
    return attempt(db, order_id, wanted);
  });
  return { result: verdict(offers), events: offers.flatMap(({ events }) => events) };
}

function perProduct(lines: OrderLine[]): OrderLine[] {
  const quantities = new Map<string, number>();
  for (const { product_id, quantity } of lines)
    quantities.set(product_id, (quantities.get(product_id) ?? 0) + quantity);
  return [...quantities].map(([product_id, quantity]) => ({ product_id, quantity }));
}

function verdict(offers: Offer[]): ReserveResult {
  const [first] = offers;
  if (first?.is_held) {
    return first.holds_the_same ? { ok: true, lines: offers.map(lineOf) } : { ok: false, code: 'reservation_conflict' };
  }
  const gone = offers.filter(({ is_sold }) => !is_sold).map(({ product_id }) => ({ product_id }));
  if (gone.length > 0) return { ok: false, code: 'product_unavailable', items: gone };
  const short = offers
    .filter(({ is_enough }) => !is_enough)
    .map(({ product_id, quantity, available }) => ({ product_id, requested: quantity, available }));
  if (short.length > 0) return { ok: false, code: 'insufficient_stock', items: short };
  return { ok: true, lines: offers.map(lineOf) };
}

function lineOf({ product_id, name, sku, unit_price, weight, quantity }: Offer): ReservedLine {
  if (name === null || sku === null || unit_price === null)
    throw new Error(`No product ${product_id} behind its stock.`);
  return { product_id, name, sku, unit_price, weight, quantity };
}

/**
 * `locked` decides: it waits for whoever has the rows, in product order, and sees what they left behind. The update adds
 * to the row's current value. Nothing is locked or written when the order holds something already.
 */
async function attempt(db: Database, orderId: string, wanted: OrderLine[]): Promise<Offer[]> {
  const { rows } = await db.execute(sql`
    WITH wanted AS (
      SELECT * FROM jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb) AS line (product_id uuid, quantity integer)
    ), held AS (
      SELECT product_id, quantity, state FROM inventory_reservations WHERE order_id = ${orderId}::uuid
    ), locked AS MATERIALIZED (
      SELECT stock.product_id, stock.quantity - stock.reserved_quantity AS available, stock.allow_backorder,
             stock.low_stock_threshold
        FROM product_inventory stock
       WHERE stock.product_id IN (SELECT product_id FROM wanted) AND NOT EXISTS (SELECT FROM held)
       ORDER BY stock.product_id
         FOR UPDATE
    ), offers AS MATERIALIZED (
      SELECT wanted.product_id, wanted.quantity, product.name, product.sku, product.price::text AS unit_price,
             product.weight::text AS weight,
             coalesce(product.is_active AND NOT product.is_deleted AND locked.product_id IS NOT NULL, false) AS is_sold,
             greatest(coalesce(locked.available, 0), 0) AS available,
             coalesce(locked.allow_backorder OR locked.available >= wanted.quantity, false) AS is_enough,
             locked.available <= locked.low_stock_threshold AS was_low, locked.low_stock_threshold,
             locked.available - wanted.quantity AS remaining
        FROM wanted
        LEFT JOIN locked ON locked.product_id = wanted.product_id
        LEFT JOIN products product ON product.id = wanted.product_id
    ), claim AS (
      INSERT INTO inbox (event_id, consumer)
      SELECT ${orderId}::uuid, 'reserve' FROM offers HAVING bool_and(is_sold AND is_enough)
      RETURNING event_id
    ), promised AS (
      UPDATE product_inventory stock SET reserved_quantity = stock.reserved_quantity + offers.quantity
        FROM offers, claim WHERE stock.product_id = offers.product_id
    ), kept AS (
      INSERT INTO inventory_reservations (order_id, product_id, quantity)
      SELECT claim.event_id, offers.product_id, offers.quantity FROM offers, claim
    ), told AS (
      ${announce(sql`
        SELECT product_id, was_low, remaining AS available, low_stock_threshold,
               available > 0 AND remaining <= 0 AS is_visible
          FROM offers, claim`)}
    )
    SELECT offers.*, EXISTS (SELECT FROM held) AS is_held,
           NOT EXISTS (
             SELECT FROM wanted FULL JOIN held ON held.product_id = wanted.product_id
              WHERE held.quantity IS DISTINCT FROM wanted.quantity OR held.state = 'released') AS holds_the_same,
           (SELECT coalesce(json_agg(told), '[]'::json) FROM told WHERE told.subject_id = offers.product_id) AS events
      FROM offers
     ORDER BY offers.product_id`);
  return z.array(Offer).parse(rows);
}
