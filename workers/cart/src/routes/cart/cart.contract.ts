import { z } from '@hono/zod-openapi';

import { access } from '#shared/auth/access.ts';
import { contract, errors, json, jsonBody } from '#shared/http/contract.ts';
import { Currency, Id, Timestamp } from '#shared/http/values.ts';
import { Money } from '#shared/money/schema.ts';

import { MAX_QUANTITY } from '../../domain/cart.ts';

const productId = '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f';
const moment = '2026-11-22T21:24:42.123Z';

const Quantity = z.int().min(1).max(MAX_QUANTITY).openapi({ example: 2 });

/** Stored ids are in lower case. */
const ProductId = z.uuid().toLowerCase().openapi({ example: productId });

const NewCartItem = z
  .strictObject({ product_id: ProductId, quantity: Quantity })
  .openapi('NewCartItem', { example: { product_id: productId, quantity: 2 } });

const CartItemQuantity = z
  .strictObject({ quantity: Quantity })
  .openapi('CartItemQuantity', { example: { quantity: 3 } });

const ProductPath = z.object({
  product_id: ProductId.openapi({ param: { name: 'product_id', in: 'path' } }),
});

const CartItem = z
  .object({
    product_id: Id,
    product_name: z.string(),
    product_slug: z.string(),
    quantity: z.int(),
    unit_price: Money,
    total_price: Money,
    image_url: z.string().nullable(),
    added_at: Timestamp,
  })
  .openapi('CartItem', {
    example: {
      product_id: productId,
      product_name: 'Ceramic mug',
      product_slug: 'ceramic-mug',
      quantity: 2,
      unit_price: '12.50',
      total_price: '25.00',
      image_url: 'https://images.example.com/ceramic-mug.jpg',
      added_at: moment,
    },
  });

const CartWarning = z
  .discriminatedUnion('code', [
    z.object({ product_id: Id, code: z.literal('price_changed'), old_price: Money, new_price: Money }),
    z.object({ product_id: Id, code: z.literal('insufficient_stock'), available_quantity: z.int() }),
    z.object({ product_id: Id, code: z.literal('unavailable') }),
  ])
  .openapi('CartWarning', {
    description:
      'A new price is told once and taken over. Missing stock, and that a product is no longer sold, is told for as ' +
      'long as it is so; quantities stay as they are.',
    example: { product_id: productId, code: 'price_changed', old_price: '11.00', new_price: '12.50' },
  });

const Cart = z
  .object({
    id: z.string().nullable().openapi({ description: 'Null until something was put into the cart.' }),
    user_id: Id,
    items: z.array(CartItem),
    subtotal: Money,
    discount_amount: Money,
    tax_amount: Money.openapi({ description: 'An estimate: zero until an address is known.' }),
    total_amount: Money,
    applied_coupons: z.array(z.object({ coupon_code: z.string(), discount_amount: Money })),
    currency: Currency,
    version: z.int().openapi({ description: 'Grows with every change; 0 until something was put into the cart.' }),
    warnings: z.array(CartWarning),
    created_at: Timestamp.nullable(),
    updated_at: Timestamp.nullable(),
    expires_at: Timestamp.nullable().openapi({ description: 'Every change moves it.' }),
  })
  .openapi('Cart', {
    example: {
      id: '6561f0a2c3d4e5f60718293a',
      user_id: '01938f6e-1111-7c4d-9e5f-6a7b8c9d0e1f',
      items: [
        {
          product_id: productId,
          product_name: 'Ceramic mug',
          product_slug: 'ceramic-mug',
          quantity: 2,
          unit_price: '12.50',
          total_price: '25.00',
          image_url: 'https://images.example.com/ceramic-mug.jpg',
          added_at: moment,
        },
      ],
      subtotal: '25.00',
      discount_amount: '0.00',
      tax_amount: '0.00',
      total_amount: '25.00',
      applied_coupons: [],
      currency: 'USD',
      version: 1,
      warnings: [],
      created_at: moment,
      updated_at: moment,
      expires_at: '2026-12-22T21:24:42.123Z',
    },
  });

export type CartAnswer = z.infer<typeof Cart>;

export const getCart = contract({
  method: 'get',
  path: '/v1/cart',
  operationId: 'getCart',
  tags: ['Cart'],
  summary: 'Show the cart',
  description:
    'A cart that nothing was put into yet is shown empty. New prices are taken over and reported in `warnings`.',
  ...access.guest,
  responses: { 200: json(Cart, 'The cart'), ...errors('cart_conflict') },
});

export const addCartItem = contract({
  method: 'post',
  path: '/v1/cart/items',
  operationId: 'addCartItem',
  tags: ['Cart'],
  summary: 'Put a product into the cart',
  description: 'Adds to what the cart already has of the product: at most 999 of each, and 100 different ones.',
  ...access.guest,
  request: { body: jsonBody(NewCartItem) },
  responses: {
    200: json(Cart, 'The whole cart'),
    ...errors('product_not_found', 'insufficient_stock', 'cart_conflict'),
  },
});

export const updateCartItem = contract({
  method: 'patch',
  path: '/v1/cart/items/{product_id}',
  operationId: 'updateCartItem',
  tags: ['Cart'],
  summary: 'Change the quantity of a product in the cart',
  ...access.guest,
  request: { params: ProductPath, body: jsonBody(CartItemQuantity) },
  responses: {
    200: json(Cart, 'The whole cart'),
    ...errors('not_found', 'insufficient_stock', 'product_unavailable', 'cart_conflict'),
  },
});

export const deleteCartItem = contract({
  method: 'delete',
  path: '/v1/cart/items/{product_id}',
  operationId: 'deleteCartItem',
  tags: ['Cart'],
  summary: 'Take a product out of the cart',
  ...access.guest,
  request: { params: ProductPath },
  responses: { 200: json(Cart, 'The whole cart'), ...errors('not_found', 'cart_conflict') },
});

export const emptyCart = contract({
  method: 'delete',
  path: '/v1/cart',
  operationId: 'emptyCart',
  tags: ['Cart'],
  summary: 'Empty the cart',
  ...access.guest,
  responses: { 204: { description: 'The cart is empty' }, ...errors('cart_conflict') },
});
