import type { OpenAPIHono } from '@hono/zod-openapi';

import { connect } from '#shared/db/postgres.ts';
import { currentTrace } from '#shared/http/context.ts';
import { invalidReference, Problem } from '#shared/http/problem.ts';
import { count } from '#shared/metrics.ts';
import { dependency } from '#shared/rpc.ts';

import type { OrdersEnv } from '../../env.ts';
import { findCharges } from '../../store/charges.ts';
import { pricedOrRefused } from '../checkout/priced.ts';
import { couponsOf } from './quote.coupons.ts';
import { linesForSale } from './quote.lines.ts';
import { quoteOrder } from './quote.contract.ts';
import { presentQuote } from './quote.presenter.ts';

export function addQuoteRoutes(app: OpenAPIHono<OrdersEnv>): void {
  app.openapi(quoteOrder, async (c) => {
    const { shipping_address_id: addressId, shipping_method_code: methodCode } = c.req.valid('json');
    const user_id = c.var.actor.id;
    const trace = currentTrace();
    const [cart, shopper] = await Promise.all([
      dependency('cart', c.env.CART_SERVICE.checkoutCart(trace, { user_id })),
      dependency('users', c.env.USERS_SERVICE.shopper(trace, { user_id, address_ids: [addressId] })),
    ]);
    if (shopper.email === null) throw new Problem('unauthorized', 'This account no longer exists.');
    const shipTo = shopper.addresses.find(({ id }) => id === addressId);
    if (!shipTo) throw invalidReference('/shipping_address_id', 'an address');
    if (cart.items.length === 0) throw new Problem('cart_empty', 'Put something into the cart first.');

    const product_ids = cart.items.map(({ product_id }) => product_id);
    const [products, charges] = await Promise.all([
      dependency('products', c.env.PRODUCTS_SERVICE.snapshots(trace, { product_ids })),
      findCharges(connect(c.env), shipTo),
    ]);
    const lines = linesForSale(cart.items, products);
    const coupons = await couponsOf(c.env, user_id, cart.coupon_codes, lines);
    const quoted = pricedOrRefused(lines, charges, methodCode, coupons);
    count({ name: 'funnel', step: 'quote' });
    return c.json(presentQuote(quoted, { charges, coupons, currency: c.env.CURRENCY }), 200);
  });
}
