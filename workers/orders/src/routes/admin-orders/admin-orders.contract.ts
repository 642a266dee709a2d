import { z } from '@hono/zod-openapi';

import { access } from '#shared/auth/access.ts';
import { contract, errors, IdPath, json, jsonBody } from '#shared/http/contract.ts';
import { CreatedRange, PageQuery, pageOf, TimeSort } from '#shared/http/pages.ts';
import { IfMatchHeader, VersionHeaders } from '#shared/http/preconditions.ts';
import { Id, text } from '#shared/http/values.ts';

import { OrderStatus } from '../orders/order.schema.ts';
import { AdminOrder, AdminOrderSummary } from './admin-order.schema.ts';

const tags = ['Order administration'];
const path = '/v1/admin/orders/{id}';

const PlacedQuery = z.strictObject(CreatedRange);

const OrdersQuery = PageQuery.extend({
  sort: TimeSort,
  q: text(255).optional().openapi({
    example: 'ORD-20261122',
    description: 'What the order number, or the email address of the shopper, begins with, in any case.',
  }),
  user_id: Id.toLowerCase().optional().openapi({ description: 'Only orders of this user.' }),
  status: OrderStatus.optional().openapi({ description: 'Only orders in this status.' }),
  ...CreatedRange,
});

export const listAdminOrders = contract({
  method: 'get',
  path: '/v1/admin/orders',
  operationId: 'listAdminOrders',
  tags,
  summary: "Search everybody's orders",
  ...access.manager,
  request: { query: OrdersQuery },
  responses: {
    200: json(pageOf(AdminOrderSummary).openapi('AdminOrderPage'), 'A page of orders'),
    ...errors('invalid_cursor'),
  },
});

export const getAdminOrder = contract({
  method: 'get',
  path,
  operationId: 'getAdminOrder',
  tags,
  summary: 'Read any order',
  ...access.manager,
  request: { params: IdPath },
  responses: { 200: { ...json(AdminOrder, 'The order'), headers: VersionHeaders } },
});

const OrderPatch = z
  .strictObject({
    tracking_number: text(100).nullable().openapi({ example: '1Z999AA10123456784' }),
    notes: text(2_000).nullable().openapi({ example: 'Please leave it at the door.' }),
  })
  .partial()
  .openapi('OrderPatch', { example: { tracking_number: '1Z999AA10123456784' } });

export const updateOrder = contract({
  method: 'patch',
  path,
  operationId: 'updateOrder',
  tags,
  summary: "Correct an order's tracking number or notes",
  description: 'In any status. Nobody is told of it; the status is changed by `POST …/status`.',
  ...access.manager,
  request: { params: IdPath, headers: IfMatchHeader, body: jsonBody(OrderPatch) },
  responses: {
    200: { ...json(AdminOrder, 'The order as it is now'), headers: VersionHeaders },
    ...errors('precondition_failed', 'precondition_required'),
  },
});

export const exportOrders = contract({
  method: 'get',
  path: '/v1/admin/orders/export',
  operationId: 'exportOrders',
  tags,
  summary: 'Export orders as CSV',
  description:
    'One row for each item, oldest order first (RFC 4180, UTF-8). The amounts of a whole order are in its first row ' +
    'alone, so that each column can be summed up. A cell that a spreadsheet would run as a formula begins with an ' +
    'apostrophe. The file is sent while it is being read: if the connection breaks, it is not complete.',
  ...access.manager,
  request: { query: PlacedQuery },
  responses: {
    200: {
      description: 'The file',
      headers: z.object({
        'Content-Disposition': z.string().openapi({ example: 'attachment; filename="orders.csv"' }),
      }),
      content: {
        'text/csv': {
          schema: z.string().openapi({
            example:
              'order_number,created_at,status,…,product_sku,product_name,quantity,…\r\n' +
              'ORD-20261122-7F3K9Q,2026-11-22T21:24:42.123Z,CONFIRMED,…,CLAY-PLANT-POT-REGULAR,Clay Plant Pot,2,…\r\n',
          }),
        },
      },
    },
  },
});
