import { z } from '@hono/zod-openapi';

import { access } from '#shared/auth/access.ts';
import { contract, created, errors, IdPath, json, jsonBody } from '#shared/http/contract.ts';
import { IfMatchHeader, VersionHeaders } from '#shared/http/preconditions.ts';
import { HttpUrl, Id, text, Timestamp } from '#shared/http/values.ts';

import { isSlug, slugPattern } from '../../domain/slug.ts';

const Slug = z
  .string()
  .max(100)
  .refine(isSlug, {
    error: 'Send lower-case letters and digits, joined by single hyphens.',
    params: { code: 'invalid_slug' },
  })
  .openapi({
    pattern: slugPattern,
    example: 'plant-pots',
    description: 'Lower-case letters and digits of any script, joined by single hyphens.',
  });

const fields = {
  name: text(100).openapi({ example: 'Plant Pots' }),
  slug: Slug,
  description: text(10_000).nullable().openapi({ example: 'Pots for indoors and outdoors' }),
  parent_id: Id.toLowerCase()
    .nullable()
    .openapi({ description: 'The category that it is directly in; null at the top.' }),
  image_url: HttpUrl.nullable().openapi({ example: 'https://cdn.example.com/plant-pots.jpg' }),
  is_active: z.boolean().openapi({ description: 'Whether the public sees it; what is below it is hidden with it.' }),
  display_order: z
    .int()
    .min(-2_147_483_648)
    .max(2_147_483_647)
    .openapi({ example: 10, description: 'Lower ones first; equal ones by name.' }),
};

const CategoryInput = z
  .strictObject({
    name: fields.name,
    slug: fields.slug.optional().openapi({ description: 'Made from the name when left out.' }),
    description: fields.description.default(null),
    parent_id: fields.parent_id.default(null),
    image_url: fields.image_url.default(null),
    is_active: fields.is_active.default(true),
    display_order: fields.display_order.default(0),
  })
  .openapi('CategoryInput', { example: { name: 'Plant Pots', display_order: 10 } });

const CategoryPatch = z
  .strictObject(fields)
  .partial()
  .openapi('CategoryPatch', { example: { parent_id: '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f', display_order: 20 } });

const AdminCategory = z
  .object({
    id: Id,
    name: z.string(),
    slug: z.string(),
    description: z.string().nullable(),
    parent_id: Id.nullable(),
    image_url: z.string().nullable(),
    is_active: z.boolean(),
    display_order: z.int(),
    product_count: z.int().openapi({
      description: 'Active products in it and in its descendants, inactive ones too; a variant group counts once.',
    }),
    version: z.int(),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .openapi('AdminCategory', {
    example: {
      id: '01938f6e-8c21-7d0a-b7e4-3f5a6b7c8d9e',
      name: 'Plant Pots',
      slug: 'plant-pots',
      description: null,
      parent_id: '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f',
      image_url: null,
      is_active: true,
      display_order: 10,
      product_count: 7,
      version: 3,
      created_at: '2026-11-22T21:24:42.123Z',
      updated_at: '2026-11-23T08:00:00.000Z',
    },
  });
const AdminCategoryList = z.object({ data: z.array(AdminCategory) }).openapi('AdminCategoryList');

const tags = ['Catalogue administration'];
const path = '/v1/admin/categories/{id}';

export const listAdminCategories = contract({
  method: 'get',
  path: '/v1/admin/categories',
  operationId: 'listAdminCategories',
  tags,
  summary: 'List all categories',
  description: 'Inactive ones too, deleted ones not; by `display_order` and name.',
  ...access.manager,
  request: {
    query: z.strictObject({
      parent_id: Id.toLowerCase().optional().openapi({ description: 'Only what is directly in this category.' }),
      is_active: z
        .enum(['true', 'false'])
        .transform((value) => value === 'true')
        .optional()
        .openapi({ description: '`true`: only active ones; `false`: only the others.' }),
    }),
  },
  responses: { 200: json(AdminCategoryList, 'The categories') },
});

export const createCategory = contract({
  method: 'post',
  path: '/v1/admin/categories',
  operationId: 'createCategory',
  tags,
  summary: 'Add a category',
  description: 'A slug made from the name gets the first of `-2`, `-3` … that is free where others have it.',
  ...access.manager,
  request: { body: jsonBody(CategoryInput) },
  responses: {
    201: {
      ...created(AdminCategory, 'The new category'),
      headers: VersionHeaders.extend({ Location: z.string() }),
    },
    ...errors('category_name_taken', 'slug_taken'),
  },
});

export const getAdminCategory = contract({
  method: 'get',
  path,
  operationId: 'getAdminCategory',
  tags,
  summary: 'Get a category for editing',
  ...access.manager,
  request: { params: IdPath },
  responses: { 200: { ...json(AdminCategory, 'The category'), headers: VersionHeaders } },
});

export const updateCategory = contract({
  method: 'patch',
  path,
  operationId: 'updateCategory',
  tags,
  summary: 'Change or move a category',
  description:
    'Moves with all that is in it when `parent_id` changes. The slug stays with the name it was made from; a new one ' +
    'must be given.',
  ...access.manager,
  request: { params: IdPath, headers: IfMatchHeader, body: jsonBody(CategoryPatch) },
  responses: {
    200: { ...json(AdminCategory, 'The category as it is now'), headers: VersionHeaders },
    ...errors('category_cycle', 'category_name_taken', 'slug_taken', 'precondition_failed', 'precondition_required'),
  },
});

export const deleteCategory = contract({
  method: 'delete',
  path,
  operationId: 'deleteCategory',
  tags,
  summary: 'Delete a category',
  description: 'Only one without products directly in it. The categories directly in it come to the top.',
  ...access.manager,
  request: { params: IdPath, headers: IfMatchHeader },
  responses: {
    204: { description: 'The category is gone; its name and slug are free' },
    ...errors('category_not_empty', 'precondition_failed', 'precondition_required'),
  },
});
