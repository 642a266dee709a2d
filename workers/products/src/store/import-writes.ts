import { sql } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import { z } from 'zod';

import type { Database } from '#shared/db/postgres.ts';
import { newEvent, type OutboxEvent } from '#shared/events/events.ts';

import type { CategoryName } from '../domain/import/existing.ts';
import type { Plan, PlannedProduct } from '../domain/import/plan.ts';

export interface Written {
  /** Events of what was written; send them now that it is committed. */
  events: OutboxEvent[];
  /** Handles of which nothing was written, because a product of theirs has changed since the plan was made. */
  stale: ReadonlySet<string>;
}

type Write = PlannedProduct & { event: OutboxEvent };

const SentRow = z.object({ id: z.string() });

/**
 * Writes a plan in one transaction. `writeProducts` decides which groups still are as planned and puts their events into
 * the outbox; the statements after it act only for products whose event is there.
 */
export async function writeImport(db: Database, plan: Plan): Promise<Written> {
  const writes: Write[] = plan.products.map((product) => ({
    ...product,
    event: newEvent('product.updated', product.product_id, { product_id: product.product_id }),
  }));
  const [, products] = await db.batch([
    addCategories(db, plan.categories),
    writeProducts(db, writes),
    dropImages(db, writes),
    addImages(db, writes),
    addStock(db, writes),
    changeStock(db, writes),
  ]);
  const sent = new Set(
    z
      .array(SentRow)
      .parse(products.rows)
      .map(({ id }) => id),
  );
  const stale = writes.filter(({ event }) => !sent.has(event.id)).map(({ handle }) => handle);
  return { events: writes.flatMap(({ event }) => (sent.has(event.id) ? [event] : [])), stale: new Set(stale) };
}

/** One that was made meanwhile under another id makes the products fail on their foreign key, and the plan anew. */
function addCategories(db: Database, categories: CategoryName[]) {
  return db.execute(sql`
    INSERT INTO categories (id, name, slug)
    SELECT id, name, slug FROM json_to_recordset(${JSON.stringify(categories)}::json) AS category (id uuid, name text, slug text)
    ON CONFLICT DO NOTHING`);
}

/** Locks known products in id order, provided that they have the planned version. json keeps the order of options. */
function writeProducts(db: Database, writes: Write[]) {
  // The recordset takes the fields that it names and no others.
  const rows = writes.map(({ event, ...product }) => ({
    ...product,
    event_id: event.id,
    request_id: event.request_id,
    traceparent: event.traceparent,
  }));
  return db.execute(sql`
    WITH planned AS MATERIALIZED (
      SELECT * FROM json_to_recordset(${JSON.stringify(rows)}::json) AS product (
        handle text, product_id uuid, expected_version integer, touches_product boolean, event_id uuid,
        request_id text, traceparent text, category_id uuid, name text, slug text, description text, price numeric,
        compare_at_price numeric, cost_price numeric, sku text, barcode text, is_active boolean, weight numeric,
        meta_title text, meta_description text, vendor text, tags text[], variant_group_id uuid, options json,
        is_group_primary boolean)
    ), locked AS MATERIALIZED (
      SELECT product.id FROM planned
        JOIN products product ON product.id = planned.product_id AND product.version = planned.expected_version
       WHERE NOT product.is_deleted
       ORDER BY product.id
         FOR NO KEY UPDATE OF product
    ), ready AS MATERIALIZED (
      SELECT * FROM planned
       WHERE handle NOT IN (
         SELECT handle FROM planned
          WHERE expected_version IS NOT NULL AND product_id NOT IN (SELECT id FROM locked))
    ), changed AS (
      UPDATE products product
         SET category_id = ready.category_id, name = ready.name, description = ready.description, price = ready.price,
             compare_at_price = ready.compare_at_price, cost_price = ready.cost_price, sku = ready.sku,
             barcode = ready.barcode, is_active = ready.is_active, weight = ready.weight,
             meta_title = ready.meta_title, meta_description = ready.meta_description, vendor = ready.vendor,
             tags = ready.tags, variant_group_id = ready.variant_group_id, options = ready.options,
             version = product.version + 1
        FROM ready
       WHERE product.id = ready.product_id AND ready.expected_version IS NOT NULL AND ready.touches_product
    ), added AS (
      INSERT INTO products (id, category_id, name, slug, description, price, compare_at_price, cost_price, sku, barcode,
        is_active, weight, meta_title, meta_description, vendor, tags, variant_group_id, options, is_group_primary)
      SELECT product_id, category_id, name, slug, description, price, compare_at_price, cost_price, sku, barcode,
             is_active, weight, meta_title, meta_description, vendor, tags, variant_group_id, options, is_group_primary
        FROM ready WHERE expected_version IS NULL
    )
    INSERT INTO outbox (id, type, subject_id, payload, request_id, traceparent)
    SELECT event_id, 'product.updated', product_id, jsonb_build_object('product_id', product_id), request_id, traceparent
      FROM ready
    RETURNING id`);
}

function dropImages(db: Database, writes: Write[]) {
  const events = writes.filter(({ images }) => images !== null).map(({ event }) => event.id);
  return db.execute(sql`
    DELETE FROM product_images image USING outbox event
     WHERE event.id = ANY(${sql.param(events)}::uuid[]) AND image.product_id = event.subject_id`);
}

function addImages(db: Database, writes: Write[]) {
  const rows = writes.flatMap(({ images, event }) =>
    (images ?? []).map((image, i) => ({
      ...image,
      id: uuidv7(),
      event_id: event.id,
      display_order: i,
      is_primary: i === 0,
    })),
  );
  return db.execute(sql`
    INSERT INTO product_images (id, product_id, image_url, alt_text, display_order, is_primary)
    SELECT image.id, event.subject_id, image.image_url, image.alt_text, image.display_order, image.is_primary
      FROM json_to_recordset(${JSON.stringify(rows)}::json) AS image (
        id uuid, event_id uuid, image_url text, alt_text text, display_order integer, is_primary boolean)
      JOIN outbox event ON event.id = image.event_id`);
}

function addStock(db: Database, writes: Write[]) {
  const rows = writes
    .filter(({ expected_version }) => expected_version === null)
    .map(({ stock, event }) => ({ ...stock, id: uuidv7(), event_id: event.id }));
  return db.execute(sql`
    INSERT INTO product_inventory (id, product_id, quantity, allow_backorder)
    SELECT stock.id, event.subject_id, stock.quantity, stock.allow_backorder
      FROM json_to_recordset(${JSON.stringify(rows)}::json) AS stock (
        id uuid, event_id uuid, quantity integer, allow_backorder boolean)
      JOIN outbox event ON event.id = stock.event_id`);
}

/** Locks stock in product order, as reservations do. */
function changeStock(db: Database, writes: Write[]) {
  const rows = writes
    .filter(({ expected_version, stock }) => expected_version !== null && stock !== null)
    .map(({ stock, event }) => ({ ...stock, event_id: event.id }));
  return db.execute(sql`
    WITH planned AS MATERIALIZED (
      SELECT event.subject_id AS product_id, stock.quantity, stock.allow_backorder
        FROM json_to_recordset(${JSON.stringify(rows)}::json) AS stock (
          event_id uuid, quantity integer, allow_backorder boolean)
        JOIN outbox event ON event.id = stock.event_id
    ), locked AS MATERIALIZED (
      SELECT product_id FROM product_inventory WHERE product_id IN (SELECT product_id FROM planned)
       ORDER BY product_id
         FOR UPDATE)
    UPDATE product_inventory stock
       SET quantity = coalesce(planned.quantity, stock.quantity), allow_backorder = planned.allow_backorder,
           version = stock.version + 1
      FROM planned JOIN locked ON locked.product_id = planned.product_id
     WHERE stock.product_id = planned.product_id`);
}
