import { randomUUID } from 'node:crypto';

import { uuidv7 } from 'uuidv7';

import type { ReserveResult } from '#shared/contracts/products.ts';
import { claimKey } from '#shared/db/idempotency.ts';
import { connect } from '#shared/db/postgres.ts';
import { auditEvent } from '#shared/events/audit.ts';
import { newTrace, requestContext, withTrace } from '#shared/http/context.ts';

import { adjustStock } from '../../workers/products/src/store/adjustments.ts';
import { reserve } from '../../workers/products/src/store/reserve.ts';
import { bindingsOf, sqlOf } from './databases.ts';
import { newProduct } from './shop.ts';

export const db = () => connect(bindingsOf('products'));
export const productsSql = sqlOf('products');

export const line = (product_id: string, quantity: number) => ({ product_id, quantity });

/** Ids of new products with these quantities, in the order of ids. */
export async function newIds(quantities: number[], backorder = false): Promise<string[]> {
  const ids: string[] = [];
  for (const quantity of quantities) ids.push((await newProduct({ quantity, backorder })).id);
  return ids.sort();
}

/** Reserves as the RPC does: its answer, without the events. */
export async function hold(order_id: string, ...lines: { product_id: string; quantity: number }[]) {
  return (await reserve(db(), { order_id, lines })).result;
}

/** `ok`, or the code of the refusal. */
export const outcomeOf = (result: ReserveResult) => (result.ok ? 'ok' : result.code);

/** Adjusts as the route does, under a new key; what is there afterwards, or null where it was refused. */
export async function adjust(product_id: string, delta: number): Promise<number | null> {
  const actor_id = uuidv7();
  const location = `/v1/admin/products/${product_id}/inventory/adjustments`;
  const scope = { user_id: actor_id, method: 'POST', path: location, key: randomUUID() };
  const claimed = await claimKey(db(), scope, { delta });
  if ('kept' in claimed) throw new Error('A new key has an answer.');
  const audit = auditEvent({
    actor_id,
    action: 'inventory.adjusted',
    resource_type: 'inventory',
    resource_id: product_id,
    before: {},
    after: {},
  });
  const attempt = await adjustStock(db(), claimed.claim, { product_id, delta, reason: 'Counted', location, audit });
  return attempt?.adjustment?.quantity_after ?? null;
}

/** Quantity and reserved quantity, past all services. */
export async function stockRows(...productIds: string[]) {
  return Promise.all(
    productIds.map(async (id) => {
      const [row] =
        await productsSql`SELECT quantity, reserved_quantity AS reserved FROM product_inventory WHERE product_id = ${id}`;
      return row;
    }),
  );
}

export async function reservationsOf(orderId: string) {
  return productsSql`
    SELECT product_id, quantity, taken_quantity, state FROM inventory_reservations
     WHERE order_id = ${orderId} ORDER BY product_id`;
}

/** What staff and orders did to the shelf, in the order it happened. */
export async function movementsOf(productId: string) {
  return productsSql`
    SELECT kind, delta, quantity_after, order_id FROM inventory_movements
     WHERE product_id = ${productId} AND kind <> 'import' ORDER BY created_at, id`;
}

/** Payloads of the events of this type about a product, the first one first. */
export async function eventsAbout(productId: string, type: 'stock.low' | 'product.updated'): Promise<unknown[]> {
  const rows = await productsSql`
    SELECT payload FROM outbox WHERE type = ${type} AND subject_id = ${productId} ORDER BY created_at, id`;
  return rows.map(({ payload }) => payload);
}

/** A statement's result and how many round trips to the database it took. */
export function counted<Result>(work: () => PromiseLike<Result>): Promise<{ result: Result; roundTrips: number }> {
  return withTrace('test', newTrace(), async () => ({
    result: await work(),
    roundTrips: requestContext().roundTrips,
  }));
}

/** Empties the books of these products, so that each run of a property begins with the same stock. */
export async function openBooks(productIds: string[], quantity: number, backorder: boolean): Promise<void> {
  await productsSql`DELETE FROM inventory_reservations WHERE product_id = ANY(${productIds})`;
  await productsSql`DELETE FROM inventory_movements WHERE product_id = ANY(${productIds})`;
  await productsSql`DELETE FROM outbox WHERE subject_id = ANY(${productIds})`;
  await productsSql`
    UPDATE product_inventory SET quantity = ${quantity}, reserved_quantity = 0, allow_backorder = ${backorder}
     WHERE product_id = ANY(${productIds})`;
}

/**
 * Products whose books are wrong, given what they began with: reserved is the sum of active reservations, the shelf is
 * the sum of its movements, what commits took is in them, and nothing is oversold. Each movement goes on from where
 * another ended (`loose`: figures at which one ends and none begins, or the other way round).
 */
export async function wrongBooks(productIds: string[], initial: number) {
  return productsSql`
    SELECT stock.product_id, stock.quantity, stock.reserved_quantity, held.active, held.taken, moved.total, loose.figures
      FROM product_inventory stock
     CROSS JOIN LATERAL (
      SELECT coalesce(sum(quantity) FILTER (WHERE state = 'active'), 0) AS active,
             coalesce(sum(taken_quantity) FILTER (WHERE state = 'committed'), 0) AS taken
        FROM inventory_reservations WHERE product_id = stock.product_id) AS held
     CROSS JOIN LATERAL (
      SELECT coalesce(sum(delta), 0) AS total,
             coalesce(sum(delta) FILTER (WHERE kind IN ('sale', 'return')), 0) AS orders
        FROM inventory_movements WHERE product_id = stock.product_id AND kind <> 'import') AS moved
     CROSS JOIN LATERAL (
      SELECT count(*) AS figures FROM (
        SELECT figure FROM (
          SELECT quantity_after AS figure, 1 AS change FROM inventory_movements
           WHERE product_id = stock.product_id AND kind <> 'import'
          UNION ALL
          SELECT quantity_after - delta, -1 FROM inventory_movements
           WHERE product_id = stock.product_id AND kind <> 'import'
          UNION ALL VALUES (${initial}::integer, 1), (stock.quantity, -1)) AS ends
         GROUP BY figure HAVING sum(change) <> 0) AS open_ends) AS loose
     WHERE stock.product_id = ANY(${productIds})
       AND (stock.reserved_quantity <> held.active OR stock.quantity <> ${initial}::integer + moved.total
            OR moved.orders <> -held.taken OR loose.figures <> 0
            OR (stock.reserved_quantity > stock.quantity AND NOT stock.allow_backorder))`;
}
