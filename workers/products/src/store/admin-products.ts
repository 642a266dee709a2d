import { type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';

import type { Database } from '#shared/db/postgres.ts';
import type { Position } from '#shared/http/pages.ts';

import { adminSummaryColumns, AdminSummaryRow, adminTables } from './admin-product-rows.ts';
import { isUuid } from './columns.ts';
import { hasVariantCode } from './product-codes.ts';

export interface AdminProductFilter {
  /** Beginning of the SKU, a whole SKU or barcode, or words of the product. */
  q?: string | undefined;
  /** Id or slug; products directly in it. */
  category?: string | undefined;
  is_active?: boolean | undefined;
  is_featured?: boolean | undefined;
  is_deleted?: boolean | undefined;
  sku?: string | undefined;
}

const fewMatches = 10_000;

interface Page {
  sort: 'created_at' | '-created_at';
  after: Position | null;
  limit: number;
}

/**
 * Inactive and deleted ones too. The ids are found first, on an index, then the rest of each. `few`: up to so many
 * matches of `q` are found by its words and sorted; of more, the newest soon turn up in the order of the list.
 */
export async function listAdminProducts(
  db: Database,
  filter: AdminProductFilter,
  page: Page,
  few = fewMatches,
): Promise<AdminSummaryRow[]> {
  const { rows } = await selectPage(db, filter, page, few);
  return z.array(AdminSummaryRow).parse(rows);
}

/** The same with the number of all that the filter finds, in the same round trip. */
export async function listAndCountAdminProducts(
  db: Database,
  filter: AdminProductFilter,
  page: Page,
): Promise<{ rows: AdminSummaryRow[]; total: number }> {
  const [listed, counted] = await db.batch([
    selectPage(db, filter, page, fewMatches),
    db.execute(sql`SELECT count(*)::integer AS total FROM products product WHERE true${conditions(filter)}`),
  ]);
  const [{ total }] = z.tuple([z.object({ total: z.number() })]).parse(counted.rows);
  return { rows: z.array(AdminSummaryRow).parse(listed.rows), total };
}

function selectPage(db: Database, filter: AdminProductFilter, { sort, after, limit }: Page, few: number) {
  const [direction, comparison] = sort === 'created_at' ? [sql`ASC`, sql`>`] : [sql`DESC`, sql`<`];
  const order = sql`ORDER BY product.created_at ${direction}, product.id ${direction}`;
  const isAfter = after
    ? sql` AND (product.created_at, product.id) ${comparison} (${after.key}::timestamptz, ${after.id}::uuid)`
    : sql``;
  const { q, ...others } = filter;
  const inOrder = sql`
    SELECT product.id FROM products product WHERE true${conditions(filter)}${isAfter} ${order} LIMIT ${limit}`;
  const ofMatching = sql`
    SELECT product.id FROM matching JOIN products product ON product.id = matching.id
     WHERE true${conditions(others)}${isAfter} ${order} LIMIT ${limit}`;
  return db.execute(sql`
    WITH ${q === undefined ? sql`` : matching(q, few)}listed AS MATERIALIZED (
      ${q === undefined ? inOrder : byFrequency(inOrder, ofMatching, few)})
    SELECT ${adminSummaryColumns}
      FROM ${adminTables} JOIN listed ON listed.id = product.id
     ${order}`);
}

function matching(q: string, few: number): SQL {
  return sql`matching AS MATERIALIZED (
      SELECT product.id FROM products product WHERE ${isAbout(q)} LIMIT ${few + 1}
    ), `;
}

/** Postgres cannot know how often a word is there, and would read the whole list in order for one that never is. */
function byFrequency(inOrder: SQL, ofMatching: SQL, few: number): SQL {
  const areFew = sql`(SELECT count(*) FROM matching) <= ${few}`;
  return sql`
      SELECT id FROM (${inOrder}) AS frequent WHERE NOT ${areFew}
      UNION ALL
      SELECT id FROM (${ofMatching}) AS rare WHERE ${areFew}`;
}

function conditions({ q, category, is_active, is_featured, is_deleted, sku }: AdminProductFilter): SQL {
  const all: SQL[] = [];
  if (q !== undefined) all.push(isAbout(q));
  if (category !== undefined) all.push(isInCategory(category));
  if (is_active !== undefined) all.push(sql`product.is_active = ${is_active}`);
  if (is_featured !== undefined) all.push(sql`product.is_featured = ${is_featured}`);
  if (is_deleted !== undefined) all.push(sql`product.is_deleted = ${is_deleted}`);
  if (sku !== undefined) all.push(hasSku(sku));
  return sql.join(all.map((condition) => sql` AND ${condition}`));
}

function isInCategory(idOrSlug: string): SQL {
  return isUuid(idOrSlug)
    ? sql`product.category_id = ${idOrSlug}::uuid`
    : sql`product.category_id = (SELECT id FROM categories WHERE slug = ${idOrSlug} AND NOT is_deleted)`;
}

/** The unique index has live products only; deleted ones are found by the SKU as one word, which every document has. */
function hasSku(sku: string): SQL {
  return sql`(
    (product.sku = ${sku} AND NOT product.is_deleted)
    OR (product.sku = ${sku} AND product.search @@ plainto_tsquery('simple', replace(searchable(${sku}), ' ', ''))))`;
}

/** Each alternative is served by an index of its own; Postgres combines them. */
function isAbout(q: string): SQL {
  const alternatives = [
    // The column compares by code point: what begins with it lies between it and its last successor.
    sql`(NOT product.is_deleted AND product.sku >= ${q} AND product.sku < ${`${q}\u{10FFFF}`}
      AND starts_with(product.sku, ${q}))`,
    hasVariantCode(sql`product`, q),
    sql`product.search @@ websearch_to_tsquery('english', searchable(${q}))`,
  ];
  const words = q.match(/[\p{L}\p{N}]+/gu) ?? [];
  if (words.length > 0) {
    // Built in the database, which knows what is left of a word when it is made searchable.
    const prefixes = words.map((word) => sql`quote_literal(searchable(${word}::text)) || ':*'`);
    alternatives.push(sql`product.search @@ to_tsquery('simple', ${sql.join(prefixes, sql` || ' & ' || `)})`);
  }
  return sql`(${sql.join(alternatives, sql` OR `)})`;
}
