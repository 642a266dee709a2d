import type { z } from '@hono/zod-openapi';

import { availabilityOf } from '../../domain/availability.ts';
import { priceBands } from '../../domain/price-bands.ts';
import type { FacetsRow } from '../../store/product-facets.ts';
import type { ProductDetailRow, ProductRow } from '../../store/product-rows.ts';
import { availabilityStatuses, type Facets, type Product, type ProductSummary } from './products.contract.ts';

/** A product as lists show it. */
export function presentSummary(
  row: ProductRow & { sort_key?: string },
  currency: string,
): z.infer<typeof ProductSummary> {
  const { stock, rating, rating_count, sort_key: _sortKey, ...product } = row;
  const average = rating_count === 0 ? null : Number(rating);
  return { ...product, currency, availability: availabilityOf(stock), rating: { average, count: rating_count } };
}

/** What shows how a list can be narrowed. */
export function presentFacets(row: FacetsRow): z.infer<typeof Facets> {
  const countOf = new Map(row.availability.map(({ status, count }) => [status, count]));
  return {
    is_estimate: row.is_estimate,
    categories: row.categories,
    price: priceBands(row.prices),
    availability: availabilityStatuses.flatMap((status) => {
      const count = countOf.get(status);
      return count === undefined ? [] : [{ status, count }];
    }),
  };
}

/** A product in full. */
export function presentProduct(row: ProductDetailRow, currency: string): z.infer<typeof Product> {
  const { description, meta_title, meta_description, variants, ...summary } = row;
  return {
    ...presentSummary(summary, currency),
    description,
    meta_title,
    meta_description,
    variants: variants.map(({ stock, ...variant }) => ({ ...variant, currency, availability: availabilityOf(stock) })),
  };
}
