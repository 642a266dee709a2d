import type { CheckoutCart } from '#shared/contracts/cart.ts';
import type { ProductForSale, ReservedLine } from '#shared/contracts/products.ts';
import { Problem } from '#shared/http/problem.ts';

/** The cart's lines as an order would get them now. 409 as for the order: withdrawn products before short ones. */
export function linesForSale(items: CheckoutCart['items'], products: ProductForSale[]): ReservedLine[] {
  const sold = new Map(products.map((product) => [product.product_id, product]));
  const found = items.map(({ product_id, quantity }) => ({ product_id, quantity, product: sold.get(product_id) }));
  const gone = found.filter(({ product }) => !product).map(({ product_id }) => ({ product_id }));
  if (gone.length > 0) {
    throw new Problem('product_unavailable', 'Take the products named out of the cart.', { members: { items: gone } });
  }
  const lines = found.flatMap(({ quantity, product }) => (product ? [{ quantity, product }] : []));
  const short = lines.filter(
    ({ quantity, product }) => quantity > product.available_quantity && !product.allow_backorder,
  );
  if (short.length > 0) {
    const shortages = short.map(({ quantity, product }) => ({
      product_id: product.product_id,
      requested: quantity,
      available: product.available_quantity,
    }));
    throw new Problem('insufficient_stock', 'Order at most what is available.', { members: { items: shortages } });
  }
  return lines.map(({ quantity, product: { product_id, name, sku, unit_price, weight } }) => ({
    product_id,
    name,
    sku,
    unit_price,
    weight,
    quantity,
  }));
}
