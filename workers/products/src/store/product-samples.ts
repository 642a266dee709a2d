import { type SQL, sql } from 'drizzle-orm';

import { chosenCategories, holding, holdingOfAll, passes, type ProductFilter } from './product-filters.ts';
import { hasVariantOfCode, hasWords, scopeOf, type Search, similarProducts, similarWords } from './product-search.ts';

/** What is no larger is counted as it is, the rest by a sample of at most this size. */
const sampleSize = 1_000;
/** Of a category the sample is chosen by its share, and has about this size: each product costs a look at its stock. */
const categorySampleSize = 700;
/** A share of the products is a sample good enough if so many of it pass; else one that much larger is taken. */
const enough = 100;
const growth = 16;
/** Of a search at first: so few products that looking for the words in each is less work than to ask the index. */
const firstShare = 1 / 512;

const sampled = sql`product.id, product.category_id, product.price`;

/**
 * `sample`: products that pass the filter, all or those with the smallest `sample_key`; what `share` they are of all
 * that pass, as far as is known; whether they are only a part. For WITH RECURSIVE.
 */
export function sampleOf(filter: ProductFilter): SQL[] {
  const { q, category } = filter;
  if (q !== undefined) return sampleOfSearch({ ...filter, q });
  return category === undefined ? sampleOfAll(filter) : sampleOfCategories(category, filter);
}

/** The share is about the largest key: a little less, as that one is in the sample because it is the next. */
function sampleOfAll(filter: ProductFilter): SQL[] {
  return [
    holdingOfAll,
    sql`smallest AS MATERIALIZED (
      SELECT ${sampled}, product.sample_key FROM products product
       WHERE ${passes(filter)} ORDER BY product.sample_key LIMIT ${sampleSize})`,
    sql`sample AS MATERIALIZED (
      SELECT id, category_id, price, count(*) OVER () = ${sampleSize} AS is_part,
             CASE WHEN count(*) OVER () < ${sampleSize} THEN 1
             ELSE greatest(max(sample_key) OVER (), 1e-9) * ${sampleSize} / (${sampleSize} - 1) END AS share
        FROM smallest)`,
  ];
}

function sampleOfCategories(category: string, filter: ProductFilter): SQL[] {
  const first = sql`(SELECT CASE WHEN products > ${sampleSize} THEN ${categorySampleSize}::numeric / products ELSE 1 END
                        FROM holding)`;
  const select = (share: SQL) => sql`
      SELECT product.* FROM chosen CROSS JOIN LATERAL (
        SELECT ${sampled} FROM products product
         WHERE product.category_id = chosen.id AND product.sample_key < ${share} AND ${passes(filter)}
        OFFSET 0) AS product`;
  return [chosenCategories(category), holding, ...growing(first, select(first), select)];
}

function sampleOfSearch(search: Search): SQL[] {
  const { tables, everywhere } = scopeOf(search);
  const select = sql`SELECT ${sampled} FROM products product WHERE ${everywhere}`;
  const { q, code } = search;
  const withWords = (share: SQL) => sql`${select} AND ${hasWords(q)} AND product.sample_key < ${share}`;
  const first = sql`${firstShare}::real`;
  return [
    ...tables,
    ...growing(
      first,
      sql`SELECT ${sampled} FROM (
          SELECT * FROM products product WHERE ${everywhere} AND product.sample_key < ${first} OFFSET 0) AS product
        WHERE ${hasWords(q)}`,
      withWords,
      {
        all:
          code === undefined
            ? withWords(sql`1`)
            : sql`${withWords(sql`1`)} UNION ALL ${select} AND ${hasVariantOfCode(code)} AND NOT ${hasWords(q)}`,
        otherwise: sql`${select} AND product.search @@ ${similarWords(q)} LIMIT ${similarProducts}`,
      },
    ),
  ];
}

/** Samples of a growing share, until one is large enough or is `all` there is; if that is nothing, `otherwise`. */
function growing(
  first: SQL,
  rows: SQL,
  select: (share: SQL) => SQL,
  { all, otherwise } = { all: select(sql`1`), otherwise: sql`SELECT * FROM sample_3` },
): SQL[] {
  const second = sql`least(1, ${first} * ${growth})`;
  const samples = [
    { name: sql`sample_1`, rows, share: first, isPart: sql`${first} < 1` },
    { name: sql`sample_2`, rows: select(second), share: second, isPart: sql`${second} < 1` },
    { name: sql`sample_3`, rows: all, share: sql`1`, isPart: sql`false` },
    { name: sql`sample_4`, rows: otherwise, share: sql`1`, isPart: sql`count(*) OVER () = ${similarProducts}` },
  ];
  const union = samples.map(
    ({ name, share, isPart }, index) => sql`
      SELECT *, ${share} AS share, ${isPart} AS is_part FROM ${name} WHERE (SELECT number FROM taken) = ${index + 1}`,
  );
  return [
    ...samples.map((each) => sql`${each.name} AS MATERIALIZED (${each.rows})`),
    sql`taken AS MATERIALIZED (
      SELECT CASE WHEN ${first} >= 1 OR (SELECT count(*) FROM sample_1) >= ${enough} THEN 1
                  WHEN ${second} >= 1 OR (SELECT count(*) FROM sample_2) >= ${enough} THEN 2
                  WHEN EXISTS (SELECT FROM sample_3) THEN 3 ELSE 4 END AS number)`,
    sql`sample AS MATERIALIZED (${sql.join(union, sql` UNION ALL `)})`,
  ];
}
