import { toCents } from '#shared/money/money.ts';

import { isMeasure } from '../import/cells.ts';
import type { Dimensions } from '../import/existing.ts';
import type { Overrides } from '../import/overrides.ts';
import { derivedSlug } from '../import/variants.ts';
import type { Cells } from './csv.ts';
import type { GroupValues } from './group-cells.ts';
import type { ExportedProduct } from './product.ts';

/** The cells that each product has. `handle` is its group's; null for the face, which has it for its slug. */
export function variantCells(product: ExportedProduct, group: GroupValues, handle: string | null): Cells {
  const values = optionValues(product, group.names);
  const ownImage = handle === null ? null : plainImage(product);
  const overrides = overridesOf(product, { group, handle, values, ownImage });
  const { length, width, height } = plainDimensions(product) ?? {};
  return {
    'Option1 Value': values?.[0] ?? (product.options ? null : 'Default Title'),
    'Option2 Value': values?.[1] ?? null,
    'Option3 Value': values?.[2] ?? null,
    'Variant SKU': product.sku,
    'Variant Grams': gramsOf(product.weight),
    'Variant Inventory Tracker': 'shopify',
    'Variant Inventory Qty': String(product.quantity),
    'Variant Inventory Policy': product.allow_backorder ? 'continue' : 'deny',
    'Variant Fulfillment Service': 'manual',
    'Variant Price': product.price,
    'Variant Compare At Price': product.compare_at_price,
    'Variant Requires Shipping': 'true',
    'Variant Taxable': 'true',
    'Variant Barcode': product.barcode,
    'Variant Image': ownImage,
    'Variant Weight Unit': 'kg',
    'Gift Card': 'false',
    'Cost per item': product.cost_price,
    'Variant Length': cellOf(length),
    'Variant Width': cellOf(width),
    'Variant Height': cellOf(height),
    'Variant Low Stock Threshold': String(product.low_stock_threshold),
    'Variant Overrides': Object.keys(overrides).length === 0 ? null : JSON.stringify(overrides),
  };
}

/** Whatever the other cells say otherwise, so that reading gives back this very product. */
function overridesOf(
  product: ExportedProduct,
  row: { group: GroupValues; handle: string | null; values: string[] | null; ownImage: string | null },
): Overrides {
  const { group, handle, values, ownImage } = row;
  const overrides: Overrides = {};
  const { options, slug, dimensions } = product;
  const derived = derivedSlug(handle ?? slug, options);
  if (derived === null || (handle !== null && slug !== derived)) overrides.slug = slug;
  if (product.name !== group.name) overrides.name = product.name;
  if (product.description !== group.description) overrides.description = product.description;
  if (product.short_description !== group.short_description) overrides.short_description = product.short_description;
  if (!same(product.category_path, group.category_path)) overrides.category_path = product.category_path;
  if (product.vendor !== group.vendor) overrides.vendor = product.vendor;
  if (!same(product.tags, group.tags)) overrides.tags = product.tags;
  if (product.is_active !== group.is_active) overrides.is_active = product.is_active;
  if (product.is_featured !== group.is_featured) overrides.is_featured = product.is_featured;
  if (product.meta_title !== group.meta_title) overrides.meta_title = product.meta_title;
  if (product.meta_description !== group.meta_description) overrides.meta_description = product.meta_description;
  if (dimensions && !plainDimensions(product)) overrides.dimensions = dimensions;
  if (options && !values) overrides.options = options;
  const images = handle === null ? group.images.length : ownImage === null ? 0 : 1;
  if (product.images.length !== images) overrides.images = product.images;
  return overrides;
}

/** The values under the group's option names; null if the product has others, or none. */
function optionValues({ options }: ExportedProduct, names: string[]): string[] | null {
  if (!options) return null;
  const values = names.map((name) => options[name] ?? '');
  const read = names.flatMap((name, i) => (values[i] && name.trim() ? [[name.trim(), values[i].trim()]] : []));
  const isDefault = same(read, [['Title', 'Default Title']]);
  return !isDefault && same(Object.fromEntries(read), options) ? values : null;
}

/** A single image that `Variant Image` can name. */
function plainImage({ images }: ExportedProduct): string | null {
  const [image] = images;
  return images.length === 1 && image?.is_primary && image.alt_text === null ? image.image_url : null;
}

function plainDimensions({ dimensions }: ExportedProduct): Dimensions | null {
  return dimensions && Object.values(dimensions).every((side) => isMeasure(String(side))) ? dimensions : null;
}

function cellOf(side: number | undefined): string | null {
  return side === undefined ? null : String(side);
}

/** Kilograms with two decimals as grams. */
function gramsOf(weight: string | null): string | null {
  return weight === null ? null : String(toCents(weight) * 10n);
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
