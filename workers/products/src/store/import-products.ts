import { sql } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';

import type { Database } from '#shared/db/postgres.ts';
import type { OutboxEvent } from '#shared/events/events.ts';

import type { PlannedProduct } from '../domain/import/plan.ts';

/** A product to write, and the event that tells of it. */
export type Write = PlannedProduct & { event: OutboxEvent };

/**
 * Locks known products in id order, provided that they have the planned version. json keeps the order of options.
 * Descriptions, which the variants of a group share, are sent once each.
 */
export function writeProducts(db: Database, writes: Write[]) {
  const texts = [...new Set(writes.flatMap(({ description }) => description ?? []))];
  const numbers = new Map(texts.map((text, i) => [text, i + 1]));
  // The recordset takes the fields that it names and no others.
  const rows = writes.map(({ event, description, ...product }) => ({
    ...product,
    images: undefined,
    description_number: description === null ? null : numbers.get(description),
    event_id: event.id,
    request_id: event.request_id,
    traceparent: event.traceparent,
  }));
  return db.execute(sql`
    WITH texts AS MATERIALIZED (
      SELECT text.number, text.description
        FROM json_array_elements_text(${JSON.stringify(texts)}::json) WITH ORDINALITY AS text (description, number)
    ), planned AS MATERIALIZED (
      SELECT product.*, texts.description
        FROM json_to_recordset(${JSON.stringify(rows)}::json) AS product (
          handle text, product_id uuid, expected_version integer, touches_product boolean, event_id uuid,
          request_id text, traceparent text, category_id uuid, name text, slug text, description_number integer,
          short_description text, price numeric, compare_at_price numeric, cost_price numeric, sku text, barcode text,
          is_active boolean, is_featured boolean, weight numeric, dimensions jsonb, meta_title text,
          meta_description text, vendor text, tags text[], variant_group_id uuid, options json,
          is_group_primary boolean)
        LEFT JOIN texts ON texts.number = product.description_number
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
         SET category_id = ready.category_id, name = ready.name,
             description = coalesce(ready.description, product.description),
             short_description = ready.short_description, price = ready.price,
             compare_at_price = ready.compare_at_price, cost_price = ready.cost_price, sku = ready.sku,
             barcode = ready.barcode, is_active = ready.is_active, is_featured = ready.is_featured,
             weight = ready.weight, dimensions = ready.dimensions, meta_title = ready.meta_title,
             meta_description = ready.meta_description, vendor = ready.vendor, tags = ready.tags,
             variant_group_id = ready.variant_group_id, options = ready.options, version = product.version + 1
        FROM ready
       WHERE product.id = ready.product_id AND ready.expected_version IS NOT NULL AND ready.touches_product
    ), added AS (
      INSERT INTO products (id, category_id, name, slug, description, short_description, price, compare_at_price,
        cost_price, sku, barcode, is_active, is_featured, weight, dimensions, meta_title, meta_description, vendor, tags,
        variant_group_id, options, is_group_primary)
      SELECT product_id, category_id, name, slug, coalesce(description, ''), short_description, price, compare_at_price,
             cost_price, sku, barcode, is_active, is_featured, weight, dimensions, meta_title, meta_description, vendor,
             tags, variant_group_id, options, is_group_primary
        FROM ready WHERE expected_version IS NULL
    )
    INSERT INTO outbox (id, type, subject_id, payload, request_id, traceparent)
    SELECT event_id, 'product.updated', product_id, jsonb_build_object('product_id', product_id), request_id, traceparent
      FROM ready
    RETURNING id`);
}

export function dropImages(db: Database, writes: Write[]) {
  const events = writes.filter(({ images }) => images !== null).map(({ event }) => event.id);
  return db.execute(sql`
    DELETE FROM product_images image USING outbox event
     WHERE event.id = ANY(${sql.param(events)}::uuid[]) AND image.product_id = event.subject_id`);
}

export function addImages(db: Database, writes: Write[]) {
  const rows = writes.flatMap(({ images, event }) =>
    (images ?? []).map((image, i) => ({ ...image, id: uuidv7(), event_id: event.id, display_order: i })),
  );
  return db.execute(sql`
    INSERT INTO product_images (id, product_id, image_url, alt_text, display_order, is_primary)
    SELECT image.id, event.subject_id, image.image_url, image.alt_text, image.display_order, image.is_primary
      FROM json_to_recordset(${JSON.stringify(rows)}::json) AS image (
        id uuid, event_id uuid, image_url text, alt_text text, display_order integer, is_primary boolean)
      JOIN outbox event ON event.id = image.event_id`);
}
