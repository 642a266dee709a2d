import type { OpenAPIHono } from '@hono/zod-openapi';

import { csvStream } from '#shared/csv/stream.ts';
import { connect } from '#shared/db/postgres.ts';
import { dispatch } from '#shared/events/outbox.ts';
import { page, readCursor, TimeKey } from '#shared/http/pages.ts';
import { changedMeanwhile, etagOf, requireVersion } from '#shared/http/preconditions.ts';
import { notFound } from '#shared/http/problem.ts';

import { type OrdersEnv, queuesOf } from '../../env.ts';
import { changeOrder, findOrderRow, findWholeOrder } from '../../store/admin-orders.ts';
import { listOrders } from '../../store/order-lists.ts';
import { paymentsOf } from '../orders/order-payment.ts';
import { presentAdminOrder, presentAdminSummary } from './admin-order.presenter.ts';
import { exportOrders, getAdminOrder, listAdminOrders, updateOrder } from './admin-orders.contract.ts';
import { ordersCsv } from './orders-csv.ts';

export function addAdminOrderRoutes(app: OpenAPIHono<OrdersEnv>): void {
  app.openapi(listAdminOrders, async (c) => {
    const {
      limit,
      cursor,
      sort,
      q,
      user_id,
      status,
      'created_at[gte]': from,
      'created_at[lt]': before,
    } = c.req.valid('query');
    const filter = { q, user_id, status, from, before, ascending: sort === 'created_at' };
    const list = { list: 'admin-orders', ...filter };
    const after = readCursor(cursor, list, TimeKey);
    const rows = await listOrders(connect(c.env), filter, { limit, after });
    const position = ({ created_at, id }: { created_at: string; id: string }) => ({ key: created_at, id });
    return c.json(page(c, rows.map(presentAdminSummary), { limit, list, position }), 200);
  });

  // Before the routes of an order, whose id would match `export`.
  app.openapi(exportOrders, async (c) => {
    const { 'created_at[gte]': from, 'created_at[lt]': before } = c.req.valid('query');
    const file = await csvStream('orders', ordersCsv(connect(c.env), { from, before }));
    return c.body(file, 200, {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="orders.csv"',
    });
  });

  app.openapi(getAdminOrder, async (c) => {
    const { id } = c.req.valid('param');
    const [found, payments] = await Promise.all([findWholeOrder(connect(c.env), id), paymentsOf(c.env, id)]);
    if (!found) throw notFound('order');
    c.header('etag', etagOf(found.order.version));
    return c.json(presentAdminOrder(found, payments), 200);
  });

  app.openapi(updateOrder, async (c) => {
    const db = connect(c.env);
    const { id } = c.req.valid('param');
    // The payments are asked for first: once the order has changed, nothing may fail any more.
    const [before, payments] = await Promise.all([findOrderRow(db, id), paymentsOf(c.env, id)]);
    if (!before) throw notFound('order');
    requireVersion(c, before.version);
    const written = await changeOrder(db, c.var.actor.id, before, c.req.valid('json'));
    if (written === 'changed_meanwhile') throw changedMeanwhile();
    c.executionCtx.waitUntil(dispatch(db, queuesOf(c.env), written.events));
    c.header('etag', etagOf(written.changed.order.version));
    return c.json(presentAdminOrder(written.changed, payments), 200);
  });
}
