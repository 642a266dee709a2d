import { z } from '@hono/zod-openapi';

import { access } from '#shared/auth/access.ts';
import { contract, errors, IdPath, json, jsonBody } from '#shared/http/contract.ts';
import { text } from '#shared/http/values.ts';

import { cancelledExample } from '../orders/order.examples.ts';
import { Order } from '../orders/order.schema.ts';

const CancellationInput = z
  .strictObject({ reason: text(500).optional().openapi({ example: 'Ordered by mistake.' }) })
  .openapi('OrderCancellationInput', { example: { reason: 'Ordered by mistake.' } });

export const cancelOrder = contract({
  method: 'post',
  path: '/v1/orders/{id}/cancel',
  operationId: 'cancelOrder',
  tags: ['Orders'],
  summary: 'Cancel one of your orders',
  description:
    'From PENDING, CONFIRMED or PROCESSING. Stock and coupon uses go back. The money of a paid order goes back by itself, ' +
    'which makes it REFUNDED soon after. A refusal names the status of the order in `from`, and what you may make of it ' +
    'in `allowed`. While a payment of the order is in progress, wait for its end. The body may be left out.',
  ...access.customer,
  request: { params: IdPath, body: { ...jsonBody(CancellationInput), required: false } },
  responses: {
    200: json(Order, 'The cancelled order', cancelledExample),
    ...errors('invalid_transition', 'payment_in_progress'),
  },
});
