import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { newClaims } from '../import/claims.ts';
import { interpret, openImport } from '../import/groups.ts';
import { planImport } from '../import/plan.ts';
import { slugOf } from '../slug.ts';
import { catalogueWriter } from './catalogue.ts';
import type { ExportedProduct } from './product.ts';

/** The file of a catalogue, written in parts of this many products. */
function written(products: ExportedProduct[], partSize = 2): string {
  const writer = catalogueWriter();
  let text = '';
  for (let i = 0; i < products.length; i += partSize) text += writer.write(products.slice(i, i + partSize));
  return text + writer.end();
}

/** What an empty shop has after the import of a file, as an export would find it, without ids. */
function imported(text: string): Omit<ExportedProduct, 'id' | 'head_id'>[] {
  const file = openImport(Buffer.from(text));
  const { groups, errors } = interpret(file, [...file.records.keys()], newClaims(file.records));
  const plan = planImport(groups, { products: [], owners: [], categories: [] }, false);
  expect([...file.errors, ...errors, ...plan.errors]).toEqual([]);
  const categories = new Map(plan.categories.map((category) => [category.id, category]));
  const pathOf = (id: string | null): string[] => {
    const category = categories.get(id ?? '');
    return category ? [...pathOf(category.parent_id), category.name] : [];
  };
  return plan.products.map(({ category_id, stock, images, description, ...product }) => ({
    category_path: pathOf(category_id),
    name: product.name,
    slug: product.slug,
    description: description ?? '',
    short_description: product.short_description,
    price: product.price,
    compare_at_price: product.compare_at_price,
    cost_price: product.cost_price,
    sku: product.sku,
    barcode: product.barcode,
    is_active: product.is_active,
    is_featured: product.is_featured,
    weight: product.weight,
    dimensions: product.dimensions,
    meta_title: product.meta_title,
    meta_description: product.meta_description,
    vendor: product.vendor,
    tags: product.tags,
    options: product.options,
    images: images ?? [],
    quantity: stock?.quantity ?? 0,
    allow_backorder: stock?.allow_backorder ?? false,
    low_stock_threshold: stock?.low_stock_threshold ?? 10,
  }));
}

function withoutIds(products: ExportedProduct[]) {
  return products.map((product) => ({ ...product, id: undefined, head_id: undefined }));
}

const sign = fc.constantFrom(
  ...["'", '"', '=', '+', '-', '@', '\t', '\r', '\n', '\r\n', ',', ' ', '\u00a0', '\ufeff', '<p>', '{', '[]'],
  ...['é', 'e\u0301', '漢', '🪴', '👩‍🚀', 'null', '1', 'A', 'b'],
);
/** Any text, with much of what CSV, spreadsheets and JSON take for something else. */
const anyText = fc
  .array(fc.oneof(sign, fc.string({ unit: 'binary', maxLength: 3 })), { maxLength: 8 })
  .map((parts) => parts.join('').replaceAll('\0', ''));
const visible = anyText.map((text) => `${text}x`);
const trimmed = visible.map((text) => text.trim());
const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: null });
const money = fc
  .integer({ min: 0, max: 9_999_999_999 })
  .map((cents) => `${Math.floor(cents / 100)}.${`${cents % 100}`.padStart(2, '0')}`);
const side = fc.oneof(
  fc.integer({ min: 1, max: 1_000_000 }),
  fc.double({ min: 0.000001, max: 1_000_000, noNaN: true }),
);
const paths = [
  ['Garden'],
  ['Garden', 'Pots'],
  ['Garden', 'Pots', 'Clay, "red"'],
  ['=cmd'],
  [' spaced '],
  ['garden'],
  ['★'],
];

const image = fc.record({
  image_url: fc.constantFrom('https://example.com/a.jpg', 'https://example.com/b,c.jpg', 'http://example.com/?q="x"'),
  alt_text: optional(anyText),
  is_primary: fc.constant(false),
});
const images = fc
  .tuple(fc.array(image, { maxLength: 4 }), fc.nat(5))
  .map(([list, primary]) => list.map((each, i) => ({ ...each, is_primary: i === primary })));

const fields = fc.record({
  category_path: fc.constantFrom(...paths),
  name: visible,
  description: anyText,
  short_description: optional(anyText),
  price: money,
  compare_at_price: optional(money),
  cost_price: optional(money),
  barcode: fc.constant(null),
  is_active: fc.boolean(),
  is_featured: fc.boolean(),
  weight: optional(money),
  dimensions: optional(fc.record({ length: side, width: side, height: side })),
  meta_title: optional(anyText),
  meta_description: optional(anyText),
  vendor: optional(anyText),
  tags: fc.array(anyText, { maxLength: 3 }),
  images,
  quantity: fc.nat(2_147_483_647),
  allow_backorder: fc.boolean(),
  low_stock_threshold: fc.nat(2_147_483_647),
});

const optionNames = fc.uniqueArray(fc.oneof(trimmed, fc.constantFrom('Size', 'Title', '1', ' Colour ')), {
  minLength: 1,
  maxLength: 4,
});
const optionValue = fc.oneof(trimmed, fc.constantFrom('S', 'Default Title', '***', ' M '));

/** A face with its variants, or a product without any. */
const group = fc
  .record({
    names: optionNames,
    members: fc.array(fc.tuple(fields, fc.array(optionValue, { minLength: 4, maxLength: 4 }), fc.boolean()), {
      minLength: 1,
      maxLength: 4,
    }),
    hasOptions: fc.boolean(),
  })
  .map(({ names, members, hasOptions }) =>
    members.slice(0, hasOptions ? undefined : 1).map(([member, values, isDerived], i) => ({
      ...member,
      is_active: i === 0 ? true : member.is_active,
      isDerived,
      options: hasOptions
        ? Object.fromEntries(names.map((name, n) => [name, n === 0 ? `${values[n]} ${i}` : (values[n] ?? '')]))
        : null,
    })),
  );

const catalogue = fc.array(group, { maxLength: 4 }).map((groups) =>
  groups.flatMap((members, g) =>
    members.map(({ isDerived, ...member }, i): ExportedProduct => {
      const handle = g % 2 === 0 ? `group-${g}` : `grüppe-${g}`;
      const derived = [handle, ...Object.values(member.options ?? {}).map(slugOf)];
      const isUsual = isDerived && !derived.includes('');
      return {
        ...member,
        id: `${g}-${i}`,
        head_id: `${g}-0`,
        slug: i === 0 ? handle : isUsual ? derived.join('-') : `öther-${g}-${i}`,
        sku: `=${g}-${i}`,
      };
    }),
  ),
);

describe('an exported catalogue', () => {
  it('is what its import makes of an empty shop, whatever is in it', () => {
    fc.assert(
      fc.property(catalogue, fc.integer({ min: 1, max: 5 }), (products, partSize) => {
        const text = written(products, partSize);
        expect(imported(text)).toEqual(withoutIds(products));
        expect(written(products, 100)).toBe(text);
      }),
      { numRuns: 500 },
    );
  });
});
