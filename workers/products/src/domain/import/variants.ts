import { slugOf } from '../slug.ts';
import type { Cell, RowReader } from './cells.ts';
import type { Column } from './columns.ts';
import type { Dimensions } from './existing.ts';
import { lengths } from './limits.ts';
import { type Overrides, readOverrides } from './overrides.ts';

/** A product row. `undefined`: the file does not say, so nothing changes. */
export interface GroupVariant {
  row: number;
  /** In the file's order; null for a product without variants. */
  options: Record<string, string> | null;
  /** What its slug is if it is not the group's face. */
  slug: string;
  sku: string;
  barcode: Cell<string>;
  price: string | undefined;
  compare_at_price: Cell<string>;
  cost_price: Cell<string>;
  weight: Cell<string>;
  dimensions: Dimensions | null | undefined;
  quantity: number | undefined;
  allow_backorder: boolean | undefined;
  low_stock_threshold: number | undefined;
  /** Its own image, beside those of the handle. */
  image_url: Cell<string>;
  /** What it has other than the handle and the cells before say. */
  overrides: Overrides;
}

const optionColumns = [
  ['Option1 Name', 'Option1 Value'],
  ['Option2 Name', 'Option2 Value'],
  ['Option3 Name', 'Option3 Value'],
] as const;

/** As in Shopify. */
const maxVariants = 2_048;

type OptionNames = (string | null)[];

/** The names of the options, which only the row with the title carries. */
export function readOptionNames(main: RowReader): OptionNames {
  return optionColumns.map(([name]) => main.text(name, lengths.option) ?? null);
}

/** The rows that are products; the others only bring further images. */
export function readVariants(handle: string, names: OptionNames, readers: RowReader[]): GroupVariant[] {
  const rows = readers.filter(isVariant);
  for (const reader of rows.slice(maxVariants)) {
    reader.refuse('Handle', 'too_many_variants', `A handle can have at most ${maxVariants} variants.`);
  }
  const seen = new Set<string>();
  return rows.flatMap((reader) => {
    const variant = variantOf(handle, names, reader, rows.length > 1);
    const options = JSON.stringify(variant.options);
    if (seen.has(options)) reader.refuse('Option1 Value', 'duplicate_variant', 'Another row has the same options.');
    if (reader.errors.length > 0) return [];
    seen.add(options);
    return [variant];
  });
}

function isVariant(reader: RowReader): boolean {
  const telling: Column[] = [
    'Title',
    'Option1 Value',
    'Option2 Value',
    'Option3 Value',
    'Variant SKU',
    'Variant Price',
  ];
  return telling.some((column) => reader.has(column));
}

function variantOf(handle: string, names: OptionNames, reader: RowReader, hasSiblings: boolean): GroupVariant {
  const overrides = readOverrides(reader);
  const options = overrides.options ?? optionsOf(names, reader);
  if (options === null && hasSiblings) {
    reader.refuse('Option1 Value', 'required', 'Each of several rows of a handle needs an option of its own.');
  }
  const slug = overrides.slug ?? derivedSlug(handle, options);
  if (slug === null) {
    reader.refuse('Option1 Value', 'invalid_option', 'Option values become part of an address: use letters or digits.');
  }
  return {
    row: reader.row,
    options,
    slug: slug ?? '',
    sku: skuOf(reader, slug ?? ''),
    barcode: reader.text('Variant Barcode', lengths.barcode),
    price: priceOf(reader),
    compare_at_price: reader.amount('Variant Compare At Price'),
    cost_price: reader.amount('Cost per item'),
    weight: reader.kilograms('Variant Grams'),
    dimensions: dimensionsOf(reader),
    quantity: reader.count('Variant Inventory Qty') ?? undefined,
    allow_backorder: backorderOf(reader),
    low_stock_threshold: reader.count('Variant Low Stock Threshold') ?? undefined,
    image_url: reader.url('Variant Image'),
    overrides,
  };
}

/** `<handle>-<option values>`; null if one of these has nothing that could stand in an address. */
export function derivedSlug(handle: string, options: Record<string, string> | null): string | null {
  const parts = [handle, ...Object.values(options ?? {}).map(slugOf)];
  const slug = parts.join('-');
  return parts.includes('') || slug.length > lengths.slug ? null : slug;
}

function optionsOf(names: OptionNames, reader: RowReader): GroupVariant['options'] {
  const pairs = optionColumns.flatMap(([nameColumn, valueColumn], i) => {
    const value = reader.text(valueColumn, lengths.option);
    if (!value) return [];
    const name = names[i];
    if (!name) reader.refuse(nameColumn, 'required', 'The first row of the handle must name this option.');
    return [[name ?? '', value] as const];
  });
  const [first] = pairs;
  if (!first || (pairs.length === 1 && first[0] === 'Title' && first[1] === 'Default Title')) return null;
  return Object.fromEntries(pairs);
}

function skuOf(reader: RowReader, slug: string): string {
  const sku = reader.text('Variant SKU', lengths.sku);
  if (sku) return sku;
  const derived = slug.toUpperCase();
  if (derived.length > lengths.sku)
    reader.refuse('Variant SKU', 'required', 'The handle is too long to make a SKU of it.');
  return derived;
}

function priceOf(reader: RowReader): string | undefined {
  const price = reader.amount('Variant Price');
  if (price === null && !reader.has('Variant Price')) reader.refuse('Variant Price', 'required', 'A price is needed.');
  return price ?? undefined;
}

const sides = ['Variant Length', 'Variant Width', 'Variant Height'] as const;

/** All three or none. */
function dimensionsOf(reader: RowReader): Dimensions | null | undefined {
  const [length, width, height] = sides.map((side) => reader.centimetres(side));
  if (length === undefined && width === undefined && height === undefined) return undefined;
  if (typeof length === 'number' && typeof width === 'number' && typeof height === 'number') {
    return { length, width, height };
  }
  const missing = sides.find((side) => !reader.has(side));
  if (missing && sides.some((side) => reader.has(side))) {
    reader.refuse(missing, 'required', 'Give length, width and height, or none of them.');
  }
  return null;
}

/** Shopify: `continue` sells on when nothing is left, `deny` does not. */
function backorderOf(reader: RowReader): boolean | undefined {
  const policy = reader.oneOf('Variant Inventory Policy', ['deny', 'continue']);
  return policy ? policy === 'continue' : undefined;
}
