import type { OpenAPIHono } from '@hono/zod-openapi';

import { connect } from '#shared/db/postgres.ts';
import { dispatch } from '#shared/events/outbox.ts';
import { checkpoint } from '#shared/http/checkpoint.ts';
import { Problem } from '#shared/http/problem.ts';

import { type OrdersEnv, queuesOf } from '../../env.ts';
import { cancelOrder as cancel } from './cancel-order.ts';
import { cancelOrder } from './cancellation.contract.ts';

export function addCancellationRoutes(app: OpenAPIHono<OrdersEnv>): void {
  app.openapi(cancelOrder, async (c) => {
    const { id: orderId } = c.req.valid('param');
    refuseOtherTypes(c.req.header('content-type'));
    const { reason = null } = c.req.valid('json');
    const { order, events } = await cancel(
      c.env,
      { orderId, caller: 'customer', callerId: c.var.actor.id, reason },
      (name) => checkpoint(c, name),
    );
    c.executionCtx.waitUntil(dispatch(connect(c.env), queuesOf(c.env), events));
    return c.json(order, 200);
  });
}

/** A body that may be left out is passed over where it is no JSON: a reason would get lost. */
function refuseOtherTypes(contentType: string | undefined): void {
  if (contentType === undefined || /^application\/([\w.-]+\+)?json\b/i.test(contentType)) return;
  throw new Problem('unsupported_media_type', 'Send the reason as application/json, or no body.');
}
