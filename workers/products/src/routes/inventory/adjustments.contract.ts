import { z } from '@hono/zod-openapi';

import { access } from '#shared/auth/access.ts';
import { contract, created, errors, IdPath, json, jsonBody } from '#shared/http/contract.ts';
import { IdempotencyHeader } from '#shared/http/idempotency.ts';
import { PageQuery, pageOf } from '#shared/http/pages.ts';
import { Id, text, Timestamp } from '#shared/http/values.ts';

import { largestQuantity } from '../../domain/inventory.ts';

const tags = ['Catalogue administration'];
const path = '/v1/admin/products/{id}/inventory/adjustments';

const AdjustmentInput = z
  .strictObject({
    delta: z
      .int()
      .min(-largestQuantity)
      .max(largestQuantity)
      .refine((delta) => delta !== 0, { error: 'This must not be zero.', params: { code: 'zero' } })
      .openapi({ description: 'What came in, or below zero what went; not zero.' }),
    reason: text(255),
  })
  .openapi('InventoryAdjustmentInput', { example: { delta: -2, reason: 'Broken in the warehouse' } });

export const Adjustment = z
  .object({
    id: Id,
    product_id: Id,
    delta: z.int(),
    reason: z.string(),
    quantity_after: z.int().openapi({ description: 'What was on the shelf then, reserved ones included.' }),
    actor_id: Id,
    created_at: Timestamp,
  })
  .openapi('InventoryAdjustment', {
    example: {
      id: '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e5f',
      product_id: '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f',
      delta: -2,
      reason: 'Broken in the warehouse',
      quantity_after: 18,
      actor_id: '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e6f',
      created_at: '2026-11-22T21:24:42.123Z',
    },
  });

export const createAdjustment = contract({
  method: 'post',
  path,
  operationId: 'createInventoryAdjustment',
  tags,
  summary: "Adjust a product's stock",
  description:
    'For what came in, broke or was miscounted. Repeating the request with the same Idempotency-Key gives the first ' +
    'answer again. Below zero, or below what orders hold where there are no backorders, it is refused.',
  ...access.manager,
  needsIdempotencyKey: true,
  request: { params: IdPath, headers: IdempotencyHeader, body: jsonBody(AdjustmentInput) },
  responses: {
    201: created(Adjustment, 'The adjustment; `Location` is the list of them'),
    ...errors(
      'idempotency_key_required',
      'idempotency_key_invalid',
      'insufficient_stock',
      'idempotency_in_progress',
      'idempotency_key_reused',
      'validation_failed',
    ),
  },
});

export const listAdjustments = contract({
  method: 'get',
  path,
  operationId: 'listInventoryAdjustments',
  tags,
  summary: "List the adjustments of a product's stock, newest first",
  description: 'What staff adjusted, not what was sold or imported.',
  ...access.manager,
  request: { params: IdPath, query: PageQuery },
  responses: {
    200: json(pageOf(Adjustment).openapi('InventoryAdjustmentPage'), 'A page of adjustments'),
    ...errors('invalid_cursor'),
  },
});
