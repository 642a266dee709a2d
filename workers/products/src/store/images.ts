/**
 * Images of a product. Every change locks the product's row first, so that they come one after the other, and leaves
 * exactly one primary image as long as there are any.
 */
import { type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';

import { isGuardRefusal, requireRow } from '#shared/db/guards.ts';
import type { Database } from '#shared/db/postgres.ts';
import type { OutboxEvent } from '#shared/events/events.ts';
import { insertEvents } from '#shared/events/outbox.ts';

import { imageJson, ImageRow } from './admin-product-rows.ts';
import { writtenEvents } from './product-events.ts';
import { requireThat } from './variants.ts';

/** How many images a product can have. */
export const maxImages = 50;

export interface ImageFields {
  image_url: string;
  alt_text: string | null;
  display_order: number;
}

interface ImageChange {
  id: string;
  product_id: string;
  /** Whether it is to become the primary image. */
  makes_primary: boolean;
  updated: OutboxEvent;
  /** `before` and `after` are filled in with the images that differ. */
  audit: OutboxEvent;
}

export interface ImageWritten {
  /** As it is now. */
  image: ImageRow;
  /** What to send, now that it is committed. */
  events: OutboxEvent[];
}

/** Adds an image, after the others unless told where; null if the product is not there or has no room for it. */
export async function addImage(
  db: Database,
  change: ImageChange,
  fields: Omit<ImageFields, 'display_order'> & { display_order?: number | undefined },
): Promise<ImageWritten | null> {
  const { id, product_id } = change;
  const place = sql`coalesce(${fields.display_order ?? null}::integer, (
    SELECT max(display_order) + 1 FROM product_images WHERE product_id = ${product_id}), 0)`;
  const insert = sql`
    INSERT INTO product_images (id, product_id, image_url, alt_text, display_order)
    VALUES (${id}, ${product_id}, ${fields.image_url}, ${fields.alt_text}, ${place})`;
  const hasRoom = sql`(SELECT count(*) FROM product_images WHERE product_id = ${product_id}) < ${maxImages}`;
  return withImage(await write(db, change, hasRoom, insert));
}

/** Changes an image; null if it is not there. */
export async function changeImage(
  db: Database,
  change: ImageChange,
  fields: Partial<ImageFields>,
): Promise<ImageWritten | null> {
  const assignments = Object.entries({ id: change.id, ...fields }).map(
    ([name, value]) => sql`${sql.identifier(name)} = ${value}`,
  );
  const update = sql`UPDATE product_images SET ${sql.join(assignments, sql`, `)} WHERE id = ${change.id}`;
  return withImage(await write(db, change, isThere(change), update));
}

/** Removes an image; answers the events to send, or null if it is not there. */
export async function removeImage(db: Database, change: ImageChange): Promise<OutboxEvent[] | null> {
  const written = await write(db, change, isThere(change), sql`DELETE FROM product_images WHERE id = ${change.id}`);
  return written?.events ?? null;
}

interface Outcome {
  found: { rows: unknown[] };
  events: OutboxEvent[];
}

function withImage(outcome: Outcome | null): ImageWritten | null {
  if (!outcome) return null;
  const [{ image }] = z.tuple([Found]).parse(outcome.found.rows);
  return { image, events: outcome.events };
}

const Found = z.object({ image: ImageRow });

function isThere({ id, product_id }: ImageChange): SQL {
  return sql`EXISTS (SELECT FROM product_images WHERE id = ${id} AND product_id = ${product_id})`;
}

async function write(db: Database, change: ImageChange, condition: SQL, statement: SQL): Promise<Outcome | null> {
  const { id, product_id, makes_primary, updated, audit } = change;
  try {
    const [, , , , , , , , told, found] = await db.batch([
      requireRow(db, sql`SELECT FROM products WHERE id = ${product_id} AND NOT is_deleted`),
      requireThat(db, condition),
      insertEvents(db, [updated, audit]),
      remember(db, audit.id, product_id),
      db.execute(sql`
        UPDATE product_images SET is_primary = false
         WHERE product_id = ${product_id} AND is_primary AND ${makes_primary}::boolean`),
      db.execute(statement),
      electPrimary(db, product_id, makes_primary ? id : null),
      db.execute(sql`UPDATE products SET version = version + 1 WHERE id = ${product_id}`),
      tell(db, [updated.id, audit.id], product_id),
      db.execute(sql`SELECT ${imageJson} AS image FROM product_images image WHERE id = ${id}`),
    ]);
    return { found, events: writtenEvents(told) };
  } catch (error) {
    if (isGuardRefusal(error)) return null;
    throw error;
  }
}

/** The one that asks for it, else the first. */
function electPrimary(db: Database, productId: string, chosen: string | null) {
  return db.execute(sql`
    UPDATE product_images SET is_primary = true
     WHERE id = (SELECT id FROM product_images WHERE product_id = ${productId}
                  ORDER BY (id = ${chosen}::uuid) IS TRUE DESC, display_order, id LIMIT 1)
       AND NOT EXISTS (SELECT FROM product_images WHERE product_id = ${productId} AND is_primary)`);
}

/** What the audit log says was there before: all images, for the moment. */
function remember(db: Database, eventId: string, productId: string) {
  return db.execute(sql`
    UPDATE outbox SET payload = payload || jsonb_build_object('before', ${imagesOf(productId)}) WHERE id = ${eventId}`);
}

/** Leaves of before and after what differs, which is small enough for a message, and returns the events. */
function tell(db: Database, eventIds: string[], productId: string) {
  return db.execute(sql`
    UPDATE outbox
       SET payload = CASE WHEN type <> 'audit.recorded' THEN payload ELSE payload || jsonb_build_object(
             'before', jsonb_build_object('images', ${without(sql`payload -> 'before'`, sql`images.now`)}),
             'after', jsonb_build_object('images', ${without(sql`images.now`, sql`payload -> 'before'`)})) END
      FROM (SELECT ${imagesOf(productId)} AS now) AS images
     WHERE id = ANY(${sql.param(eventIds)}::uuid[])
    RETURNING id, type, subject_id, payload, request_id, traceparent`);
}

function imagesOf(productId: string): SQL {
  return sql`(SELECT coalesce(jsonb_agg(${imageJson} ORDER BY image.display_order, image.id), '[]')
                FROM product_images image WHERE image.product_id = ${productId})`;
}

/** The elements of a JSON array that another does not have. */
function without(some: SQL, others: SQL): SQL {
  return sql`(SELECT coalesce(jsonb_agg(element), '[]') FROM jsonb_array_elements(${some}) AS element
               WHERE element NOT IN (SELECT jsonb_array_elements(${others})))`;
}

/** An image of a live product. */
export async function findImage(db: Database, productId: string, id: string): Promise<ImageRow | null> {
  const { rows } = await db.execute(sql`
    SELECT ${imageJson} AS image FROM product_images image JOIN products product ON product.id = image.product_id
     WHERE image.id = ${id} AND image.product_id = ${productId} AND NOT product.is_deleted`);
  const [row] = z.array(Found).parse(rows);
  return row?.image ?? null;
}

export async function isLive(db: Database, productId: string): Promise<boolean> {
  const { rows } = await db.execute(sql`SELECT FROM products WHERE id = ${productId} AND NOT is_deleted`);
  return rows.length > 0;
}
