import { z } from '@hono/zod-openapi';

import type { MiddlewareHandler } from 'hono';

import { refundStatus } from '#drizzle/payments/schema.ts';
import { access } from '#shared/auth/access.ts';
import { contract, created, errors, IdPath, jsonBody } from '#shared/http/contract.ts';
import { IdempotencyHeader } from '#shared/http/idempotency.ts';
import { Problem } from '#shared/http/problem.ts';
import { Currency, Id, text, Timestamp } from '#shared/http/values.ts';
import { Money, MoneyInput } from '#shared/money/schema.ts';

const RefundStatus = z.enum(refundStatus.enumValues).openapi('RefundStatus', { example: 'SUCCESS' });

export const Refund = z
  .object({
    id: Id,
    transaction_id: Id,
    amount: Money,
    currency: Currency,
    reason: z.string().nullable(),
    status: RefundStatus,
    created_at: Timestamp,
  })
  .openapi('Refund', {
    example: {
      id: '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e7f',
      transaction_id: '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f',
      amount: '19.99',
      currency: 'USD',
      reason: 'Arrived broken',
      status: 'SUCCESS',
      created_at: '2026-11-24T09:12:03.456Z',
    },
  });

const RefundInput = z
  .strictObject({
    amount: MoneyInput.refine((amount) => amount !== '0.00', {
      error: 'This must not be zero.',
      params: { code: 'zero' },
    })
      .optional()
      .openapi({ description: 'All that is left if there is none.' }),
    reason: text(500).optional(),
    restock: z.boolean().optional().openapi({
      description: 'Whether what was sold goes back on the shelf. Only with all that is left of the payment.',
    }),
  })
  .openapi('RefundInput', { example: { amount: '19.99', reason: 'Arrived broken' } });

/** The body may be left out, but one that comes without its type is not taken for none: that would refund everything. */
const requireType: MiddlewareHandler = async (c, next) => {
  if (c.req.header('content-type') === undefined && (await c.req.arrayBuffer()).byteLength > 0) {
    throw new Problem('unsupported_media_type', 'Send a body with the Content-Type application/json, or none.');
  }
  await next();
};

export const createRefund = contract({
  method: 'post',
  path: '/v1/admin/transactions/{id}/refunds',
  operationId: 'createRefund',
  tags: ['Payment administration'],
  summary: 'Refund a payment, in full or in part',
  description:
    'Read the status of the answer: `SUCCESS` (the money is back), `FAILED` (the gateway refused; nothing went back) or ' +
    '`PROCESSING` (it will become one of the two; read the transaction again later). When all of a payment has gone ' +
    'back, its order becomes REFUNDED. Without a body, all that is left is refunded.',
  ...access.manager,
  middleware: [...access.manager.middleware, requireType],
  needsIdempotencyKey: true,
  request: { params: IdPath, headers: IdempotencyHeader, body: { ...jsonBody(RefundInput), required: false } },
  responses: {
    201: created(Refund, 'The refund, whatever came of it; `Location` is its transaction'),
    ...errors(
      'idempotency_key_required',
      'idempotency_key_invalid',
      'idempotency_key_reused',
      'idempotency_in_progress',
      'validation_failed',
      'not_refundable',
      'refund_exceeds_payment',
    ),
  },
});
