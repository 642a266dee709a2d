import type { z } from '@hono/zod-openapi';

import { availableQuantity } from '../../domain/availability.ts';
import type { AdminProductRow, AdminSummaryRow } from '../../store/admin-product-rows.ts';
import type { AdminProduct, AdminProductSummary } from './admin-products.schemas.ts';

/** A product as lists of staff show it. */
export function presentAdminSummary(row: AdminSummaryRow, currency: string): z.infer<typeof AdminProductSummary> {
  const { stock, rating, rating_count, ...product } = row;
  return {
    ...product,
    currency,
    inventory: { ...stock, available_quantity: availableQuantity(stock) },
    rating: { average: rating_count === 0 ? null : Number(rating), count: rating_count },
  };
}

/** A product in full. */
export function presentAdminProduct(row: AdminProductRow, currency: string): z.infer<typeof AdminProduct> {
  const { description, meta_title, meta_description, ...summary } = row;
  return { ...presentAdminSummary(summary, currency), description, meta_title, meta_description };
}
