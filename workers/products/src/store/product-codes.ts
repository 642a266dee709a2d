import { type SQL, sql } from 'drizzle-orm';

/**
 * That a row of `products` has this SKU or barcode and is not the face of its group: a face has its codes among the words
 * of its document. Case, accents, blanks and signs make no difference. Each alternative is served by an index of its own.
 */
export function hasVariantCode(row: SQL, code: string): SQL {
  const wanted = plain(sql`${code}::text`);
  return sql`(NOT ${row}.is_group_primary AND ${wanted} <> ''
    AND (${plain(sql`${row}.sku`)} = ${wanted} OR (${row}.barcode IS NOT NULL AND ${plain(sql`${row}.barcode`)} = ${wanted})))`;
}

/** As in the indexes. */
function plain(code: SQL): SQL {
  return sql`replace(searchable(${code}), ' ', '')`;
}
