import { z } from '@hono/zod-openapi';

import { access } from '#shared/auth/access.ts';
import { contract, errors, json, jsonBody } from '#shared/http/contract.ts';
import { text } from '#shared/http/values.ts';

import { MAX_QUANTITY } from '../../domain/cart.ts';
import { CouponCode } from '../coupons/coupons.contract.ts';
import { Cart, MergedCart, productId } from './cart.schemas.ts';

const Quantity = z.int().min(1).max(MAX_QUANTITY).openapi({ example: 2 });

/** Stored ids are in lower case. */
const ProductId = z.uuid().toLowerCase().openapi({ example: productId });

const NewCartItem = z
  .strictObject({ product_id: ProductId, quantity: Quantity })
  .openapi('NewCartItem', { example: { product_id: productId, quantity: 2 } });

const CartItemQuantity = z
  .strictObject({ quantity: Quantity })
  .openapi('CartItemQuantity', { example: { quantity: 3 } });

export const ProductPath = z.object({
  product_id: ProductId.openapi({
    param: { name: 'product_id', in: 'path' },
    description: 'The product of a line of the cart.',
  }),
});

/** Any text: what can be no code names no coupon. Codes are stored in upper case. */
const TypedCode = text(64)
  .toUpperCase()
  .openapi({ example: 'WELCOME10', description: 'Upper and lower case are the same.' });

const CartCoupon = z
  .strictObject({ coupon_code: TypedCode })
  .openapi('CartCoupon', { example: { coupon_code: 'WELCOME10' } });

const CouponPath = z.object({ code: CouponCode.openapi({ param: { name: 'code', in: 'path' } }) });

const GuestCart = z.strictObject({ cart_token: z.string().min(1).max(4_096) }).openapi('GuestCart', {
  example: { cart_token: 'eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiIwMTkzIn0.c2ln' },
});

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

export const applyCoupon = contract({
  method: 'post',
  path: '/v1/cart/coupons',
  operationId: 'applyCoupon',
  tags: ['Cart'],
  summary: 'Apply a coupon to the cart',
  description:
    'At most 5 different ones. One that is applied already changes nothing. A coupon that asks for a minimum is refused ' +
    'until the cart is worth that much; any other can be applied to an empty cart too. Whether a coupon still holds is ' +
    'decided again whenever the cart is shown, and at the checkout.',
  ...access.guest,
  request: { body: jsonBody(CartCoupon) },
  responses: {
    200: json(Cart, 'The whole cart'),
    ...errors(
      'coupon_invalid',
      'coupon_expired',
      'coupon_exhausted',
      'coupon_minimum_not_met',
      'coupon_limit_reached',
      'cart_conflict',
    ),
  },
});

export const removeCoupon = contract({
  method: 'delete',
  path: '/v1/cart/coupons/{code}',
  operationId: 'removeCoupon',
  tags: ['Cart'],
  summary: 'Take a coupon out of the cart',
  ...access.guest,
  request: { params: CouponPath },
  responses: { 200: json(Cart, 'The whole cart'), ...errors('not_found', 'cart_conflict') },
});

export const mergeCart = contract({
  method: 'post',
  path: '/v1/cart/merge',
  operationId: 'mergeCart',
  tags: ['Cart'],
  summary: "Take a guest's cart over",
  description:
    "`cart_token` is the guest's access token. Quantities of both carts add up as far as there is stock, at today's " +
    "prices; coupons that still hold come along. The guest's cart is gone afterwards: doing it again changes nothing.",
  ...access.customer,
  request: { body: jsonBody(GuestCart) },
  responses: { 200: json(MergedCart, 'The whole cart, and what came of the merge'), ...errors('cart_conflict') },
});

export const emptyCart = contract({
  method: 'delete',
  path: '/v1/cart',
  operationId: 'emptyCart',
  tags: ['Cart'],
  summary: 'Empty the cart',
  description: 'Takes all products and coupons out.',
  ...access.guest,
  responses: { 204: { description: 'The cart is empty' }, ...errors('cart_conflict') },
});
