import type { OpenAPIHono } from '@hono/zod-openapi';

import { connect } from '#shared/db/postgres.ts';
import { dispatch } from '#shared/events/outbox.ts';
import { currentTrace } from '#shared/http/context.ts';
import { notFound, Problem } from '#shared/http/problem.ts';
import { dependency } from '#shared/rpc.ts';

import { fulfilmentFrom } from '../../domain/status.ts';
import { type Bindings, type OrdersEnv, queuesOf } from '../../env.ts';
import { findOrder } from '../../store/orders.ts';
import { applyTransition } from '../../store/transitions.ts';
import { presentOrder } from '../orders/order.presenter.ts';
import { changeOrderStatus, getOrderAsStaff } from './fulfilment.contract.ts';

export function addFulfilmentRoutes(app: OpenAPIHono<OrdersEnv>): void {
  app.openapi(getOrderAsStaff, async (c) => {
    const order = await readOrder(c.env, c.req.valid('param').id);
    c.header('etag', `"${order.version}"`);
    return c.json(order, 200);
  });

  app.openapi(changeOrderStatus, async (c) => {
    const { id } = c.req.valid('param');
    const { to_status: to, notes = null, tracking_number = null } = c.req.valid('json');
    const db = connect(c.env);
    const result = await applyTransition(db, {
      orderId: id,
      to,
      changedBy: c.var.actor.id,
      notes,
      trackingNumber: tracking_number,
    });
    if (!result.moved) {
      if (result.status === null) throw notFound('order');
      const allowed = fulfilmentFrom(result.status);
      throw new Problem('invalid_transition', `A ${result.status} order cannot become ${to}.`, {
        members: { allowed },
      });
    }
    c.executionCtx.waitUntil(dispatch(db, queuesOf(c.env), result.events));
    return c.json(await readOrder(c.env, id), 200);
  });
}

async function readOrder(env: Bindings, id: string) {
  const [found, payment] = await Promise.all([
    findOrder(connect(env), id),
    dependency('payments', env.PAYMENTS_SERVICE.paymentOfOrder(currentTrace(), { order_id: id })),
  ]);
  if (!found) throw notFound('order');
  return presentOrder(found, payment);
}
