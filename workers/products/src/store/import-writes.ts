import { sql } from 'drizzle-orm';
import { z } from 'zod';

import type { Database } from '#shared/db/postgres.ts';
import { newEvent, type OutboxEvent } from '#shared/events/events.ts';

import type { PlannedCategory } from '../domain/import/categories.ts';
import type { Plan } from '../domain/import/plan.ts';
import { addStock, changeStock } from './import-stock.ts';
import { addImages, dropImages, type Write, writeProducts } from './import-products.ts';
import { StockEvents } from './stock-events.ts';

export interface Written {
  /** Events of what was written; send them now that it is committed. */
  events: OutboxEvent[];
  /** Handles of which nothing was written, because a product of theirs has changed since the plan was made. */
  stale: ReadonlySet<string>;
}

const SentRow = z.object({ id: z.string() });

/**
 * Writes a plan in one transaction. `writeProducts` decides which groups still are as planned and puts their events into
 * the outbox; the statements after it act only for products whose event is there. Locks are taken in the order that all
 * others keep: the tree of categories, products by id, stock by product id.
 */
export async function writeImport(db: Database, plan: Plan, actorId: string): Promise<Written> {
  const writes: Write[] = plan.products.map((product) => ({
    ...product,
    event: newEvent('product.updated', product.product_id, { product_id: product.product_id }),
  }));
  const categories = plan.categories.map((category) => ({
    ...category,
    event: newEvent('category.updated', category.id, { category_id: category.id }),
  }));
  const [, added, products, , , , changed] = await db.batch([
    db.execute(sql`SELECT lock_category_tree() WHERE ${categories.length > 0}`),
    addCategories(db, categories),
    writeProducts(db, writes),
    dropImages(db, writes),
    addImages(db, writes),
    addStock(db, writes, actorId),
    changeStock(db, writes, actorId),
  ]);
  const sent = new Set([...idsOf(added.rows), ...idsOf(products.rows)]);
  const stale = writes.filter(({ event }) => !sent.has(event.id)).map(({ handle }) => handle);
  const announced = [...categories, ...writes].map(({ event }) => event).filter(({ id }) => sent.has(id));
  return { events: [...announced, ...StockEvents.parse(changed.rows)], stale: new Set(stale) };
}

function idsOf(rows: unknown[]): string[] {
  return z
    .array(SentRow)
    .parse(rows)
    .map(({ id }) => id);
}

/**
 * Parents come before their children. One that was made meanwhile under another id makes what refers to it fail on its
 * foreign key, and the plan anew.
 */
function addCategories(db: Database, categories: (PlannedCategory & { event: OutboxEvent })[]) {
  const rows = categories.map(({ event, ...category }) => ({
    ...category,
    event_id: event.id,
    request_id: event.request_id,
    traceparent: event.traceparent,
  }));
  return db.execute(sql`
    WITH planned AS MATERIALIZED (
      SELECT * FROM json_to_recordset(${JSON.stringify(rows)}::json) AS category (
        id uuid, name text, slug text, parent_id uuid, event_id uuid, request_id text, traceparent text)
    ), added AS (
      INSERT INTO categories (id, name, slug, parent_id) SELECT id, name, slug, parent_id FROM planned
      ON CONFLICT DO NOTHING
      RETURNING id
    )
    INSERT INTO outbox (id, type, subject_id, payload, request_id, traceparent)
    SELECT event_id, 'category.updated', id, jsonb_build_object('category_id', id), request_id, traceparent
      FROM planned JOIN added USING (id)
    RETURNING id`);
}
