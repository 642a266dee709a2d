import { z } from '@hono/zod-openapi';

import { access } from '#shared/auth/access.ts';
import { contract, json } from '#shared/http/contract.ts';

/** Seed: payment_methods. The codes never change, so a request with another one is not valid. */
export const PaymentMethodCode = z
  .enum(['CREDIT_CARD', 'DEBIT_CARD', 'UPI', 'NET_BANKING', 'WALLET'])
  .openapi('PaymentMethodCode', { example: 'CREDIT_CARD' });

export const PaymentMethod = z
  .object({
    id: z.int(),
    code: PaymentMethodCode,
    name: z.string(),
    display_order: z.int(),
  })
  .openapi('PaymentMethod', { example: { id: 1, code: 'CREDIT_CARD', name: 'Credit card', display_order: 1 } });

const PaymentMethodList = z.object({ data: z.array(PaymentMethod) }).openapi('PaymentMethodList');

export const listPaymentMethods = contract({
  method: 'get',
  path: '/v1/payment-methods',
  operationId: 'listPaymentMethods',
  tags: ['Payments'],
  summary: 'List the payment methods on offer',
  description: 'Those that are switched on, in the order in which to show them.',
  ...access.public,
  responses: { 200: json(PaymentMethodList, 'The payment methods') },
});
