import { z } from '@hono/zod-openapi';

import { contract, errors, json } from '#shared/http/contract.ts';
import { PageInfo, PageQuery, pageOf } from '#shared/http/pages.ts';
import { Currency, Id, text, Timestamp } from '#shared/http/values.ts';
import { Money, MoneyInput } from '#shared/money/schema.ts';

import { searchWords } from '../../domain/search-query.ts';
import { SlugOrId } from '../path.ts';
import { notModified, publicRead } from '../public-read.ts';
import { facetsExample, productExample, summaryExample } from './products.examples.ts';

const Weight = z.string().openapi({ example: '0.20', description: 'Kilograms, two decimals.' });
/** Of a product as it is packed. */
export const Dimensions = z
  .object({ length: z.number(), width: z.number(), height: z.number() })
  .openapi('Dimensions', { description: 'Centimetres.', example: { length: 12, width: 12, height: 10.5 } });
const Options = z.record(z.string(), z.string()).openapi({ example: { Size: 'Small' } });

export const availabilityStatuses = ['in_stock', 'low_stock', 'backorder', 'out_of_stock'] as const;
const AvailabilityStatus = z.enum(availabilityStatuses).openapi('AvailabilityStatus', { example: 'in_stock' });

const Availability = z
  .object({
    status: AvailabilityStatus,
    available_quantity: z.int().min(0),
  })
  .openapi('Availability', { example: { status: 'in_stock', available_quantity: 42 } });

export const Rating = z
  .object({ average: z.number().nullable(), count: z.int() })
  .openapi('Rating', { description: 'Of approved reviews; `average` is null without any.' });

const ProductImage = z
  .object({
    id: Id,
    image_url: z.url(),
    alt_text: z.string().nullable(),
    display_order: z.int(),
    is_primary: z.boolean(),
  })
  .openapi('ProductImage');

export const CategoryReference = z.object({ id: Id, name: z.string(), slug: z.string() }).openapi('CategoryReference');

const SummaryFields = z.object({
  id: Id,
  category_id: Id,
  category: CategoryReference,
  name: z.string(),
  slug: z.string(),
  short_description: z.string().nullable(),
  price: Money,
  compare_at_price: Money.nullable(),
  currency: Currency,
  sku: z.string(),
  barcode: z.string().nullable(),
  is_featured: z.boolean(),
  weight: Weight.nullable(),
  dimensions: Dimensions.nullable(),
  images: z.array(ProductImage),
  availability: Availability,
  rating: Rating,
  options: Options.nullable().openapi({
    description: 'What makes it this variant; null for a product without variants.',
  }),
  created_at: Timestamp,
  updated_at: Timestamp,
  version: z.int(),
});

export const ProductSummary = SummaryFields.openapi('ProductSummary', { example: summaryExample });

const ProductVariant = z
  .object({
    id: Id,
    name: z.string(),
    slug: z.string(),
    sku: z.string(),
    barcode: z.string().nullable(),
    price: Money,
    compare_at_price: Money.nullable(),
    currency: Currency,
    weight: Weight.nullable(),
    options: Options.nullable(),
    image_url: z
      .url()
      .nullable()
      .openapi({ description: 'An image of its own; null where those of the product show it.' }),
    availability: Availability,
  })
  .openapi('ProductVariant');

export const Product = SummaryFields.extend({
  description: z.string(),
  meta_title: z.string().nullable(),
  meta_description: z.string().nullable(),
  variants: z
    .array(ProductVariant)
    .openapi({ description: 'Every member of the group, the face first; empty for a product without variants.' }),
}).openapi('Product', { example: productExample });

const Flag = z.enum(['true', 'false']).transform((value) => value === 'true');

const SearchText = text(200)
  .refine((value) => searchWords(value) !== null, {
    error: 'Send at least one letter or digit.',
    params: { code: 'no_words' },
  })
  .openapi({
    description:
      'Words to search for, of which the first ten count; the last may be unfinished. Upper case, accents and endings ' +
      'make no difference.',
    example: 'copper light',
  });

const RatingInput = z
  .string()
  .regex(/^([0-4](\.\d{1,2})?|5(\.00?)?)$/, { error: 'Send a number from 0 to 5, such as 4 or 4.5.' })
  .openapi({ description: 'Products without reviews have 0.', example: '4' });

const Include = z
  .string()
  .regex(/^(facets|total)(,(facets|total))*$/, { error: 'Send facets, total, or both with a comma between.' })
  .openapi({ description: '`facets`, `total`, or both with a comma between.', example: 'facets,total' });

const ProductListQuery = PageQuery.extend({
  sort: z
    .enum(['-created_at', 'created_at', 'price', '-price', 'name', '-name', '-rating', 'relevance'])
    .optional()
    .openapi({ description: 'Default `-created_at`; with `q` it is `relevance`, which only a search has.' }),
  q: SearchText.optional(),
  category: text(255)
    .optional()
    .openapi({ description: 'Id or slug; its descendants are included.', example: 'outdoor' }),
  'price[gte]': MoneyInput.optional().openapi({ description: 'At this price or above.', example: '5.00' }),
  'price[lte]': MoneyInput.optional().openapi({ description: 'At this price or below.', example: '50.00' }),
  'rating[gte]': RatingInput.optional(),
  in_stock: Flag.optional().openapi({ description: '`true`: something is available now; `false`: nothing is.' }),
  is_featured: Flag.optional().openapi({ description: '`true`: only featured ones; `false`: only the others.' }),
  include: Include.optional(),
});

const Count = z.int().min(1);

export const Facets = z
  .object({
    is_estimate: z
      .boolean()
      .openapi({ description: 'Many products pass, so that a fair sample of them was counted and multiplied.' }),
    categories: z
      .array(CategoryReference.extend({ count: Count }))
      .openapi({ description: 'Those that the products are directly in, the fullest first, at most 50.' }),
    price: z
      .array(z.object({ min: Money, max: Money, count: z.int().min(0) }))
      .openapi({ description: 'At most five ranges without gaps, lowest first; both ends are included.' }),
    availability: z
      .array(z.object({ status: AvailabilityStatus, count: Count }))
      .openapi({ description: 'Each status that there is.' }),
  })
  .openapi('Facets', {
    description: 'Everything that passes the filter, counted in several ways, on whatever page.',
    example: facetsExample,
  });

const Page = pageOf(ProductSummary);
const ProductPage = Page.extend({
  page: PageInfo.extend({
    total: z.int().min(0).optional().openapi({
      description: 'How many pass the filter, with `include=total`.',
      example: 21,
    }),
    is_total_estimate: z.boolean().optional().openapi({
      description: 'Beside `total`: it is not exact.',
      example: false,
    }),
  }).openapi('ProductPageInfo'),
  facets: Facets.optional(),
}).openapi('ProductPage');

export const listProducts = contract({
  method: 'get',
  path: '/v1/products',
  operationId: 'listProducts',
  tags: ['Catalogue'],
  summary: 'List or search products',
  description: `One row a variant group: its face. Filters and availability look at the face.

A search finds products that have all the words in their name, codes, vendor, tags or descriptions, and the group of a
variant of which this is the SKU or the barcode. By relevance those
come first whose name or code has them, then those where it has a longer last word, then the others; each of these
with the better rated first. If no product has the words, those with similar ones are found instead, at most 1,000.

\`facets\` and \`total\` are exact up to about a thousand products, and marked as estimates beyond; the total of a
category, or of everything, is always exact.`,
  ...publicRead,
  request: { query: ProductListQuery },
  responses: {
    200: json(ProductPage, 'A page of products'),
    304: notModified,
    ...errors('invalid_cursor'),
  },
});

export const getProduct = contract({
  method: 'get',
  path: '/v1/products/{id_or_slug}',
  operationId: 'getProduct',
  tags: ['Catalogue'],
  summary: 'Get a product',
  description: 'A variant without images of its own shows those of its group.',
  ...publicRead,
  request: { params: SlugOrId },
  responses: { 200: json(Product, 'The product'), 304: notModified },
});
