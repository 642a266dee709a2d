import { z } from '@hono/zod-openapi';

import { contract, json } from '#shared/http/contract.ts';
import { Id, Timestamp } from '#shared/http/values.ts';

import { SlugOrId } from '../path.ts';
import { notModified, publicRead } from '../public-read.ts';

const CategoryFields = z.object({
  id: Id,
  name: z.string(),
  slug: z.string(),
  description: z.string().nullable(),
  parent_id: Id.nullable(),
  image_url: z.string().nullable(),
  display_order: z.int(),
  product_count: z
    .int()
    .openapi({ description: 'Products in it and in its descendants; a variant group counts once.' }),
  created_at: Timestamp,
  updated_at: Timestamp,
});

type CategoryFields = z.infer<typeof CategoryFields>;
export type CategoryWithChildren = CategoryFields & { children?: CategoryWithChildren[] | undefined };

const Children: z.ZodType<CategoryWithChildren[]> = z.lazy(() => Category.array());

const Category: z.ZodType<CategoryWithChildren> = CategoryFields.extend({
  children: Children.optional().openapi({
    type: 'array',
    items: { $ref: '#/components/schemas/Category' },
    description: 'In the tree view and in the detail.',
  }),
}).openapi('Category', {
  example: {
    id: '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f',
    name: 'Outdoor',
    slug: 'outdoor',
    description: null,
    parent_id: null,
    image_url: null,
    display_order: 0,
    product_count: 7,
    created_at: '2026-11-22T21:24:42.123Z',
    updated_at: '2026-11-22T21:24:42.123Z',
    children: [],
  },
});

const CategoryList = z.object({ data: z.array(Category) }).openapi('CategoryList');

export const listCategories = contract({
  method: 'get',
  path: '/v1/categories',
  operationId: 'listCategories',
  tags: ['Catalogue'],
  summary: 'List the categories',
  description: 'Active ones only, by display order and name; what is below an inactive one is left out with it.',
  ...publicRead,
  request: {
    query: z.strictObject({
      view: z
        .enum(['tree', 'flat'])
        .default('tree')
        .openapi({ description: 'Nested in `children`, or one flat list.' }),
    }),
  },
  responses: { 200: json(CategoryList, 'The categories'), 304: notModified },
});

export const getCategory = contract({
  method: 'get',
  path: '/v1/categories/{id_or_slug}',
  operationId: 'getCategory',
  tags: ['Catalogue'],
  summary: 'Get a category with its children',
  ...publicRead,
  request: { params: SlugOrId },
  responses: { 200: json(Category, 'The category'), 304: notModified },
});
