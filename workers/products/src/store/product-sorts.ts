import { type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';

import type { Position } from '#shared/http/pages.ts';

export type ProductSort = 'created_at' | '-created_at' | 'price' | '-price' | 'name' | '-name';
type SortField = 'created_at' | 'price' | 'name';

const columns: Record<SortField, { column: SQL; type: SQL }> = {
  created_at: { column: sql`product.created_at`, type: sql`timestamptz` },
  price: { column: sql`product.price`, type: sql`numeric` },
  name: { column: sql`product.name`, type: sql`varchar` },
};

const Instant = z.iso.datetime({ precision: 3 });
const Amount = z.string().regex(/^\d{1,8}\.\d{2}$/);
const Name = z.string().regex(/^[^\0]*$/);

/** What the key of a cursor must look like. */
export const cursorKeys: Record<ProductSort, z.ZodType> = {
  created_at: Instant,
  '-created_at': Instant,
  price: Amount,
  '-price': Amount,
  name: Name,
  '-name': Name,
};

export function sortKey(row: Record<SortField, string>, sort: ProductSort): string {
  return row[fieldOf(sort)];
}

/** The order of a list, and the condition that a row comes after a position in it. Ties go by id. */
export function keyset(sort: ProductSort, after: Position | null): { order: SQL; isAfter: SQL } {
  const { column, type } = columns[fieldOf(sort)];
  const isDescending = sort.startsWith('-');
  const direction = isDescending ? sql`DESC` : sql`ASC`;
  const order = sql`${column} ${direction}, product.id ${direction}`;
  if (!after) return { order, isAfter: sql`true` };
  const comparison = isDescending ? sql`<` : sql`>`;
  return { order, isAfter: sql`(${column}, product.id) ${comparison} (${after.key}::${type}, ${after.id}::uuid)` };
}

function fieldOf(sort: ProductSort): SortField {
  switch (sort) {
    case 'created_at':
    case '-created_at':
      return 'created_at';
    case 'price':
    case '-price':
      return 'price';
    case 'name':
    case '-name':
      return 'name';
  }
}
