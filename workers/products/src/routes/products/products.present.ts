import type { z } from '@hono/zod-openapi';

import { availabilityOf } from '../../domain/availability.ts';
import type { ProductDetailRow, ProductRow } from '../../store/product-rows.ts';
import type { Product, ProductSummary } from './products.contract.ts';

/** A product as lists show it. */
export function presentSummary(row: ProductRow, currency: string): z.infer<typeof ProductSummary> {
  const { stock, rating_sum, rating_count, ...product } = row;
  const average = rating_count === 0 ? null : Math.round((rating_sum / rating_count) * 100) / 100;
  return { ...product, currency, availability: availabilityOf(stock), rating: { average, count: rating_count } };
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
