import type { RowError } from './cells.ts';
import { taken } from './claims.ts';
import type { ExistingProduct, Known } from './existing.ts';
import type { GroupVariant } from './variants.ts';

/** A product row of the file and the live product that it is, if there is one. */
export interface Match {
  variant: GroupVariant;
  product: ExistingProduct | null;
}

interface Surroundings {
  slugs: string[];
  existing: ExistingProduct[];
  owners: Known['owners'];
  updateStock: boolean;
}

/**
 * Which product of its group each row is: the one with its SKU, else with its options. A product that has had no
 * variants so far becomes the first of them.
 */
export function matchVariants(variants: GroupVariant[], existing: ExistingProduct[]): Match[] {
  const left = new Set(existing);
  const products = new Map<GroupVariant, ExistingProduct>();
  const pairBy = (keyOf: (item: Pick<GroupVariant, 'sku' | 'options'>) => string) => {
    const byKey = new Map([...left].map((product) => [keyOf(product), product]));
    for (const variant of variants) {
      const product = products.has(variant) ? undefined : byKey.get(keyOf(variant));
      if (!product || !left.delete(product)) continue;
      products.set(variant, product);
    }
  };
  pairBy(({ sku }) => sku);
  pairBy(({ options }) => JSON.stringify(options));
  if (existing.length === 1 && existing[0]?.options === null) pairBy(() => 'the only one');
  return variants.map((variant) => ({ variant, product: products.get(variant) ?? null }));
}

/** Why a row cannot be written beside what the catalogue holds; empty if it can. `slugs`: those it would need if new. */
export function conflictsOf(
  { variant, product }: Match,
  { slugs, existing, owners, updateStock }: Surroundings,
): RowError[] {
  if (variant.options === null && existing.some(({ id, options }) => id !== product?.id && options !== null)) {
    const message = 'This product has variants: say which one the row is.';
    return [{ row: variant.row, column: 'Option1 Value', code: 'required', message }];
  }
  const others = owners.filter(({ id }) => id !== product?.id);
  const errors: RowError[] = [];
  if (others.some(({ sku }) => sku === variant.sku)) errors.push(taken(variant.row, 'sku', variant.sku));
  if (variant.barcode && others.some(({ barcode }) => barcode === variant.barcode)) {
    errors.push(taken(variant.row, 'barcode', variant.barcode));
  }
  const occupied = product ? undefined : others.find((owner) => slugs.includes(owner.slug));
  if (occupied) errors.push(taken(variant.row, 'slug', occupied.slug));
  if (!product && variant.price === undefined) {
    errors.push({ row: variant.row, column: 'Variant Price', code: 'required', message: 'A price is needed.' });
  }
  if (product) errors.push(...stockConflict(variant, product, updateStock));
  return errors;
}

/** Stock that is promised to orders cannot be taken away. */
function stockConflict(variant: GroupVariant, product: ExistingProduct, updateStock: boolean): RowError[] {
  const quantity = updateStock ? (variant.quantity ?? product.quantity) : product.quantity;
  const allowsBackorder = variant.allow_backorder ?? product.allow_backorder;
  if (allowsBackorder || product.reserved_quantity <= quantity) return [];
  const message = `Orders have reserved ${product.reserved_quantity} of it.`;
  return [{ row: variant.row, column: 'Variant Inventory Qty', code: 'insufficient_stock', message }];
}
