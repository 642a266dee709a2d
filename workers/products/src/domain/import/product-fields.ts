import type { ExistingProduct, ProductFields } from './existing.ts';
import type { GroupFields } from './fields.ts';
import type { ImportGroup } from './groups.ts';
import type { GroupVariant } from './variants.ts';

/** What is compared to tell whether a product changes. */
export const fieldNames = [
  'category_id',
  'name',
  'short_description',
  'price',
  'compare_at_price',
  'cost_price',
  'sku',
  'barcode',
  'is_active',
  'is_featured',
  'weight',
  'dimensions',
  'meta_title',
  'meta_description',
  'vendor',
  'tags',
  'variant_group_id',
  'options',
] as const satisfies (keyof ProductFields)[];

/** What the file says of a product: what it says of the handle, but for what it says of this one alone. */
export function saidOf({ fields }: ImportGroup, { overrides }: GroupVariant): GroupFields {
  const { category_path } = overrides;
  return { ...fields, ...overrides, ...(category_path && { category: { path: category_path, isExact: true } }) };
}

/** What the file says, and where it says nothing, what the product has. */
export function fieldsOf(
  fields: GroupFields,
  variant: GroupVariant,
  product: ExistingProduct | null,
  { groupId, category_id }: { groupId: string; category_id: string | null },
): ProductFields {
  const said = <Value>(value: Value | undefined, before: Value | undefined, initial: Value): Value =>
    value === undefined ? (before ?? initial) : value;
  const dimensions = variant.overrides.dimensions === undefined ? variant.dimensions : variant.overrides.dimensions;
  return {
    category_id: category_id ?? product?.category_id ?? '',
    name: fields.name,
    short_description: said(fields.short_description, product?.short_description, null),
    price: said(variant.price, product?.price, '0.00'),
    compare_at_price: said(variant.compare_at_price, product?.compare_at_price, null),
    cost_price: said(variant.cost_price, product?.cost_price, null),
    sku: variant.sku,
    barcode: said(variant.barcode, product?.barcode, null),
    is_active: said(fields.is_active, product?.is_active, true),
    is_featured: said(fields.is_featured, product?.is_featured, false),
    weight: said(variant.weight, product?.weight, null),
    dimensions: said(dimensions, product?.dimensions, null),
    meta_title: said(fields.meta_title, product?.meta_title, null),
    meta_description: said(fields.meta_description, product?.meta_description, null),
    vendor: said(fields.vendor, product?.vendor, null),
    tags: said(fields.tags, product?.tags, []),
    variant_group_id: variant.options ? groupId : null,
    options: variant.options,
  };
}
