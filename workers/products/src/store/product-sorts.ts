import { type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';

import { type Position, TimeKey } from '#shared/http/pages.ts';

import { instantText } from './columns.ts';

/** Orders by a column; ties go by id in the same direction. */
export type ColumnSort = 'created_at' | '-created_at' | 'price' | '-price' | 'name' | '-name' | '-rating';
/** `relevance` is for searches only. */
export type ProductSort = ColumnSort | 'relevance';

interface SortedColumn {
  name: SQL;
  type: SQL;
  /** The sort key as cursors carry it, of a column of this type. */
  text: (column: SQL) => SQL;
  /** No value lies beyond these. */
  least: SQL;
  greatest: SQL;
}

const created_at: SortedColumn = {
  name: sql`created_at`,
  type: sql`timestamptz`,
  text: instantText,
  least: sql`'-infinity'::timestamptz`,
  greatest: sql`'infinity'::timestamptz`,
};
const amount = {
  type: sql`numeric`,
  text: (column: SQL) => sql`${column}::text`,
  least: sql`'-Infinity'::numeric`,
  greatest: sql`'Infinity'::numeric`,
};
const price: SortedColumn = { name: sql`price`, ...amount };
const rating: SortedColumn = { name: sql`rating`, ...amount };
const name: SortedColumn = {
  name: sql`name`,
  type: sql`varchar`,
  text: (column) => column,
  least: sql`''`,
  // Text is compared by code point, and a name has at most 255.
  greatest: sql`repeat(chr(1114111), 255)`,
};

const columns: Record<ColumnSort, SortedColumn> = {
  created_at,
  '-created_at': created_at,
  price,
  '-price': price,
  name,
  '-name': name,
  '-rating': rating,
};

const Amount = z.string().regex(/^\d{1,8}\.\d{2}$/);
const Name = z.string().regex(/^[^\0]*$/);
const Rating = z.string().regex(/^[0-5]\.\d{2}$/);
/** A tier (product-search.ts) and a rating. */
const Relevance = z.string().regex(/^[0-5]\|[0-5]\.\d{2}$/);

/** What the key of a cursor must look like. */
export const cursorKeys: Record<ProductSort, z.ZodType> = {
  created_at: TimeKey,
  '-created_at': TimeKey,
  price: Amount,
  '-price': Amount,
  name: Name,
  '-name': Name,
  '-rating': Rating,
  relevance: Relevance,
};

/** How a list by a column is written in SQL. */
export interface Order {
  /** The column, of `product`. */
  column: SQL;
  type: SQL;
  text: (column: SQL) => SQL;
  direction: SQL;
  /** What a key and id further on in the order are to earlier ones. */
  comesAfter: SQL;
  /** The same, or equal to them. */
  isFrom: SQL;
  isUpTo: SQL;
  /** Beyond every key and id. */
  end: SQL;
  endId: SQL;
}

export function orderBy(sort: ColumnSort): Order {
  const { name: columnName, type, text, least, greatest } = columns[sort];
  const common = { column: sql`product.${columnName}`, type, text };
  if (sort.startsWith('-')) {
    const endId = sql`'00000000-0000-0000-0000-000000000000'::uuid`;
    return { ...common, direction: sql`DESC`, comesAfter: sql`<`, isFrom: sql`<=`, isUpTo: sql`>=`, end: least, endId };
  }
  const endId = sql`'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid`;
  return { ...common, direction: sql`ASC`, comesAfter: sql`>`, isFrom: sql`>=`, isUpTo: sql`<=`, end: greatest, endId };
}

/** That a key of the column, and the id of `product`, come after a position. */
export function isAfter(sort: ColumnSort, after: Position | null, key: SQL): SQL {
  const { type, comesAfter } = orderBy(sort);
  return after ? sql`(${key}, product.id) ${comesAfter} (${after.key}::${type}, ${after.id}::uuid)` : sql`true`;
}

/** The rows of a page: common table expressions of which `listed` has their ids and sort keys, and how to order them. */
export interface Listed {
  tables: SQL[];
  order: SQL;
  /** The key that a cursor carries. */
  key: SQL;
}
