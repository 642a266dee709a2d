import { type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';

import { priceSteps } from '../domain/price-bands.ts';
import { chosenCategories, holding, holdingOfAll, type ProductFilter } from './product-filters.ts';
import { sampleOf } from './product-samples.ts';

export const TotalRow = z.object({ total: z.number(), is_total_estimate: z.boolean() });

/** Counted of everything that passes the filter. */
export const FacetsRow = TotalRow.extend({
  is_estimate: z.boolean(),
  /** The 50 with the most products. */
  categories: z.array(z.object({ id: z.string(), slug: z.string(), name: z.string(), count: z.number() })),
  prices: z.array(z.object({ step: z.number(), count: z.number() })),
  availability: z.array(
    z.object({ status: z.enum(['in_stock', 'low_stock', 'backorder', 'out_of_stock']), count: z.number() }),
  ),
});
export type FacetsRow = z.infer<typeof FacetsRow>;

/** How many pass the filter: `TotalRow`. What categories hold is counted already, the rest of a sample. */
export function selectTotal(filter: ProductFilter): SQL {
  if (!isOfCategories(filter)) return sql`${withSample(filter)} SELECT ${total(filter)} FROM sampled`;
  const tables = filter.category === undefined ? [holdingOfAll] : [chosenCategories(filter.category), holding];
  return sql`WITH RECURSIVE ${sql.join(tables, sql`, `)} SELECT ${total(filter)}`;
}

/** `FacetsRow`, counted in a sample that is small enough to be read each time, and multiplied to the whole. */
export function selectFacets(filter: ProductFilter): SQL {
  return sql`${withSample(filter)}
    SELECT ${total(filter)}, is_estimate,
      (SELECT ${listOf(sql`'id', id, 'slug', slug, 'name', name`, sql`ORDER BY size DESC, name`)}
         FROM (SELECT category.id, category.slug, category.name, grouped.size
                 FROM (SELECT category_id, count(*) AS size FROM sample GROUP BY category_id) AS grouped
                 JOIN categories category ON category.id = grouped.category_id
                ORDER BY grouped.size DESC, category.name LIMIT 50) AS counted) AS categories,
      (SELECT ${listOf(sql`'step', step`, sql``)}
         FROM (SELECT width_bucket(price, ${bounds}) - 1 AS step, count(*) AS size
                 FROM sample GROUP BY step) AS counted) AS prices,
      (SELECT ${listOf(sql`'status', status`, sql``)}
         FROM (SELECT ${status} AS status, count(*) AS size
                 FROM sample CROSS JOIN LATERAL (
                   SELECT * FROM product_inventory WHERE product_id = sample.id OFFSET 0) AS stock
                GROUP BY 1) AS counted) AS availability
      FROM sampled`;
}

function withSample(filter: ProductFilter): SQL {
  return sql`
    WITH RECURSIVE ${sql.join(sampleOf(filter), sql`, `)}, sampled AS MATERIALIZED (
      SELECT count(*) AS size, coalesce(max(share), 1) AS share, coalesce(bool_or(is_part), false) AS is_estimate FROM sample)`;
}

function total(filter: ProductFilter): SQL {
  return isOfCategories(filter)
    ? sql`(SELECT products FROM holding)::integer AS total, false AS is_total_estimate`
    : sql`round(size / share)::integer AS total, is_estimate AS is_total_estimate`;
}

/** That nothing but a category is asked for. */
function isOfCategories({ category: _category, ...others }: ProductFilter): boolean {
  return Object.values(others).every((value) => value === undefined);
}

/** Groups of the sample as JSON, each with how many in the whole it stands for. */
function listOf(members: SQL, order: SQL): SQL {
  const count = sql`greatest(1, round(size / (SELECT share FROM sampled)))::integer`;
  return sql`coalesce(json_agg(json_build_object(${members}, 'count', ${count}) ${order}), '[]'::json)`;
}

const bounds = sql.raw(`'{${priceSteps.join(',')}}'::numeric[]`);

/** As `availabilityOf` has it. */
const status = sql`CASE
    WHEN stock.quantity - stock.reserved_quantity > greatest(stock.low_stock_threshold, 0) THEN 'in_stock'
    WHEN stock.quantity > stock.reserved_quantity THEN 'low_stock'
    WHEN stock.allow_backorder THEN 'backorder' ELSE 'out_of_stock' END`;
