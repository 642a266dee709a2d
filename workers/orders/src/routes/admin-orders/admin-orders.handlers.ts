import type { OpenAPIHono } from '@hono/zod-openapi';

import { csvStream } from '#shared/csv/stream.ts';
import { connect } from '#shared/db/postgres.ts';
import { dispatch } from '#shared/events/outbox.ts';
import { currentTrace } from '#shared/http/context.ts';
import { page, readCursor, TimeKey } from '#shared/http/pages.ts';
import { changedMeanwhile, etagOf, requireVersion } from '#shared/http/preconditions.ts';
import { notFound } from '#shared/http/problem.ts';
import { dependency } from '#shared/rpc.ts';

import { type Bindings, type OrdersEnv, queuesOf } from '../../env.ts';
import { changeOrder, findOrderRow, findWholeOrder, searchOrders } from '../../store/admin-orders.ts';
import { presentAdminOrder, presentAdminSummary } from './admin-order.presenter.ts';
import { exportOrders, getAdminOrder, listAdminOrders, updateOrder } from './admin-orders.contract.ts';
import { ordersCsv } from './orders-csv.ts';

export function addAdminOrderRoutes(app: OpenAPIHono<OrdersEnv>): void {
  app.openapi(listAdminOrders, async (c) => {
    const {
      limit,
      cursor,
      q,
      user_id,
      status,
      'created_at[gte]': from,
      'created_at[lt]': before,
    } = c.req.valid('query');
    const search = { q, user_id, status, from, before };
    const list = { list: 'admin-orders', ...search };
    const after = readCursor(cursor, list, TimeKey);
    const rows = await searchOrders(connect(c.env), search, { limit, after });
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
    const order = await readOrder(c.env, c.req.valid('param').id);
    c.header('etag', etagOf(order.version));
    return c.json(order, 200);
  });

  app.openapi(updateOrder, async (c) => {
    const db = connect(c.env);
    const { id } = c.req.valid('param');
    const before = await findOrderRow(db, id);
    if (!before) throw notFound('order');
    requireVersion(c, before.version);
    const written = await changeOrder(db, c.var.actor.id, before, c.req.valid('json'));
    if (written === 'changed_meanwhile') throw changedMeanwhile();
    c.executionCtx.waitUntil(dispatch(db, queuesOf(c.env), written.events));
    const order = await readOrder(c.env, id);
    c.header('etag', etagOf(order.version));
    return c.json(order, 200);
  });
}

async function readOrder(env: Bindings, id: string) {
  const [found, payment] = await Promise.all([
    findWholeOrder(connect(env), id),
    dependency('payments', env.PAYMENTS_SERVICE.paymentOfOrder(currentTrace(), { order_id: id })),
  ]);
  if (!found) throw notFound('order');
  return presentAdminOrder(found, payment);
}
