import { type SQL, sql } from 'drizzle-orm';

import type { Position } from '#shared/http/pages.ts';

import { hasVariantCode } from './product-codes.ts';
import { chosenCategories, holding, isListed, passes, type ProductFilter } from './product-filters.ts';
import { type ColumnSort, isAfter, type Listed, type Order, orderBy, type ProductSort } from './product-sorts.ts';

export type Search = ProductFilter & { q: string };

/** So far along the order of the list products are looked at before all that fit are fetched; farther with a filter. */
const reach = 5_000;
const reachOfFilter = 10_000;
/** Up to so many products in the chosen categories are looked through, rather than all that have the words. */
const fewProducts = 5_000;
/** So many products with similar words are considered, any that come first. */
export const similarProducts = 1_000;
/** The last tier of products that have the words themselves. */
const lastExactTier = 3;

/** How well a product fits: a condition that excludes the tiers before it. */
interface Tier {
  tier: number;
  fits: SQL;
}

/** A part of what is found: id, tier and sort_key. */
interface Part {
  name: SQL;
  table: SQL;
}

/**
 * A page of a search. By relevance products come in tiers: 0, another variant of the group has the code; 1, the name or a
 * code has the words; 2, it has longer words that begin like them; 3, something else that is said of the product has;
 * 4 and 5, if there are none of these, the same for similar words. Within a tier the better rated comes first. A tier of
 * words is looked at only if those before it do not fill the page.
 */
export function searchPage(search: Search, sort: ProductSort, after: Position | null, limit: number): Listed {
  const isRanked = sort === 'relevance';
  const column: ColumnSort = isRanked ? '-rating' : sort;
  const order = orderBy(column);
  const start = isRanked ? relevanceOf(after) : { tier: 0, after };
  const tiers = isRanked ? ranks(search.q).filter(({ tier }) => tier >= start.tier) : [anyRank(search.q)];
  const { q: _q, code, in_stock: _inStock, ...others } = search;
  const isNarrow = search.in_stock === false || Object.values(others).some((value) => value !== undefined);
  const distance = isNarrow ? reachOfFilter : reach;

  const begins = isAfter(column, start.after, order.column);
  const everything = scopeOf(search);
  const coded = code === undefined ? null : codedPart(code, everything, order);
  const scope = coded ? outside(coded, everything) : everything;
  const parts: Part[] = [];
  for (const each of tiers)
    parts.push(
      ...partsOf(each, start.after !== null && each.tier === start.tier, { scope, order, begins, limit, parts }),
    );
  if (scope.inside && tiers.length > 0) parts.push(insidePart(scope.inside, search.q, tiers, order));
  if (coded) parts.push(coded);
  if (!isRanked || after === null || start.tier > lastExactTier)
    parts.push(alikePart(search, isRanked, scope, order, parts));

  const union = parts.map(({ name }) => sql`SELECT id, tier, sort_key FROM ${name}`);
  const listed = sql`listed AS MATERIALIZED (
      SELECT product.id, product.tier, product.sort_key FROM (${sql.join(union, sql` UNION ALL `)}) AS product
       WHERE product.tier > ${start.tier}
          OR product.tier = ${start.tier} AND ${isAfter(column, start.after, sql`product.sort_key`)}
       ORDER BY product.tier, product.sort_key ${order.direction}, product.id ${order.direction}
       LIMIT ${limit})`;
  return {
    tables: [
      ...scope.tables,
      border(sql`border`, order, sql`true`, distance),
      ...(start.after ? [border(sql`border_after`, order, begins, distance)] : []),
      ...parts.map(({ table }) => table),
      listed,
    ],
    order: sql`listed.tier, listed.sort_key ${order.direction}, listed.id ${order.direction}`,
    key: isRanked ? sql`listed.tier || '|' || listed.sort_key` : order.text(sql`listed.sort_key`),
  };
}

/** That `product` has the words, or longer ones that begin like them, anywhere. */
export function hasWords(q: string): SQL {
  return sql`product.search @@ product_query(${q}, true)`;
}

/** That `product` stands for another variant, on sale too, that has this code. */
export function hasVariantOfCode(code: string): SQL {
  return sql`product.variant_group_id = ANY(ARRAY(
      SELECT variant.variant_group_id FROM products variant
       WHERE ${hasVariantCode(sql`variant`, code)} AND variant.is_active AND NOT variant.is_deleted))`;
}

/** A query for words that are spelt like those; null if these are known. */
export function similarWords(q: string): SQL {
  return sql`(SELECT similar_query(${q}))`;
}

function anyRank(q: string): Tier {
  return { tier: 0, fits: hasWords(q) };
}

/** One condition of the index each, as it can tell which products have some words and not others. */
function ranks(q: string): Tier[] {
  return [
    { tier: 1, fits: sql`product.search @@ of_name(product_query(${q}, false))` },
    {
      tier: 2,
      fits: sql`product.search @@ (of_name(product_query(${q}, true)) && !!of_name(product_query(${q}, false)))`,
    },
    {
      tier: lastExactTier,
      fits: sql`product.search @@ (product_query(${q}, true) && !!of_name(product_query(${q}, true)))`,
    },
  ];
}

/** What a position in the order by relevance is made of: the tier, and the place within. */
function relevanceOf(after: Position | null): { tier: number; after: Position | null } {
  if (!after) return { tier: 0, after };
  const [tier = '', rating = ''] = after.key.split('|');
  return { tier: Number(tier), after: { key: rating, id: after.id } };
}

interface Surroundings {
  scope: Scope;
  order: Order;
  /** That a product is past the position where the page begins, in the tier of that position. */
  begins: SQL;
  limit: number;
  /** What was looked for before. */
  parts: readonly Part[];
}

/**
 * A tier in two parts. Near the beginning of the list Postgres walks along its order if it expects many products to fit,
 * and fetches and sorts them if few. What is farther away is fetched as a whole if that was not enough, so that no wrong
 * expectation makes it walk without an end.
 */
function partsOf({ tier, fits }: Tier, isStart: boolean, { scope, order, begins, limit, parts }: Surroundings): Part[] {
  const { column, direction, isUpTo } = order;
  const select = sql`SELECT product.id, ${tier}::integer AS tier, ${column} AS sort_key`;
  const limits = isStart ? sql`border_after` : sql`border`;
  const isNear = sql`(${column}, product.id) ${isUpTo} ((SELECT sort_key FROM ${limits}), (SELECT id FROM ${limits}))`;
  const isHere = sql`${isFewer(parts, limit)} AND ${scope.inOrder} AND ${isNear} AND ${isStart ? begins : sql`true`}`;
  const sorted = sql`ORDER BY ${column} ${direction}, product.id ${direction}`;
  // Nobody but the statement knows how much a category holds, so it does not leave the choice.
  const source = scope.inside
    ? sql`(SELECT * FROM products product WHERE ${isHere} ${sorted} OFFSET 0) AS product WHERE ${fits}`
    : sql`products product WHERE ${isHere} AND ${fits}`;
  const near = part(`near_${tier}`, sql`${select} FROM ${source} ${sorted} LIMIT ${limit}`);
  const far = part(
    `far_${tier}`,
    sql`${select} FROM products product WHERE ${isFewer([...parts, near], limit)} AND ${scope.inOrder} AND ${fits} AND NOT ${isNear}`,
  );
  return [near, far];
}

/** All in the chosen categories that fits. */
function insidePart(inside: SQL, q: string, tiers: Tier[], order: Order): Part {
  const tier = tiers.map(({ tier: number, fits }) => sql`WHEN ${fits} THEN ${number}::integer`);
  return part(
    'inside',
    sql`SELECT product.id, CASE ${sql.join(tier, sql` `)} END AS tier, ${order.column} AS sort_key
        FROM chosen CROSS JOIN LATERAL (
          SELECT * FROM products product WHERE product.category_id = chosen.id AND ${inside} OFFSET 0) AS product
       WHERE ${hasWords(q)}`,
  );
}

/** What is meant by the code of a variant. */
function codedPart(code: string, { everywhere }: Scope, { column }: Order): Part {
  return part(
    'coded',
    sql`SELECT product.id, 0 AS tier, ${column} AS sort_key FROM products product
       WHERE ${everywhere} AND ${hasVariantOfCode(code)}`,
  );
}

/** The same without what a part has. */
function outside({ name }: Part, { tables, everywhere, inOrder, inside }: Scope): Scope {
  const isOutside = sql`product.id <> ALL(ARRAY(SELECT id FROM ${name}))`;
  return {
    tables,
    everywhere,
    inOrder: sql`${inOrder} AND ${isOutside}`,
    inside: inside && sql`${inside} AND ${isOutside}`,
  };
}

/** What has similar words, if nothing else was found. */
function alikePart(search: Search, isRanked: boolean, scope: Scope, order: Order, parts: readonly Part[]): Part {
  const tier = isRanked
    ? sql`CASE WHEN product.search @@ (SELECT of_name(similar_query(${search.q}))) THEN 4 ELSE 5 END`
    : sql`0`;
  return part(
    'alike',
    sql`SELECT product.id, ${tier} AS tier, ${order.column} AS sort_key FROM products product
       WHERE ${isFewer(parts, 1)} AND ${scope.everywhere} AND product.search @@ ${similarWords(search.q)}
       LIMIT ${similarProducts}`,
  );
}

function part(name: string, query: SQL): Part {
  const table = sql.raw(name);
  return { name: table, table: sql`${table} AS MATERIALIZED (${query})` };
}

/** That these have fewer rows than the page needs. */
function isFewer(parts: readonly Part[], limit: number): SQL {
  if (parts.length === 0) return sql`true`;
  const counts = parts.map(({ name }) => sql`(SELECT count(*) FROM ${name})`);
  return sql`${sql.join(counts, sql` + `)} < ${limit}`;
}

/** The row where what is near ends, or what comes after all rows. */
function border(name: SQL, { column, direction, end, endId }: Order, begins: SQL, distance: number): SQL {
  return sql`${name} AS MATERIALIZED (
      (SELECT ${column} AS sort_key, product.id FROM products product WHERE ${isListed} AND ${begins}
        ORDER BY ${column} ${direction}, product.id ${direction} OFFSET ${distance} LIMIT 1)
      UNION ALL SELECT ${end}, ${endId}
      ORDER BY sort_key ${direction}, id ${direction}
      LIMIT 1)`;
}

/** Where a search looks, and the same under the conditions that one or the other way to look is the better one. */
interface Scope {
  tables: SQL[];
  everywhere: SQL;
  inOrder: SQL;
  /** In each of the chosen categories. */
  inside: SQL | null;
}

/** Before it has chosen the categories Postgres cannot know how much they hold, so the statement decides about these. */
export function scopeOf(search: Search): Scope {
  const { category } = search;
  const all = passes(search);
  if (category === undefined) return { tables: [], everywhere: all, inOrder: all, inside: null };
  const everywhere = sql`${all} AND product.category_id = ANY(ARRAY(SELECT id FROM chosen))`;
  const isSmall = sql`(SELECT products FROM holding) <= ${fewProducts}`;
  return {
    tables: [chosenCategories(category), holding],
    everywhere,
    inOrder: sql`NOT ${isSmall} AND ${everywhere}`,
    inside: sql`${isSmall} AND ${all}`,
  };
}
