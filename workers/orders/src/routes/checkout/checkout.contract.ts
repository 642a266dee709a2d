import { z } from '@hono/zod-openapi';

import { access } from '#shared/auth/access.ts';
import { contract, created, errors, jsonBody } from '#shared/http/contract.ts';
import { IdempotencyHeader } from '#shared/http/idempotency.ts';
import { Id, text } from '#shared/http/values.ts';

import { placedExample } from '../orders/order.examples.ts';
import { Order } from '../orders/order.schema.ts';

export const CheckoutInput = z
  .strictObject({
    shipping_address_id: Id,
    billing_address_id: Id,
    shipping_method_code: text(50)
      .optional()
      .openapi({ example: 'standard', description: 'The cheapest on offer if left out.' }),
    notes: text(2_000).optional().openapi({ example: 'Please leave it at the door.' }),
    accept_price_changes: z
      .boolean()
      .optional()
      .openapi({ description: 'Order even if a price moved since the cart showed it.' }),
  })
  .openapi('CheckoutInput');

export const createOrder = contract({
  method: 'post',
  path: '/v1/orders',
  operationId: 'createOrder',
  tags: ['Orders'],
  summary: 'Order what is in your cart',
  description:
    'Reserves the stock and places a PENDING order, to be paid by POST /v1/payments. An order whose total is "0.00" is ' +
    'CONFIRMED at once. The coupons of the cart are used up by it; one that cannot be used any more is named in ' +
    '`coupon_code` of the refusal. Repeating the request with the same Idempotency-Key gives the first answer again.',
  ...access.customer,
  needsIdempotencyKey: true,
  request: { headers: IdempotencyHeader, body: jsonBody(CheckoutInput) },
  responses: {
    201: created(Order, 'The order', placedExample),
    ...errors(
      'idempotency_key_required',
      'idempotency_key_invalid',
      'cart_empty',
      'insufficient_stock',
      'product_unavailable',
      'price_changed',
      'coupon_invalid',
      'coupon_expired',
      'coupon_exhausted',
      'coupon_minimum_not_met',
      'shipping_unavailable',
      'idempotency_in_progress',
      'idempotency_key_reused',
      'validation_failed',
    ),
  },
});
