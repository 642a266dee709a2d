import { z } from '@hono/zod-openapi';

import { access } from '#shared/auth/access.ts';
import { contract, json, jsonBody } from '#shared/http/contract.ts';
import { text, Timestamp } from '#shared/http/values.ts';

import { PaymentMethod } from './payment-methods.contract.ts';

const tags = ['Payment administration'];
const largestInteger = 2_147_483_647;

/** Seed: payment_methods. */
const AdminPaymentMethod = PaymentMethod.extend({ is_active: z.boolean(), created_at: Timestamp }).openapi(
  'AdminPaymentMethod',
  {
    example: {
      id: 1,
      code: 'CREDIT_CARD',
      name: 'Credit card',
      display_order: 1,
      is_active: true,
      created_at: '2026-11-22T21:24:42.123Z',
    },
  },
);

const PaymentMethodChange = z
  .strictObject({
    is_active: z.boolean().optional().openapi({ description: 'Whether shoppers can pay with it.' }),
    display_order: z.int().min(0).max(largestInteger).optional(),
    name: text(50).optional(),
  })
  .refine((change) => Object.keys(change).length > 0, {
    error: 'Send at least one field to change.',
    when: ({ issues }) => issues.length === 0,
  })
  .openapi('PaymentMethodChange', { minProperties: 1, example: { is_active: false } });

/** Anything but a whole number that the column can hold names nothing: 404. */
export const MethodPath = z.object({
  id: z
    .string()
    .regex(/^[1-9]\d{0,9}$/)
    .transform(Number)
    .pipe(z.int().max(largestInteger))
    .openapi({
      param: { name: 'id', in: 'path' },
      type: 'integer',
      description: 'The id of the payment method.',
      example: 1,
    }),
});

export const listAllPaymentMethods = contract({
  method: 'get',
  path: '/v1/admin/payment-methods',
  operationId: 'listAllPaymentMethods',
  tags,
  summary: 'List all payment methods',
  description: 'Those that are switched off too, in `display_order`.',
  ...access.admin,
  responses: {
    200: json(z.object({ data: z.array(AdminPaymentMethod) }).openapi('AdminPaymentMethodList'), 'The payment methods'),
  },
});

export const updatePaymentMethod = contract({
  method: 'patch',
  path: '/v1/admin/payment-methods/{id}',
  operationId: 'updatePaymentMethod',
  tags,
  summary: 'Switch a payment method on or off, or show it elsewhere',
  description: 'A payment that has begun is not touched by it. The codes and the number of methods never change.',
  ...access.admin,
  request: { params: MethodPath, body: jsonBody(PaymentMethodChange) },
  responses: { 200: json(AdminPaymentMethod, 'The payment method as it is now') },
});
