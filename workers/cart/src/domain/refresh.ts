import type { ProductSnapshot } from '#shared/contracts/products.ts';

import {
  accept,
  type Accepted,
  availableOf,
  type CartContent,
  type CartItem,
  fittingOr,
  isShort,
  itemOf,
  priceWarnings,
  type Warning,
  withItems,
} from './cart.ts';

/** The products that were asked about, and those of them that are sold. */
export interface Findings {
  asked: string[];
  products: ProductSnapshot[];
}

/** Warns of what has changed and takes new prices over. The content changes only if a price did. */
export function refresh(content: CartContent, { asked, products }: Findings): Accepted {
  const found = new Map(products.map((product) => [product.product_id, product]));
  const warnings = content.items
    .filter((item) => asked.includes(item.product_id))
    .flatMap((item) => warningsOf(item, found.get(item.product_id)));
  if (!warnings.some(({ code }) => code === 'price_changed')) return accept(content, warnings);

  const items = content.items.map((item) => {
    const product = found.get(item.product_id);
    return product ? itemOf(product, item.quantity, item.added_at) : item;
  });
  return accept(fittingOr(content, withItems(content, items)), warnings);
}

function warningsOf(item: CartItem, product: ProductSnapshot | undefined): Warning[] {
  const { product_id } = item;
  if (!product) return [{ product_id, code: 'unavailable' }];
  const stock: Warning[] = isShort(product, item.quantity)
    ? [{ product_id, code: 'insufficient_stock', available_quantity: availableOf(product) }]
    : [];
  return [...priceWarnings(item, product), ...stock];
}
