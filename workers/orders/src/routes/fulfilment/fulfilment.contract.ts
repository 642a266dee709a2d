import { z } from '@hono/zod-openapi';

import { access } from '#shared/auth/access.ts';
import { contract, errors, IdPath, json, jsonBody } from '#shared/http/contract.ts';
import { text } from '#shared/http/values.ts';

import { staffStatuses } from '../../domain/status.ts';
import { Order } from '../orders/order.schema.ts';

const StatusInput = z
  .strictObject({
    to_status: z.enum(staffStatuses).openapi({ example: 'SHIPPED' }),
    notes: text(2_000).optional().openapi({ example: 'Handed to the carrier.' }),
    tracking_number: text(100).optional().openapi({ example: '1Z999AA10123456784' }),
  })
  .openapi('OrderStatusInput', {
    example: { to_status: 'SHIPPED', notes: 'Handed to the carrier.', tracking_number: '1Z999AA10123456784' },
  });

export const changeOrderStatus = contract({
  method: 'post',
  path: '/v1/admin/orders/{id}/status',
  operationId: 'changeOrderStatus',
  tags: ['Order administration'],
  summary: 'Move an order along',
  description:
    'CONFIRMED → PROCESSING → SHIPPED → DELIVERED, and CANCELLED from PENDING, CONFIRMED and PROCESSING: stock and coupon ' +
    'uses go back, and the money of a paid order, which makes it REFUNDED soon after; `notes` is the reason. A refused ' +
    'step names the status of the order in `from`, and the steps that are allowed in `allowed`.',
  ...access.manager,
  request: { params: IdPath, body: jsonBody(StatusInput) },
  responses: {
    200: json(Order, 'The order in its new status'),
    ...errors('invalid_transition', 'payment_in_progress'),
  },
});
