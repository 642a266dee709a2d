import type { OpenAPIHono } from '@hono/zod-openapi';

import { currentTrace } from '#shared/http/context.ts';
import { notFound } from '#shared/http/problem.ts';
import { dependency } from '#shared/rpc.ts';

import type { GatewayEnv } from '../../env.ts';
import { advanceCatalogue } from '../../store/version.ts';
import { listCapturedEmails, sweepShop } from './developer.contract.ts';

/** Tools of the local environment. Elsewhere these paths do not exist. */
export function addDeveloperRoutes(app: OpenAPIHono<GatewayEnv>): void {
  app.use('/dev/*', async (c, next) => {
    if (c.env.ENVIRONMENT !== 'local') throw notFound('route');
    await next();
  });

  // Payments first: what it settles is what orders must not cancel. Kept reads of the catalogue are old afterwards.
  app.openapi(sweepShop, async (c) => {
    const trace = currentTrace();
    const clock = c.req.valid('query');
    const payments = await c.env.PAYMENTS_SERVICE.sweep(trace, clock);
    const orders = await c.env.ORDERS_SERVICE.sweep(trace, clock);
    const products = await c.env.PRODUCTS_SERVICE.sweep(trace, clock);
    const cart = await c.env.CART_SERVICE.sweep(trace, clock);
    const users = await c.env.USERS_SERVICE.sweep(trace, clock);
    const gateway = { catalogue_version: await advanceCatalogue(c.env) };
    return c.json({ payments, orders, products, cart, users, gateway }, 200);
  });

  app.openapi(listCapturedEmails, async (c) => {
    const { to = null } = c.req.valid('query');
    const data = await dependency('notifications', c.env.NOTIFICATIONS_SERVICE.mailbox(currentTrace(), { to }));
    return c.json({ data }, 200, { 'cache-control': 'no-store' });
  });
}
