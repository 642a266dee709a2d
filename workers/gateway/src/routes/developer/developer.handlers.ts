import type { OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';

import { currentTrace } from '#shared/http/context.ts';
import { invalid, notFound } from '#shared/http/problem.ts';

import type { GatewayEnv } from '../../env.ts';

const AdvanceSeconds = z.coerce.number().int().min(0).max(31_536_000).default(0);

/** Tools of the local environment. Elsewhere these paths do not exist. */
export function addDeveloperRoutes(app: OpenAPIHono<GatewayEnv>): void {
  app.use('/dev/*', async (c, next) => {
    if (c.env.ENVIRONMENT !== 'local') throw notFound('route');
    await next();
  });

  // Payments first: what it settles is what orders must not cancel.
  app.post('/dev/sweep', async (c) => {
    const parsed = AdvanceSeconds.safeParse(c.req.query('advance_seconds'));
    if (!parsed.success) {
      throw invalid([{ parameter: 'advance_seconds', code: 'invalid', message: 'Send whole seconds from 0 on.' }]);
    }
    const trace = currentTrace();
    const clock = { advance_seconds: parsed.data };
    const payments = await c.env.PAYMENTS_SERVICE.sweep(trace, clock);
    const orders = await c.env.ORDERS_SERVICE.sweep(trace, clock);
    const products = await c.env.PRODUCTS_SERVICE.sweep(trace, clock);
    const cart = await c.env.CART_SERVICE.sweep(trace, clock);
    const users = await c.env.USERS_SERVICE.sweep(trace, clock);
    return c.json({ payments, orders, products, cart, users });
  });
}
