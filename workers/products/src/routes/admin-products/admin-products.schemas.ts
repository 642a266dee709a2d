import { z } from '@hono/zod-openapi';

import { Currency, Id, text, textPattern, Timestamp } from '#shared/http/values.ts';
import { fromCents, toCents } from '#shared/money/money.ts';
import { Money, MoneyInput } from '#shared/money/schema.ts';

import { isProductSlug } from '../../domain/product-slug.ts';
import { slugPattern } from '../../domain/slug.ts';
import { CategoryReference, Dimensions, Rating } from '../products/products.contract.ts';
import {
  adminProductExample,
  adminSummaryExample,
  imageExample,
  productInputExample,
} from './admin-products.examples.ts';

const centimetres = z.number().positive().max(1_000_000);
const DimensionsInput = z
  .strictObject({ length: centimetres, width: centimetres, height: centimetres })
  .openapi('DimensionsInput', { description: 'Centimetres.', example: { length: 12, width: 12, height: 10.5 } });

export const AdminProductImage = z
  .object({
    id: Id,
    image_url: z.url(),
    alt_text: z.string().nullable(),
    display_order: z.int(),
    is_primary: z.boolean(),
    created_at: Timestamp,
  })
  .openapi('AdminProductImage', { example: imageExample });

const ProductInventory = z
  .object({
    quantity: z.int(),
    reserved_quantity: z.int(),
    available_quantity: z.int(),
    low_stock_threshold: z.int(),
    allow_backorder: z.boolean(),
  })
  .openapi('ProductInventory', { description: 'Changed by the routes of the inventory.' });

const SummaryFields = z.object({
  id: Id,
  category_id: Id,
  category: CategoryReference,
  name: z.string(),
  slug: z.string(),
  short_description: z.string().nullable(),
  price: Money,
  compare_at_price: Money.nullable(),
  cost_price: Money.nullable(),
  currency: Currency,
  sku: z.string(),
  barcode: z.string().nullable(),
  is_active: z.boolean(),
  is_featured: z.boolean(),
  weight: z.string().nullable().openapi({ description: 'Kilograms, two decimals.', example: '0.40' }),
  dimensions: Dimensions.nullable(),
  vendor: z.string().nullable(),
  tags: z.array(z.string()),
  images: z.array(AdminProductImage).openapi({ description: 'By display order.' }),
  inventory: ProductInventory,
  rating: Rating,
  variant_group_id: Id.nullable().openapi({ description: 'Null for a product without variants.' }),
  options: z.record(z.string(), z.string()).nullable(),
  is_group_primary: z.boolean().openapi({
    description: 'Whether lists show it: the face of its group. A product without variants is its own.',
  }),
  is_deleted: z.boolean(),
  deleted_at: Timestamp.nullable(),
  created_at: Timestamp,
  updated_at: Timestamp,
  version: z.int(),
});

export const AdminProductSummary = SummaryFields.openapi('AdminProductSummary', { example: adminSummaryExample });

export const AdminProduct = SummaryFields.extend({
  description: z.string(),
  meta_title: z.string().nullable(),
  meta_description: z.string().nullable(),
}).openapi('AdminProduct', { example: adminProductExample });

/** Text as somebody typed it, with its line ends and blanks. */
const Description = z
  .string()
  .max(50_000)
  .refine(isStorable, {
    error: 'Control characters are not allowed.',
    params: { code: 'invalid_character' },
  })
  .openapi({ pattern: String.raw`^[^\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]*$` });

function isStorable(value: string): boolean {
  return value.isWellFormed() && !/[^\P{Cc}\n\r\t]/u.test(value);
}

const Weight = z
  .string()
  .regex(/^\d{1,8}(\.\d{1,2})?$/, { error: 'Send kilograms as a decimal string such as "0.40".' })
  .transform((weight) => fromCents(toCents(weight)))
  .openapi({
    type: 'string',
    pattern: String.raw`^\d{1,8}(\.\d{1,2})?$`,
    example: '0.40',
    description: 'Kilograms, 0 to 2 decimals.',
  });

const Slug = z
  .string()
  .max(255)
  .refine(isProductSlug, {
    error: 'Use lower-case letters and digits, joined by single hyphens.',
    params: { code: 'invalid_slug' },
  })
  .openapi({ pattern: slugPattern });

const Options = z
  .record(z.string(), text(100))
  .refine((options) => isOptionNames(Object.keys(options)), {
    error: 'Name 1 to 3 options, with 1 to 100 characters each.',
    params: { code: 'invalid_options' },
  })
  .openapi({ minProperties: 1, maxProperties: 3, example: { Size: 'Small' } });

function isOptionNames(names: string[]): boolean {
  const isName = (name: string) => text(100).safeParse(name).data === name;
  return names.length >= 1 && names.length <= 3 && names.every(isName);
}

const Fields = z.strictObject({
  category_id: Id.toLowerCase(),
  name: text(255),
  slug: Slug.openapi({ description: 'Made from the name if left out; then a taken one gets -2, -3 and so on.' }),
  description: Description.openapi({ description: 'Text or HTML.' }),
  short_description: text(500).nullable(),
  price: MoneyInput,
  compare_at_price: MoneyInput.nullable().openapi({
    description: 'What it cost before. One below the price is allowed: it is for the shop to decide what to show.',
  }),
  cost_price: MoneyInput.nullable().openapi({ description: 'What the shop pays; never shown to shoppers.' }),
  sku: text(100),
  barcode: text(100).nullable(),
  is_active: z.boolean().openapi({
    description: 'Whether it is for sale. If the face of a group is not, the first variant that is becomes the face.',
  }),
  is_featured: z.boolean(),
  weight: Weight.nullable(),
  dimensions: DimensionsInput.nullable(),
  meta_title: text(255).nullable(),
  meta_description: text(2_000).nullable(),
  vendor: text(255).nullable(),
  tags: z
    .array(text(100))
    .max(50)
    .transform((tags) => [...new Set(tags)])
    .openapi({
      type: 'array',
      items: { type: 'string', minLength: 1, maxLength: 100, pattern: textPattern },
      maxItems: 50,
    }),
  variant_group_id: Id.toLowerCase().nullable().openapi({
    description: 'The group of variants it belongs to. Options without one begin a new group; null leaves the group.',
  }),
  options: Options.nullable().openapi({
    description: 'What tells it from the other variants of its group: the same names, other values.',
  }),
  is_group_primary: z.boolean().openapi({
    description:
      '`true` makes it the face of its group. The face itself cannot say `false`: make another one the face.',
  }),
});

const NewInventory = z
  .strictObject({ low_stock_threshold: z.int().min(0).max(1_000_000), allow_backorder: z.boolean() })
  .partial()
  .openapi({ description: 'A new product has no stock: it comes by adjustments.' });

const { shape } = Fields;

export const ProductInput = Fields.partial()
  .required({ category_id: true, name: true, price: true, sku: true })
  .extend({
    description: shape.description.default(''),
    short_description: shape.short_description.default(null),
    compare_at_price: shape.compare_at_price.default(null),
    cost_price: shape.cost_price.default(null),
    barcode: shape.barcode.default(null),
    is_active: shape.is_active.default(true),
    is_featured: shape.is_featured.default(false),
    weight: shape.weight.default(null),
    dimensions: shape.dimensions.default(null),
    meta_title: shape.meta_title.default(null),
    meta_description: shape.meta_description.default(null),
    vendor: shape.vendor.default(null),
    tags: shape.tags.default([]),
    inventory: NewInventory.default({}),
  })
  .openapi('ProductInput', { example: productInputExample });

export const ProductPatch = Fields.partial().openapi('ProductPatch', { example: { price: '8.99', is_featured: true } });
