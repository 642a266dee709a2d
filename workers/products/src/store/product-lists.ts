import { type SQL, sql } from 'drizzle-orm';

import type { Position } from '#shared/http/pages.ts';

import { chosenCategories, passes, type ProductFilter } from './product-filters.ts';
import { imagesJson, productColumns } from './product-rows.ts';
import { searchPage } from './product-search.ts';
import { type ColumnSort, isAfter, type Listed, orderBy, type ProductSort } from './product-sorts.ts';

export interface ProductPage {
  filter: ProductFilter;
  sort: ProductSort;
  after: Position | null;
  limit: number;
}

/** Listed faces after a position. Their ids are found first, by indexes alone, then the rest of each. */
export function selectPage(page: ProductPage): SQL {
  const { tables, order, key } = listedOf(page);
  return sql`
    WITH RECURSIVE ${sql.join(tables, sql`, `)}
    SELECT ${productColumns}, ${key} AS sort_key
      FROM listed
      JOIN products product ON product.id = listed.id
      JOIN categories category ON category.id = product.category_id
      JOIN product_inventory stock ON stock.product_id = product.id
     CROSS JOIN LATERAL (
      SELECT ${imagesJson} AS images FROM product_images image WHERE image.product_id = product.id) AS pictures
     ORDER BY ${order}`;
}

function listedOf({ filter, sort, after, limit }: ProductPage): Listed {
  const { q, category } = filter;
  if (q !== undefined) return searchPage({ ...filter, q }, sort, after, limit);
  if (sort === 'relevance') throw new RangeError('Only a search has an order by relevance.');
  const tables =
    category === undefined ? walk(filter, sort, after, limit) : merge(category, filter, sort, after, limit);
  const { direction, text } = orderBy(sort);
  return {
    tables,
    order: sql`listed.sort_key ${direction}, listed.id ${direction}`,
    key: text(sql`listed.sort_key`),
  };
}

/** Walks along the sort's index, or fetches what few rows a filter leaves and sorts them: Postgres knows which. */
function walk(filter: ProductFilter, sort: ColumnSort, after: Position | null, limit: number): SQL[] {
  const { column, direction } = orderBy(sort);
  return [
    sql`listed AS MATERIALIZED (
      SELECT product.id, ${column} AS sort_key FROM products product
       WHERE ${passes(filter)} AND ${isAfter(sort, after, column)}
       ORDER BY ${column} ${direction}, product.id ${direction}
       LIMIT ${limit})`,
  ];
}

/**
 * Merges the categories' own sorted lists: the first row of each tells which categories can have a part in the page and
 * where it ends at the latest, so that few rows are read however many categories there are.
 */
function merge(
  category: string,
  filter: ProductFilter,
  sort: ColumnSort,
  after: Position | null,
  limit: number,
): SQL[] {
  const { column, direction, isFrom, isUpTo, end } = orderBy(sort);
  const inOrder = sql`ORDER BY sort_key ${direction}, id ${direction}`;
  return [
    chosenCategories(category),
    sql`tops AS MATERIALIZED (
      SELECT chosen.id AS category_id, top.sort_key, top.id
        FROM chosen CROSS JOIN LATERAL (
          SELECT product.id, ${column} AS sort_key FROM products product
           WHERE product.category_id = chosen.id AND ${passes(filter)} AND ${isAfter(sort, after, column)}
           ORDER BY ${column} ${direction}, product.id ${direction}
           LIMIT 1) AS top
       ORDER BY top.sort_key ${direction}, top.id ${direction}
       LIMIT ${limit})`,
    sql`last_top AS MATERIALIZED (
      SELECT coalesce((SELECT sort_key FROM tops ${inOrder} OFFSET ${limit - 1} LIMIT 1), ${end}) AS sort_key)`,
    sql`listed AS MATERIALIZED (
      SELECT member.id, member.sort_key
        FROM tops CROSS JOIN LATERAL (
          SELECT product.id, ${column} AS sort_key FROM products product
           WHERE product.category_id = tops.category_id AND ${passes(filter)}
             AND (${column}, product.id) ${isFrom} (tops.sort_key, tops.id)
             AND ${column} ${isUpTo} (SELECT sort_key FROM last_top)
           ORDER BY ${column} ${direction}, product.id ${direction}
           LIMIT ${limit}) AS member
       ORDER BY member.sort_key ${direction}, member.id ${direction}
       LIMIT ${limit})`,
  ];
}
