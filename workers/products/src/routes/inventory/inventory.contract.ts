import { z } from '@hono/zod-openapi';

import { access } from '#shared/auth/access.ts';
import { contract, IdPath, json } from '#shared/http/contract.ts';
import { Id, Timestamp } from '#shared/http/values.ts';

const Inventory = z
  .object({
    product_id: Id,
    quantity: z.int().openapi({ description: 'On the shelf, reserved ones included.' }),
    reserved_quantity: z.int().openapi({ description: 'Promised to orders.' }),
    available_quantity: z.int().openapi({ description: 'Not promised; at least zero.' }),
    low_stock_threshold: z.int(),
    allow_backorder: z.boolean(),
    version: z.int().openapi({ description: 'Counts what staff change, not what orders reserve.' }),
    updated_at: Timestamp,
  })
  .openapi('Inventory', {
    example: {
      product_id: '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f',
      quantity: 20,
      reserved_quantity: 3,
      available_quantity: 17,
      low_stock_threshold: 10,
      allow_backorder: false,
      version: 1,
      updated_at: '2026-11-22T21:24:42.123Z',
    },
  });

export const getInventory = contract({
  method: 'get',
  path: '/v1/admin/products/{id}/inventory',
  operationId: 'getInventory',
  tags: ['Catalogue administration'],
  summary: "Get a product's stock",
  ...access.manager,
  request: { params: IdPath },
  responses: {
    200: { ...json(Inventory, 'The stock'), headers: z.object({ ETag: z.string().openapi({ example: '"1"' }) }) },
  },
});
