import { eq, type SQL, sql } from 'drizzle-orm';
import type { BatchItem } from 'drizzle-orm/batch';
import { uuidv7 } from 'uuidv7';
import { z } from 'zod';

import { productInventory, products } from '#drizzle/products/schema.ts';
import { isGuardRefusal } from '#shared/db/guards.ts';
import { violates } from '#shared/db/errors.ts';
import type { Database } from '#shared/db/postgres.ts';
import type { OutboxEvent } from '#shared/events/events.ts';
import { insertEvents } from '#shared/events/outbox.ts';

import type { Options, Placement, StandingInput } from '../domain/product-variants.ts';
import { AdminProductRow, selectAdminProduct } from './admin-product-rows.ts';
import { writtenEvents } from './product-events.ts';
import {
  dismissFaces,
  electFaces,
  fits,
  holdProducts,
  parseMembers,
  requireThat,
  selectOtherMembers,
} from './variants.ts';

/** The fields of a product that staff write. */
export const productFields = [
  'category_id',
  'name',
  'slug',
  'description',
  'short_description',
  'price',
  'compare_at_price',
  'cost_price',
  'sku',
  'barcode',
  'is_active',
  'is_featured',
  'weight',
  'dimensions',
  'meta_title',
  'meta_description',
  'vendor',
  'tags',
  'variant_group_id',
  'options',
  'is_group_primary',
] as const satisfies (keyof AdminProductRow)[];

export type ProductFields = Pick<AdminProductRow, (typeof productFields)[number]>;

/** `changed`: others were faster; look again. The others name what is taken, or the category that is not there. */
export type WriteRefusal = 'changed' | 'sku_taken' | 'slug_taken' | 'barcode_taken' | 'category_unknown';

export interface Written {
  product: AdminProductRow;
  /** What to send, now that it is committed. */
  events: OutboxEvent[];
}

interface Creation {
  id: string;
  fields: Omit<ProductFields, 'slug'>;
  /** Its slug, or what the slug begins with if another has it. */
  slug: { wanted: string } | { base: string };
  stock: { low_stock_threshold?: number | undefined; allow_backorder?: boolean | undefined };
  placement: Placement;
  actor_id: string;
  /** Their `after` lacks the slug, which the database chooses. */
  events: [OutboxEvent, OutboxEvent];
}

/** Creates a product with its stock of nothing. */
export async function createProduct(db: Database, creation: Creation): Promise<Written | WriteRefusal> {
  const { id, fields, slug, stock, placement, events } = creation;
  const [updated, audit] = events;
  const change = faceChange(creation);
  const payload = sql`jsonb_set(${JSON.stringify(audit.payload)}::jsonb, '{after,slug}',
    (SELECT to_jsonb(slug) FROM ${products} WHERE id = ${id}))`;
  return refusable(async () => {
    const [, , , , , dismissed, elected, told, found] = await db.batch([
      lockSlugs(db, 'base' in slug ? slug.base : slug.wanted),
      holdProducts(db, id, placement.groups),
      requireThat(db, fits({ id, ...placement })),
      db.insert(products).values({ ...fields, id, slug: 'base' in slug ? freeSlug(slug.base) : slug.wanted }),
      db.insert(productInventory).values({ ...stock, id: uuidv7(), product_id: id }),
      dismissFaces(db, change),
      electFaces(db, change),
      insertEvents(db, [updated, { ...audit, payload }]).returning(),
      selectAdminProduct(db, id),
    ]);
    return written(found, writtenEvents(dismissed, elected, { rows: told }));
  });
}

interface ProductChange {
  id: string;
  /** Of the row as it was read. */
  version: number;
  fields: Partial<ProductFields>;
  placement: Placement;
  actor_id: string;
  events: [OutboxEvent, ...OutboxEvent[]];
}

/** Changes fields of a live product, if it still has the version that it was read with. */
export async function changeProduct(db: Database, change: ProductChange): Promise<Written | WriteRefusal> {
  const update = db
    .update(products)
    .set({ ...change.fields, version: sql`${products.version} + 1` })
    .where(eq(products.id, change.id));
  return writeProduct(db, change, update);
}

/** Marks a live product as deleted, which frees its SKU, slug and barcode. */
export async function deleteProduct(
  db: Database,
  deletion: Omit<ProductChange, 'fields'>,
): Promise<Written | WriteRefusal> {
  const update = db
    .update(products)
    .set({ is_deleted: true, deleted_at: sql`now()`, version: sql`${products.version} + 1` })
    .where(eq(products.id, deletion.id));
  return writeProduct(db, deletion, update);
}

async function writeProduct(
  db: Database,
  change: Omit<ProductChange, 'fields'>,
  update: BatchItem<'pg'>,
): Promise<Written | WriteRefusal> {
  const { id, version, placement, events } = change;
  const faces = faceChange(change);
  return refusable(async () => {
    const [, , , , dismissed, elected, , found] = await db.batch([
      holdProducts(db, id, placement.groups),
      requireThat(
        db,
        sql`EXISTS (SELECT FROM ${products} WHERE id = ${id} AND version = ${version} AND NOT is_deleted)`,
      ),
      requireThat(db, fits({ id, ...placement })),
      update,
      dismissFaces(db, faces),
      electFaces(db, faces),
      insertEvents(db, events),
      selectAdminProduct(db, id),
    ]);
    return written(found, [...events, ...writtenEvents(dismissed, elected)]);
  });
}

function faceChange({ id, placement, actor_id }: { id: string; placement: Placement; actor_id: string }) {
  const { groups, makes_face, variant_group_id } = placement;
  return { id, groups, faces: makes_face ? variant_group_id : null, actor_id };
}

function written({ rows }: { rows: unknown[] }, events: OutboxEvent[]): Written {
  return { product: AdminProductRow.parse(rows[0]), events };
}

async function refusable(work: () => Promise<Written>): Promise<Written | WriteRefusal> {
  try {
    return await work();
  } catch (error) {
    if (isGuardRefusal(error) || violates(error, 'products_variant_group_id_key')) return 'changed';
    if (violates(error, 'products_sku_key')) return 'sku_taken';
    if (violates(error, 'products_slug_key')) return 'slug_taken';
    if (violates(error, 'products_barcode_key')) return 'barcode_taken';
    if (violates(error, 'products_category_id_live') || violates(error, 'products_category_id_fkey')) {
      return 'category_unknown';
    }
    throw error;
  }
}

/** Those who look for a free slug with this beginning wait for each other. */
function lockSlugs(db: Database, base: string) {
  return db.execute(sql`SELECT pg_advisory_xact_lock(hashtext('products.slug'), hashtext(${base}))`);
}

/** The base, else the base with the first of -2, -3, … that no live product has. */
function freeSlug(base: string): SQL<string> {
  return sql<string>`(
    WITH RECURSIVE tried AS (
      SELECT 1 AS attempt, ${base}::text AS slug
      UNION ALL
      SELECT attempt + 1, rtrim(left(${base}::text, 254 - length((attempt + 1)::text)), '-') || '-' || (attempt + 1)
        FROM tried
       WHERE EXISTS (SELECT FROM products taken WHERE taken.slug = tried.slug AND NOT taken.is_deleted))
    SELECT slug FROM tried ORDER BY attempt DESC LIMIT 1)`;
}

/** A product as it is, and what a change of it has to know besides; null for what the change does not name. */
export interface ProductToChange {
  product: AdminProductRow | null;
  /** The options of the others of the group that it is in, or comes to. */
  others: (Options | null)[];
  category_exists: boolean;
}

const CategoryRow = z.object({ category_exists: z.boolean() });

/** In one round trip. A product that is not there yet is null. */
export async function readForChange(
  db: Database,
  id: string,
  input: StandingInput & { category_id?: string | undefined },
): Promise<ProductToChange> {
  const [found, members, category] = await db.batch([
    selectAdminProduct(db, id),
    selectOtherMembers(db, id, input),
    db.execute(sql`
      SELECT ${input.category_id ?? null}::uuid IS NULL
          OR EXISTS (SELECT FROM categories WHERE id = ${input.category_id ?? null} AND NOT is_deleted) AS category_exists`),
  ]);
  const [{ category_exists }] = z.tuple([CategoryRow]).parse(category.rows);
  const product = found.rows[0] === undefined ? null : AdminProductRow.parse(found.rows[0]);
  return { product, others: parseMembers(members), category_exists };
}
