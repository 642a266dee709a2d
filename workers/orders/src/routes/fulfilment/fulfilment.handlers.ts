import type { OpenAPIHono } from '@hono/zod-openapi';

import { connect } from '#shared/db/postgres.ts';
import { dispatch } from '#shared/events/outbox.ts';
import { checkpoint } from '#shared/http/checkpoint.ts';
import { notFound } from '#shared/http/problem.ts';

import { type OrdersEnv, queuesOf } from '../../env.ts';
import { moveOrder } from '../../store/transitions.ts';
import { cancelOrder } from '../cancellation/cancel-order.ts';
import { invalidTransition } from '../orders/invalid-transition.ts';
import { paymentOf } from '../orders/order-payment.ts';
import { presentOrder } from '../orders/order.presenter.ts';
import { changeOrderStatus } from './fulfilment.contract.ts';

export function addFulfilmentRoutes(app: OpenAPIHono<OrdersEnv>): void {
  app.openapi(changeOrderStatus, async (c) => {
    const { id: orderId } = c.req.valid('param');
    const { to_status: to, notes = null, tracking_number: trackingNumber = null } = c.req.valid('json');
    const db = connect(c.env);
    const callerId = c.var.actor.id;
    if (to === 'CANCELLED') {
      const cancellation = { orderId, caller: 'staff', callerId, reason: notes } as const;
      const { order, events } = await cancelOrder(c.env, cancellation, (name) => checkpoint(c, name));
      c.executionCtx.waitUntil(dispatch(db, queuesOf(c.env), events));
      return c.json(order, 200);
    }
    // Asked first: once the order has moved, nothing may fail any more.
    const payment = await paymentOf(c.env, orderId);
    const transition = { to, changedBy: callerId, notes, trackingNumber };
    const moved = await moveOrder(db, { orderId, transition });
    if (!moved.moved) throw moved.status ? invalidTransition(moved.status, to, 'staff') : notFound('order');
    c.executionCtx.waitUntil(dispatch(db, queuesOf(c.env), moved.events));
    return c.json(presentOrder(moved.order, payment), 200);
  });
}
