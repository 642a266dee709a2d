import { z } from '@hono/zod-openapi';

import { Currency, Id, Timestamp } from '#shared/http/values.ts';
import { Money } from '#shared/money/schema.ts';

export const productId = '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f';
const moment = '2026-11-22T21:24:42.123Z';

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

const cartExample = {
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
};

const CartDiscount = z
  .object({ coupon_code: z.string(), discount_amount: Money })
  .openapi('CartDiscount', { example: { coupon_code: 'WELCOME10', discount_amount: '2.50' } });

export const Cart = z
  .object({
    id: z.string().nullable().openapi({ description: 'Null until something was put into the cart.' }),
    user_id: Id,
    items: z.array(CartItem),
    subtotal: Money,
    discount_amount: Money,
    tax_amount: Money.openapi({
      description: 'An estimate for the default shipping address: zero without one, and for guests.',
    }),
    total_amount: Money,
    applied_coupons: z.array(CartDiscount).openapi({
      description:
        'In the order they were applied, each on what the earlier ones left. One that does not hold any more, or only ' +
        'takes shipping off, stays with `0.00`.',
    }),
    currency: Currency,
    version: z.int().openapi({ description: 'Grows with every change; 0 until something was put into the cart.' }),
    warnings: z.array(CartWarning),
    created_at: Timestamp.nullable(),
    updated_at: Timestamp.nullable(),
    expires_at: Timestamp.nullable().openapi({ description: 'Every change moves it.' }),
  })
  .openapi('Cart', { example: cartExample });

const CartMerge = z
  .object({
    added: z.array(z.object({ product_id: Id, quantity: z.int() })).openapi({
      description: "The guest's lines that came over as they were: `quantity` is what was added.",
    }),
    clamped: z.array(z.object({ product_id: Id, requested: z.int(), quantity: z.int() })).openapi({
      description: 'Lines of which less is available, or allowed, than both carts had together (`requested`).',
    }),
    repriced: z.array(z.object({ product_id: Id, old_price: Money, new_price: Money })).openapi({
      description: 'Lines of either cart that now have another price than was shown.',
    }),
    dropped: z
      .array(
        z.union([
          z.object({
            product_id: Id,
            reason: z.enum(['unavailable', 'out_of_stock', 'cart_full', 'amount_too_large']),
          }),
          z.object({
            coupon_code: z.string(),
            reason: z.enum([
              'coupon_invalid',
              'coupon_expired',
              'coupon_exhausted',
              'coupon_minimum_not_met',
              'coupon_limit_reached',
            ]),
          }),
        ]),
      )
      .openapi({ description: "The guest's lines and coupons that did not come over." }),
  })
  .openapi('CartMerge', {
    example: {
      added: [{ product_id: productId, quantity: 2 }],
      clamped: [],
      repriced: [{ product_id: productId, old_price: '11.00', new_price: '12.50' }],
      dropped: [{ coupon_code: 'SUMMER', reason: 'coupon_expired' }],
    },
  });

export const MergedCart = Cart.extend({ merge: CartMerge }).openapi('MergedCart', {
  example: {
    ...cartExample,
    merge: { added: [{ product_id: productId, quantity: 2 }], clamped: [], repriced: [], dropped: [] },
  },
});

export type CartAnswer = z.infer<typeof Cart>;
