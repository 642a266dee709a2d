import { z } from '@hono/zod-openapi';

import { access } from '#shared/auth/access.ts';
import { contract, errors, json, jsonBody } from '#shared/http/contract.ts';
import { Currency, Id, text } from '#shared/http/values.ts';
import { Money } from '#shared/money/schema.ts';

import { quoteExample } from '../orders/order.examples.ts';
import { ShippingMethodReference } from '../orders/order.schema.ts';

const QuoteInput = z
  .strictObject({
    shipping_address_id: Id,
    shipping_method_code: text(50)
      .optional()
      .openapi({ example: 'standard', description: 'The cheapest on offer if left out.' }),
  })
  .openapi('QuoteInput');

const QuoteItem = z
  .object({
    product_id: Id,
    product_name: z.string().openapi({ example: 'Clay Plant Pot' }),
    product_sku: z.string().openapi({ example: 'CLAY-PLANT-POT-REGULAR' }),
    quantity: z.int().openapi({ example: 2 }),
    unit_price: Money,
    total_price: Money,
    discount_amount: Money,
    tax_amount: Money,
  })
  .openapi('QuoteItem');

const OfferedShipping = z
  .object({
    code: z.string().openapi({ example: 'standard' }),
    name: z.string().openapi({ example: 'Standard' }),
    amount: Money.openapi({ description: 'What it costs for this order.' }),
  })
  .openapi('OfferedShipping');

const QuoteCoupon = z
  .object({ coupon_code: z.string().openapi({ example: 'WELCOME10' }), discount_amount: Money })
  .openapi('QuoteCoupon', { description: 'A coupon for free shipping takes off "0.00" here.' });

export const Quote = z
  .object({
    items: z.array(QuoteItem),
    subtotal: Money,
    discount_amount: Money,
    tax_amount: Money,
    tax_rate: z.string().openapi({ example: '0.0725', description: 'The rate that applies, as a fraction.' }),
    shipping_amount: Money,
    total_amount: Money,
    currency: Currency,
    applied_coupons: z.array(QuoteCoupon),
    shipping_method: ShippingMethodReference,
    shipping_methods: z.array(OfferedShipping).openapi({ description: 'All on offer, the cheapest first.' }),
  })
  .openapi('Quote', { example: quoteExample });

export const quoteOrder = contract({
  method: 'post',
  path: '/v1/orders/quote',
  operationId: 'quoteOrder',
  tags: ['Orders'],
  summary: 'What an order of your cart would cost',
  description:
    'The totals that POST /v1/orders would come to now, at the prices of now, and the ways to ship. Nothing is reserved ' +
    'and nothing is changed. What an order would be refused for, its quote is refused for too, but for a price that ' +
    'moved since the cart showed it: the quote shows the new one.',
  ...access.customer,
  request: { body: jsonBody(QuoteInput) },
  responses: {
    200: json(Quote, 'The quote'),
    ...errors(
      'cart_empty',
      'product_unavailable',
      'insufficient_stock',
      'shipping_unavailable',
      'coupon_invalid',
      'coupon_expired',
      'coupon_exhausted',
      'coupon_minimum_not_met',
      'validation_failed',
    ),
  },
});
