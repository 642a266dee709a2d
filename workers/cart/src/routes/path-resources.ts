import type { OpenAPIHono } from '@hono/zod-openapi';

import { pathBeforeForm } from '#shared/http/path-resource.ts';

import type { CartEnv } from '../env.ts';
import { findCart } from '../store/carts.ts';
import { findCoupon } from '../store/coupon-administration.ts';
import { ProductPath } from './cart/cart.contract.ts';
import { CouponPath } from './coupons/coupons.contract.ts';

/** What paths name. */
export function addPathResources(app: OpenAPIHono<CartEnv>): void {
  pathBeforeForm(app, '/v1/cart/items/:product_id', ProductPath, async (c, { product_id }) => {
    const cart = await findCart(c.env, c.var.actor.id);
    return cart?.items.find((item) => item.product_id === product_id);
  });
  pathBeforeForm(app, '/v1/admin/coupons/:code', CouponPath, (c, { code }) => findCoupon(c.env, code));
}
