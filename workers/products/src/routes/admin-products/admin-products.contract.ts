import { z } from '@hono/zod-openapi';

import { access } from '#shared/auth/access.ts';
import { contract, errors, IdPath, json, jsonBody } from '#shared/http/contract.ts';
import { PageInfo, PageQuery, TimeSort } from '#shared/http/pages.ts';
import { IfMatchHeader, VersionHeaders } from '#shared/http/preconditions.ts';
import { text } from '#shared/http/values.ts';

import { AdminProduct, AdminProductSummary, ProductInput, ProductPatch } from './admin-products.schemas.ts';

const Flag = z.enum(['true', 'false']).transform((value) => value === 'true');

const AdminProductListQuery = PageQuery.extend({
  sort: TimeSort,
  q: text(255).optional().openapi({
    description:
      'Beginning of the SKU, the whole SKU or barcode however it is typed, or words of the product or their beginnings.',
    example: 'clay',
  }),
  category: text(255).optional().openapi({ description: 'Id or slug; products directly in it.', example: 'outdoor' }),
  is_active: Flag.optional().openapi({ description: '`true`: only those for sale; `false`: only the others.' }),
  is_featured: Flag.optional().openapi({ description: '`true`: only featured ones; `false`: only the others.' }),
  is_deleted: Flag.optional().openapi({ description: '`true`: only deleted ones; `false`: only the others.' }),
  sku: text(100)
    .optional()
    .openapi({ description: 'The one product with this SKU.', example: 'CLAY-PLANT-POT-REGULAR' }),
  include: z.literal('total').optional().openapi({ description: 'Count all that the filters find.' }),
});

const AdminProductPage = z
  .object({
    data: z.array(AdminProductSummary),
    page: PageInfo.extend({
      total: z.int().optional().openapi({ description: 'With `include=total`.', example: 21 }),
    }).openapi('CountedPageInfo'),
  })
  .openapi('AdminProductPage');

const tags = ['Catalogue administration'];
const taken = ['sku_taken', 'slug_taken', 'barcode_taken'] as const;
const precondition = ['precondition_required', 'precondition_failed'] as const;

export const listAdminProducts = contract({
  method: 'get',
  path: '/v1/admin/products',
  operationId: 'listAdminProducts',
  tags,
  summary: 'List and search all products',
  description: 'Every variant, inactive and deleted products too.',
  ...access.manager,
  request: { query: AdminProductListQuery },
  responses: { 200: json(AdminProductPage, 'A page of products'), ...errors('invalid_cursor') },
});

export const createProduct = contract({
  method: 'post',
  path: '/v1/admin/products',
  operationId: 'createProduct',
  tags,
  summary: 'Create a product or a variant',
  ...access.manager,
  request: { body: jsonBody(ProductInput) },
  responses: {
    201: {
      ...json(AdminProduct, 'The new product'),
      headers: VersionHeaders.extend({ Location: z.string() }),
    },
    ...errors(...taken),
  },
});

export const getAdminProduct = contract({
  method: 'get',
  path: '/v1/admin/products/{id}',
  operationId: 'getAdminProduct',
  tags,
  summary: 'Get a product with what only staff see',
  description: 'A deleted one too.',
  ...access.manager,
  request: { params: IdPath },
  responses: { 200: { ...json(AdminProduct, 'The product'), headers: VersionHeaders } },
});

export const updateProduct = contract({
  method: 'patch',
  path: '/v1/admin/products/{id}',
  operationId: 'updateProduct',
  tags,
  summary: 'Change a product',
  description:
    'What is left out stays; the slug stays when the name changes. What changes nothing makes no new version.',
  ...access.manager,
  request: { params: IdPath, headers: IfMatchHeader, body: jsonBody(ProductPatch) },
  responses: {
    200: { ...json(AdminProduct, 'The product as it is now'), headers: VersionHeaders },
    ...errors(...precondition, ...taken),
  },
});

export const deleteProduct = contract({
  method: 'delete',
  path: '/v1/admin/products/{id}',
  operationId: 'deleteProduct',
  tags,
  summary: 'Delete a product',
  description:
    'It stays readable for staff and for orders; its SKU, slug and barcode are free again. If it was the face of its ' +
    'group, the first active variant becomes the face.',
  ...access.manager,
  request: { params: IdPath, headers: IfMatchHeader },
  responses: { 204: { description: 'It is deleted' }, ...errors(...precondition) },
});
