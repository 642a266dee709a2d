import { access } from '#shared/auth/access.ts';
import { contract, errors, IdPath, json } from '#shared/http/contract.ts';
import { CreatedRange, PageQuery, pageOf, TimeSort } from '#shared/http/pages.ts';

import { Order, OrderStatus, OrderSummary } from './order.schema.ts';

const OrdersQuery = PageQuery.extend({
  sort: TimeSort,
  status: OrderStatus.optional().openapi({ description: 'Only orders in this status.' }),
  ...CreatedRange,
});

export const listOrders = contract({
  method: 'get',
  path: '/v1/orders',
  operationId: 'listOrders',
  tags: ['Orders'],
  summary: 'List your orders',
  ...access.customer,
  request: { query: OrdersQuery },
  responses: { 200: json(pageOf(OrderSummary).openapi('OrderPage'), 'A page of orders'), ...errors('invalid_cursor') },
});

export const getOrder = contract({
  method: 'get',
  path: '/v1/orders/{id}',
  operationId: 'getOrder',
  tags: ['Orders'],
  summary: 'Read one of your orders',
  ...access.customer,
  request: { params: IdPath },
  responses: { 200: json(Order, 'The order') },
});
