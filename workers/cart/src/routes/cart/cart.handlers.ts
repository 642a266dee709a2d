import type { OpenAPIHono } from '@hono/zod-openapi';

import { invalid, Problem } from '#shared/http/problem.ts';
import { count } from '#shared/metrics.ts';

import type { CartEnv } from '../../env.ts';
import { guestOf, ownerOf } from '../../owner.ts';
import { changed, presentCart } from './cart.answers.ts';
import {
  addCartItem,
  applyCoupon,
  deleteCartItem,
  emptyCart,
  getCart,
  mergeCart,
  removeCoupon,
  updateCartItem,
} from './cart.contract.ts';
import { mergeCarts } from './cart.merge.ts';
import { askForProduct, showCart, withTaxRateOf } from './cart.products.ts';

export function addCartRoutes(app: OpenAPIHono<CartEnv>): void {
  app.openapi(getCart, async (c) => {
    const owner = ownerOf(c.env, c.get('actor'));
    return c.json(presentCart(owner, await showCart(c.env, owner)), 200);
  });

  app.openapi(addCartItem, async (c) => {
    const { product_id, quantity } = c.req.valid('json');
    const [product, owner] = await Promise.all([
      askForProduct(c.env, product_id),
      withTaxRateOf(c.env, ownerOf(c.env, c.get('actor'))),
    ]);
    if (!product) throw new Problem('product_not_found', 'Send the id of a product that is sold.');
    const shown = await changed(c.env, owner, { kind: 'add_item', product, quantity });
    count({ name: 'funnel', step: 'cart' });
    return c.json(presentCart(owner, shown), 200);
  });

  app.openapi(updateCartItem, async (c) => {
    const { product_id } = c.req.valid('param');
    const { quantity } = c.req.valid('json');
    const [product, owner] = await Promise.all([
      askForProduct(c.env, product_id),
      withTaxRateOf(c.env, ownerOf(c.env, c.get('actor'))),
    ]);
    const shown = await changed(c.env, owner, { kind: 'set_quantity', product_id, product, quantity });
    return c.json(presentCart(owner, shown), 200);
  });

  app.openapi(deleteCartItem, async (c) => {
    const { product_id } = c.req.valid('param');
    const owner = ownerOf(c.env, c.get('actor'));
    const shown = await changed(c.env, owner, { kind: 'remove_item', product_id });
    return c.json(presentCart(owner, shown), 200);
  });

  app.openapi(applyCoupon, async (c) => {
    const { coupon_code } = c.req.valid('json');
    const owner = ownerOf(c.env, c.get('actor'));
    const shown = await changed(c.env, owner, { kind: 'apply_coupon', coupon_code });
    return c.json(presentCart(owner, shown), 200);
  });

  app.openapi(removeCoupon, async (c) => {
    const { code } = c.req.valid('param');
    const owner = ownerOf(c.env, c.get('actor'));
    const shown = await changed(c.env, owner, { kind: 'remove_coupon', coupon_code: code });
    return c.json(presentCart(owner, shown), 200);
  });

  app.openapi(mergeCart, async (c) => {
    const guest_id = await guestOf(c.env, c.req.valid('json').cart_token);
    if (guest_id === null) throw notGuest();
    const owner = ownerOf(c.env, c.get('actor'));
    const merged = await mergeCarts(c.env, owner, guest_id);
    return c.json({ ...presentCart(owner, merged), merge: merged.merge }, 200);
  });

  app.openapi(emptyCart, async (c) => {
    await changed(c.env, ownerOf(c.env, c.get('actor')), { kind: 'empty' });
    return c.body(null, 204);
  });
}

function notGuest(): Problem {
  return invalid([
    {
      pointer: '/cart_token',
      code: 'invalid_token',
      message: 'This is not the access token of a guest, or has expired.',
    },
  ]);
}
