import { uuidv7 } from 'uuidv7';

import { slugOf } from '../slug.ts';
import type { RowError } from './cells.ts';
import { conflictsOf, matchVariants } from './match.ts';
import type { CategoryName, ExistingProduct, Known, ProductFields } from './existing.ts';
import { defaultCategory } from './fields.ts';
import type { ImportGroup } from './groups.ts';
import type { GroupImage } from './images.ts';
import type { GroupVariant } from './variants.ts';

/** A product to write. `expected_version` is null for a new one; otherwise the row must not have changed meanwhile. */
export interface PlannedProduct extends ProductFields {
  handle: string;
  row: number;
  product_id: string;
  slug: string;
  is_group_primary: boolean;
  expected_version: number | null;
  /** Whether anything but the stock changes. */
  touches_product: boolean;
  /** All images it has from now on; null leaves those it has. */
  images: GroupImage[] | null;
  /** Null leaves the stock as it is. */
  stock: { quantity: number | null; allow_backorder: boolean } | null;
}

export interface Plan {
  categories: CategoryName[];
  products: PlannedProduct[];
  /** Rows that already are what the file says. */
  skipped: { handle: string }[];
  errors: { handle: string; error: RowError }[];
}

/** Decides what has to be written so that the catalogue says what the file says. */
export function planImport(groups: ImportGroup[], known: Known, updateStock: boolean): Plan {
  const byHandle = Map.groupBy(known.products, ({ handle }) => handle);
  const plan: Plan = { categories: [], products: [], skipped: [], errors: [] };
  for (const group of groups) {
    const existing = byHandle.get(group.handle) ?? [];
    const matched = matchVariants(group.variants, existing).flatMap((pair, i) => {
      const slugs = [
        ...(existing.length === 0 ? [group.handle] : []),
        ...(i > 0 || existing.length > 0 ? [pair.variant.slug] : []),
      ];
      const errors = conflictsOf(pair, { slugs, existing, owners: known.owners, updateStock });
      plan.errors.push(...errors.map((error) => ({ handle: group.handle, error })));
      return errors.length === 0 ? [pair] : [];
    });
    const face = existing.find(({ is_group_primary }) => is_group_primary);
    const groupId = face?.variant_group_id ?? uuidv7();
    matched.forEach(({ variant, product }, i) => {
      const isFace = face ? product === face : i === 0;
      const categoryId = () => categoryOf(group, known.categories, plan.categories).id;
      const fields = fieldsOf(group, variant, product, { groupId, categoryId });
      const planned = product
        ? planChange(group, variant, { product, fields, isFace, updateStock })
        : planCreation(group, variant, { fields, isFace });
      if (planned) plan.products.push(planned);
      else plan.skipped.push({ handle: group.handle });
    });
  }
  return plan;
}

function planCreation(
  group: ImportGroup,
  variant: GroupVariant,
  { fields, isFace }: { fields: ProductFields; isFace: boolean },
): PlannedProduct {
  return {
    ...fields,
    handle: group.handle,
    row: variant.row,
    product_id: uuidv7(),
    slug: isFace ? group.handle : variant.slug,
    is_group_primary: isFace,
    expected_version: null,
    touches_product: true,
    images: imagesOf(group, variant, isFace) ?? [],
    stock: { quantity: variant.quantity ?? 0, allow_backorder: variant.allow_backorder ?? false },
  };
}

function planChange(
  group: ImportGroup,
  variant: GroupVariant,
  change: { product: ExistingProduct; fields: ProductFields; isFace: boolean; updateStock: boolean },
): PlannedProduct | null {
  const { product, fields, isFace, updateStock } = change;
  const images = imagesOf(group, variant, isFace);
  const changesImages = images !== undefined && !same(images, product.images);
  const touches = changesImages || fieldNames.some((field) => !same(fields[field], product[field]));
  const stock = stockChange(variant, product, updateStock);
  if (!touches && !stock) return null;
  return {
    ...fields,
    handle: group.handle,
    row: variant.row,
    product_id: product.id,
    slug: product.slug,
    is_group_primary: product.is_group_primary,
    expected_version: product.version,
    touches_product: touches,
    images: changesImages ? images : null,
    stock,
  };
}

const fieldNames = [
  'category_id',
  'name',
  'description',
  'price',
  'compare_at_price',
  'cost_price',
  'sku',
  'barcode',
  'is_active',
  'weight',
  'meta_title',
  'meta_description',
  'vendor',
  'tags',
  'variant_group_id',
  'options',
] as const satisfies (keyof ProductFields)[];

/** What the file says, and where it says nothing, what the product has. */
function fieldsOf(
  { fields }: ImportGroup,
  variant: GroupVariant,
  product: ExistingProduct | null,
  { groupId, categoryId }: { groupId: string; categoryId: () => string },
): ProductFields {
  const said = <Value>(value: Value | undefined, before: Value | undefined, initial: Value): Value =>
    value === undefined ? (before ?? initial) : value;
  return {
    category_id: fields.category === undefined && product ? product.category_id : categoryId(),
    name: fields.name,
    description: said(fields.description, product?.description, ''),
    price: said(variant.price, product?.price, '0.00'),
    compare_at_price: said(variant.compare_at_price, product?.compare_at_price, null),
    cost_price: said(variant.cost_price, product?.cost_price, null),
    sku: variant.sku,
    barcode: said(variant.barcode, product?.barcode, null),
    is_active: said(fields.is_active, product?.is_active, true),
    weight: said(variant.weight, product?.weight, null),
    meta_title: said(fields.meta_title, product?.meta_title, null),
    meta_description: said(fields.meta_description, product?.meta_description, null),
    vendor: said(fields.vendor, product?.vendor, null),
    tags: said(fields.tags, product?.tags, []),
    variant_group_id: variant.options ? groupId : null,
    options: variant.options,
  };
}

function categoryOf(group: ImportGroup, known: CategoryName[], added: CategoryName[]): CategoryName {
  const name = group.fields.category ?? defaultCategory;
  const slug = slugOf(name).slice(0, 100);
  const all = [...known, ...added];
  const found = all.find((category) => category.slug === slug) ?? all.find((category) => category.name === name);
  if (found) return found;
  const category = { id: uuidv7(), name, slug };
  added.push(category);
  return category;
}

/** The face has the images of the handle; the others only one of their own. */
function imagesOf(group: ImportGroup, { image_url }: GroupVariant, isFace: boolean): GroupImage[] | undefined {
  const shared = isFace ? (group.images ?? []) : [];
  const isExtra = image_url && !shared.some((image) => image.image_url === image_url);
  const images = isExtra ? [...shared, { image_url, alt_text: null }] : shared;
  return images.length > 0 ? images : undefined;
}

function stockChange(variant: GroupVariant, product: ExistingProduct, updateStock: boolean): PlannedProduct['stock'] {
  const quantity = updateStock ? (variant.quantity ?? product.quantity) : product.quantity;
  const allow_backorder = variant.allow_backorder ?? product.allow_backorder;
  if (quantity === product.quantity && allow_backorder === product.allow_backorder) return null;
  return { quantity: quantity === product.quantity ? null : quantity, allow_backorder };
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
