import { z } from '@hono/zod-openapi';

import { access } from '#shared/auth/access.ts';
import { contract, created, IdPath, json, jsonBody } from '#shared/http/contract.ts';
import { HttpUrl, text } from '#shared/http/values.ts';

import { AdminProductImage } from '../admin-products/admin-products.schemas.ts';

const ImageUrl = HttpUrl.regex(/^[\w\-.~:/?#[\]@!$&'()*+,;=%]+$/, {
  error: 'Percent-encode what is not allowed in a URL (RFC 3986).',
}).openapi({
  pattern: String.raw`^https?://[\w\-.~:@!$&'()*+,;=%\[\]][\w\-.~:/?#\[\]@!$&'()*+,;=%]*$`,
  example: 'https://images.example.com/clay-plant-pot.jpg',
});

const ImageFields = z.strictObject({
  image_url: ImageUrl,
  alt_text: text(255).nullable(),
  display_order: z.int().min(0).max(1_000_000),
  is_primary: z.boolean().openapi({
    description:
      'The first image is the primary one by itself; `true` moves that here. The primary one cannot say `false`: make ' +
      'another one primary.',
  }),
});

const ProductImageInput = ImageFields.partial()
  .required({ image_url: true })
  .extend({
    display_order: ImageFields.shape.display_order.optional().openapi({ description: 'After the others if left out.' }),
  })
  .openapi('ProductImageInput', {
    example: { image_url: 'https://images.example.com/clay-plant-pot.jpg', alt_text: 'A clay pot with a sprout' },
  });

const ProductImagePatch = ImageFields.partial().openapi('ProductImagePatch', { example: { is_primary: true } });

export const ImagePath = IdPath.extend({
  image_id: z.uuid().openapi({
    param: { name: 'image_id', in: 'path' },
    description: 'The id of an image of the product.',
    example: '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e3f',
  }),
});

const tags = ['Catalogue administration'];

export const addProductImage = contract({
  method: 'post',
  path: '/v1/admin/products/{id}/images',
  operationId: 'addProductImage',
  tags,
  summary: 'Add an image to a product',
  description: 'A product has at most 50. The version of the product counts up with every change of its images.',
  ...access.manager,
  request: { params: IdPath, body: jsonBody(ProductImageInput) },
  responses: { 201: created(AdminProductImage, 'The new image') },
});

export const updateProductImage = contract({
  method: 'patch',
  path: '/v1/admin/products/{id}/images/{image_id}',
  operationId: 'updateProductImage',
  tags,
  summary: 'Change an image of a product',
  ...access.manager,
  request: { params: ImagePath, body: jsonBody(ProductImagePatch) },
  responses: { 200: json(AdminProductImage, 'The image as it is now') },
});

export const removeProductImage = contract({
  method: 'delete',
  path: '/v1/admin/products/{id}/images/{image_id}',
  operationId: 'removeProductImage',
  tags,
  summary: 'Remove an image from a product',
  description: 'If it was the primary one, the first of the others becomes it.',
  ...access.manager,
  request: { params: ImagePath },
  responses: { 204: { description: 'It is gone' } },
});
