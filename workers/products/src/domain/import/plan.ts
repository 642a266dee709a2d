import { uuidv7 } from 'uuidv7';

import { sha256 } from '#shared/auth/secrets.ts';

import { categoryIdOf, type PlannedCategory } from './categories.ts';
import type { RowError } from './cells.ts';
import type { ExistingProduct, Known, ProductFields } from './existing.ts';
import { faceInactive, hiddenFace } from './faces.ts';
import { defaultCategory } from './fields.ts';
import type { ImportGroup } from './groups.ts';
import type { GroupImage } from './images.ts';
import { conflictsOf, matchVariants } from './match.ts';
import { fieldNames, fieldsOf, saidOf } from './product-fields.ts';
import type { GroupVariant } from './variants.ts';

/** A product to write. `expected_version` is null for a new one; otherwise the row must not have changed meanwhile. */
export interface PlannedProduct extends ProductFields {
  handle: string;
  row: number;
  product_id: string;
  slug: string;
  is_group_primary: boolean;
  expected_version: number | null;
  /** Null leaves the one it has. */
  description: string | null;
  /** Whether anything but the stock changes. */
  touches_product: boolean;
  /** All images it has from now on; null leaves those it has. */
  images: GroupImage[] | null;
  /** Null leaves the stock as it is. */
  stock: PlannedStock | null;
}

interface PlannedStock {
  /** Null leaves what is there. */
  quantity: number | null;
  allow_backorder: boolean;
  /** Null leaves the one there is, or the usual one. */
  low_stock_threshold: number | null;
}

export interface Plan {
  categories: PlannedCategory[];
  products: PlannedProduct[];
  /** Rows that already are what the file says. */
  skipped: { handle: string }[];
  errors: { handle: string; error: RowError }[];
}

/** Decides what has to be written so that the catalogue says what the file says. */
export function planImport(groups: ImportGroup[], known: Known, updateStock: boolean): Plan {
  const byHandle = Map.groupBy(known.products, ({ handle }) => handle);
  const plan: Plan = { categories: [], products: [], skipped: [], errors: [] };
  for (const group of groups)
    planGroup(plan, group, { known, existing: byHandle.get(group.handle) ?? [], updateStock });
  return plan;
}

function planGroup(
  plan: Plan,
  group: ImportGroup,
  { known, existing, updateStock }: { known: Known; existing: ExistingProduct[]; updateStock: boolean },
): void {
  const { handle } = group;
  const refuse = (errors: RowError[]) => plan.errors.push(...errors.map((error) => ({ handle, error })));
  const possible = matchVariants(group.variants, existing).filter((pair, i) => {
    const slugs = [
      ...(existing.length === 0 ? [handle] : []),
      ...(i > 0 || existing.length > 0 ? [pair.variant.slug] : []),
    ];
    const errors = conflictsOf(pair, { slugs, existing, owners: known.owners, updateStock });
    refuse(errors);
    return errors.length === 0;
  });
  const face = existing.find(({ is_group_primary }) => is_group_primary);
  const hidden = hiddenFace(group, possible, existing);
  if (hidden) refuse([faceInactive(hidden.variant.row)]);
  const groupId = face?.variant_group_id ?? uuidv7();
  const matched = possible.filter((pair) => pair !== hidden);
  matched.forEach(({ variant, product }, i) => {
    const isFace = face ? product === face : i === 0;
    const said = saidOf(group, variant);
    const wanted = said.category ?? (product ? null : defaultCategory);
    const category_id = wanted ? categoryIdOf(wanted, known.categories, plan.categories) : null;
    const fields = fieldsOf(said, variant, product, { groupId, category_id });
    const planned = product
      ? planChange(group, variant, { product, fields, description: said.description, isFace, updateStock })
      : planCreation(group, variant, { fields, description: said.description, isFace });
    if (planned) plan.products.push(planned);
    else plan.skipped.push({ handle });
  });
}

function planCreation(
  group: ImportGroup,
  variant: GroupVariant,
  { fields, description, isFace }: { fields: ProductFields; description: string | undefined; isFace: boolean },
): PlannedProduct {
  return {
    ...fields,
    description: description ?? '',
    handle: group.handle,
    row: variant.row,
    product_id: uuidv7(),
    slug: isFace ? group.handle : variant.slug,
    is_group_primary: isFace,
    expected_version: null,
    touches_product: true,
    images: imagesOf(group, variant, isFace) ?? [],
    stock: {
      quantity: variant.quantity ?? 0,
      allow_backorder: variant.allow_backorder ?? false,
      low_stock_threshold: variant.low_stock_threshold ?? null,
    },
  };
}

function planChange(
  group: ImportGroup,
  variant: GroupVariant,
  change: {
    product: ExistingProduct;
    fields: ProductFields;
    description: string | undefined;
    isFace: boolean;
    updateStock: boolean;
  },
): PlannedProduct | null {
  const { product, fields, isFace, updateStock } = change;
  const images = imagesOf(group, variant, isFace);
  const changesImages = images !== undefined && !same(images, product.images);
  const description = change.description ?? null;
  const describes = description !== null && sha256(description) !== product.description_digest;
  const touches = changesImages || describes || fieldNames.some((field) => !same(fields[field], product[field]));
  const stock = stockChange(variant, product, updateStock);
  if (!touches && !stock) return null;
  return {
    ...fields,
    description: describes ? description : null,
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

/** The face has the images of the handle; the others only one of their own. Undefined: those there are stay. */
function imagesOf(
  group: ImportGroup,
  { image_url, overrides }: GroupVariant,
  isFace: boolean,
): GroupImage[] | undefined {
  if (overrides.images) return overrides.images;
  const shared = isFace ? (group.images ?? []) : [];
  const isExtra = image_url && !shared.some((image) => image.image_url === image_url);
  const images = isExtra ? [...shared, { image_url, alt_text: null, is_primary: shared.length === 0 }] : shared;
  return images.length > 0 ? images : undefined;
}

function stockChange(variant: GroupVariant, product: ExistingProduct, updateStock: boolean): PlannedStock | null {
  const wanted = {
    quantity: updateStock ? (variant.quantity ?? product.quantity) : product.quantity,
    allow_backorder: variant.allow_backorder ?? product.allow_backorder,
    low_stock_threshold: variant.low_stock_threshold ?? product.low_stock_threshold,
  };
  const { quantity, allow_backorder, low_stock_threshold } = product;
  if (same(wanted, { quantity, allow_backorder, low_stock_threshold })) return null;
  return { ...wanted, quantity: wanted.quantity === quantity ? null : wanted.quantity };
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
