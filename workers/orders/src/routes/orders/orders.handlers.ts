import type { OpenAPIHono } from '@hono/zod-openapi';
import { connect } from '#shared/db/postgres.ts';
import { page, readCursor, TimeKey } from '#shared/http/pages.ts';
import { notFound } from '#shared/http/problem.ts';

import type { OrdersEnv } from '../../env.ts';
import { listOrders as findOrders } from '../../store/order-lists.ts';
import { findOrder } from '../../store/orders.ts';
import { paymentOf } from './order-payment.ts';
import { presentOrder, presentSummary } from './order.presenter.ts';
import { getOrder, listOrders } from './orders.contract.ts';

export function addOrderRoutes(app: OpenAPIHono<OrdersEnv>): void {
  app.openapi(listOrders, async (c) => {
    const { limit, cursor, sort, status, 'created_at[gte]': from, 'created_at[lt]': before } = c.req.valid('query');
    const filter = { user_id: c.var.actor.id, status, from, before, ascending: sort === 'created_at' };
    const list = { list: 'orders', ...filter };
    const after = readCursor(cursor, list, TimeKey);
    const rows = await findOrders(connect(c.env), filter, { limit, after });
    const position = ({ created_at, id }: { created_at: string; id: string }) => ({ key: created_at, id });
    return c.json(page(c, rows.map(presentSummary), { limit, list, position }), 200);
  });

  app.openapi(getOrder, async (c) => {
    const { id } = c.req.valid('param');
    const [found, payment] = await Promise.all([findOrder(connect(c.env), id, c.var.actor.id), paymentOf(c.env, id)]);
    if (!found) throw notFound('order');
    return c.json(presentOrder(found, payment), 200);
  });
}
