import { sql } from 'drizzle-orm';
import { z } from 'zod';

import type { Database } from '#shared/db/postgres.ts';

import { slugsFor } from '../domain/import/categories.ts';
import type { Known } from '../domain/import/existing.ts';
import { defaultCategory } from '../domain/import/fields.ts';
import type { ImportGroup } from '../domain/import/groups.ts';

const ExistingRow = z.object({
  id: z.string(),
  handle: z.string(),
  slug: z.string(),
  is_group_primary: z.boolean(),
  version: z.number(),
  category_id: z.string(),
  name: z.string(),
  description_digest: z.string(),
  short_description: z.string().nullable(),
  price: z.string(),
  compare_at_price: z.string().nullable(),
  cost_price: z.string().nullable(),
  sku: z.string(),
  barcode: z.string().nullable(),
  is_active: z.boolean(),
  is_featured: z.boolean(),
  weight: z.string().nullable(),
  // Always in this order: plans compare them as text.
  dimensions: z.object({ length: z.number(), width: z.number(), height: z.number() }).nullable(),
  meta_title: z.string().nullable(),
  meta_description: z.string().nullable(),
  vendor: z.string().nullable(),
  tags: z.array(z.string()),
  variant_group_id: z.string().nullable(),
  options: z.record(z.string(), z.string()).nullable(),
  images: z.array(z.object({ image_url: z.string(), alt_text: z.string().nullable(), is_primary: z.boolean() })),
  quantity: z.number(),
  reserved_quantity: z.number(),
  allow_backorder: z.boolean(),
  low_stock_threshold: z.number(),
});

const OwnerRow = z.object({ id: z.string(), sku: z.string(), barcode: z.string().nullable(), slug: z.string() });
const CategoryRow = z.object({ id: z.string(), name: z.string(), slug: z.string() });

/** What the catalogue holds of these groups, in one round trip. */
export async function readKnown(db: Database, groups: ImportGroup[]): Promise<Known> {
  const handles = groups.map(({ handle }) => handle);
  const variants = groups.flatMap((group) => group.variants);
  const slugs = [...handles, ...variants.map(({ slug }) => slug)];
  const [products, owners, categories] = await db.batch([
    selectProducts(db, handles),
    selectOwners(db, {
      skus: variants.map(({ sku }) => sku),
      barcodes: variants.flatMap(({ barcode }) => (barcode ? [barcode] : [])),
      slugs,
    }),
    selectCategories(db, [...new Set([...defaultCategory.path, ...groups.flatMap(categoryNames)])]),
  ]);
  return {
    products: z.array(ExistingRow).parse(products.rows),
    owners: z.array(OwnerRow).parse(owners.rows),
    categories: z.array(CategoryRow).parse(categories.rows),
  };
}

function categoryNames({ fields, variants }: ImportGroup): string[] {
  return [...(fields.category?.path ?? []), ...variants.flatMap(({ overrides }) => overrides.category_path ?? [])];
}

/** The live products of the groups whose faces have these slugs. */
function selectProducts(db: Database, handles: string[]) {
  return db.execute(sql`
    WITH faces AS (
      SELECT id, slug, variant_group_id FROM products
       WHERE slug = ANY(${sql.param(handles)}::text[]) AND is_group_primary AND NOT is_deleted
    ), members AS (
      SELECT id, slug AS handle FROM faces
      UNION
      SELECT member.id, faces.slug FROM faces JOIN products member ON member.variant_group_id = faces.variant_group_id
       WHERE NOT member.is_deleted)
    SELECT product.id, members.handle, product.slug, product.is_group_primary, product.version, product.category_id,
           product.name, encode(sha256(convert_to(product.description, 'UTF8')), 'hex') AS description_digest,
           product.short_description, product.price::text, product.compare_at_price::text,
           product.cost_price::text, product.sku, product.barcode, product.is_active, product.is_featured,
           product.weight::text, product.dimensions, product.meta_title, product.meta_description, product.vendor, to_json(product.tags) AS tags,
           product.variant_group_id, product.options, pictures.images,
           stock.quantity, stock.reserved_quantity, stock.allow_backorder, stock.low_stock_threshold
      FROM members
      JOIN products product ON product.id = members.id
      JOIN product_inventory stock ON stock.product_id = product.id
     CROSS JOIN LATERAL (
      SELECT coalesce(json_agg(json_build_object(
               'image_url', image.image_url, 'alt_text', image.alt_text, 'is_primary', image.is_primary)
               ORDER BY image.display_order, image.id), '[]'::json) AS images
        FROM product_images image WHERE image.product_id = product.id) AS pictures`);
}

function selectOwners(
  db: Database,
  { skus, barcodes, slugs }: { skus: string[]; barcodes: string[]; slugs: string[] },
) {
  return db.execute(sql`
    SELECT id, sku, barcode, slug FROM products WHERE sku = ANY(${sql.param(skus)}::text[]) AND NOT is_deleted
    UNION
    SELECT id, sku, barcode, slug FROM products WHERE barcode = ANY(${sql.param(barcodes)}::text[]) AND NOT is_deleted
    UNION
    SELECT id, sku, barcode, slug FROM products WHERE slug = ANY(${sql.param(slugs)}::text[]) AND NOT is_deleted`);
}

function selectCategories(db: Database, names: string[]) {
  const slugs = names.flatMap(slugsFor);
  return db.execute(sql`
    SELECT id, name, slug FROM categories
     WHERE (slug = ANY(${sql.param(slugs)}::text[]) OR name = ANY(${sql.param(names)}::text[])) AND NOT is_deleted`);
}
