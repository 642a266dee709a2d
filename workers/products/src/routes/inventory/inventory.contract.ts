import { z } from '@hono/zod-openapi';

import { access } from '#shared/auth/access.ts';
import { contract, errors, IdPath, json, jsonBody } from '#shared/http/contract.ts';
import { PageQuery, pageOf } from '#shared/http/pages.ts';
import { IfMatchHeader, VersionHeaders } from '#shared/http/preconditions.ts';
import { Id, Timestamp } from '#shared/http/values.ts';

import { largestQuantity } from '../../domain/inventory.ts';

const tags = ['Catalogue administration'];
const productId = '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f';

const figures = {
  quantity: z.int().openapi({ description: 'On the shelf, reserved ones included.' }),
  reserved_quantity: z.int().openapi({ description: 'Promised to orders.' }),
  available_quantity: z.int().openapi({ description: 'Not promised; at least zero.' }),
  low_stock_threshold: z.int(),
  allow_backorder: z.boolean(),
};

const Inventory = z
  .object({
    product_id: Id,
    ...figures,
    version: z.int().openapi({ description: 'Counts what staff change, not what orders reserve.' }),
    updated_at: Timestamp,
  })
  .openapi('Inventory', {
    example: {
      product_id: productId,
      quantity: 20,
      reserved_quantity: 3,
      available_quantity: 17,
      low_stock_threshold: 10,
      allow_backorder: false,
      version: 1,
      updated_at: '2026-11-22T21:24:42.123Z',
    },
  });

const InventoryPatch = z
  .strictObject({
    low_stock_threshold: z
      .int()
      .min(0)
      .max(largestQuantity)
      .openapi({ description: 'The product counts as low on stock when this much or less is available.' }),
    allow_backorder: z.boolean().openapi({ description: 'Whether more may be ordered than there is.' }),
  })
  .partial()
  .openapi('InventoryPatch', { example: { low_stock_threshold: 5 } });

const LowStockProduct = z
  .object({ product_id: Id, name: z.string(), slug: z.string(), sku: z.string(), ...figures })
  .openapi('LowStockProduct', {
    example: {
      product_id: productId,
      name: 'Clay Plant Pot',
      slug: 'clay-plant-pot',
      sku: 'CLAY-PLANT-POT-REGULAR',
      quantity: 4,
      reserved_quantity: 1,
      available_quantity: 3,
      low_stock_threshold: 10,
      allow_backorder: false,
    },
  });

export const getInventory = contract({
  method: 'get',
  path: '/v1/admin/products/{id}/inventory',
  operationId: 'getInventory',
  tags,
  summary: "Get a product's stock",
  description: 'A deleted product still shows its stock.',
  ...access.manager,
  request: { params: IdPath },
  responses: { 200: { ...json(Inventory, 'The stock'), headers: VersionHeaders } },
});

export const updateInventory = contract({
  method: 'patch',
  path: '/v1/admin/products/{id}/inventory',
  operationId: 'updateInventory',
  tags,
  summary: "Change a product's threshold or whether it may be back-ordered",
  description:
    'Quantities change by adjustments. Backorders cannot be switched off while orders hold more than there is.',
  ...access.manager,
  request: { params: IdPath, headers: IfMatchHeader, body: jsonBody(InventoryPatch) },
  responses: {
    200: { ...json(Inventory, 'The stock as it is now'), headers: VersionHeaders },
    ...errors('insufficient_stock', 'precondition_failed', 'precondition_required'),
  },
});

export const listLowStock = contract({
  method: 'get',
  path: '/v1/admin/inventory/low-stock',
  operationId: 'listLowStock',
  tags,
  summary: 'List products that are low on stock, the scarcest first',
  description: 'What is available is at or below the threshold. Deleted products are left out, inactive ones are not.',
  ...access.manager,
  request: { query: PageQuery },
  responses: {
    200: json(pageOf(LowStockProduct).openapi('LowStockPage'), 'A page of products'),
    ...errors('invalid_cursor'),
  },
});
