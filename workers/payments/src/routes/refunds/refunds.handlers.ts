import type { OpenAPIHono } from '@hono/zod-openapi';

import { claimKey, keepAnswer } from '#shared/db/idempotency.ts';
import { connect } from '#shared/db/postgres.ts';
import { dispatch } from '#shared/events/outbox.ts';
import { checkpoint } from '#shared/http/checkpoint.ts';
import { replayHeaders } from '#shared/http/idempotency.ts';

import { type PaymentsEnv, queuesOf } from '../../env.ts';
import { gatewayNamed } from '../../gateways/gateways.ts';
import { orderOf, settleRefund } from '../../refund.ts';
import { beginRefund } from './begin-refund.ts';
import { presentRefund } from './present-refund.ts';
import { createRefund, Refund } from './refunds.contract.ts';

export function addRefundRoutes(app: OpenAPIHono<PaymentsEnv>): void {
  app.openapi(createRefund, async (c) => {
    const db = connect(c.env);
    const { id: transaction_id } = c.req.valid('param');
    const body = c.req.valid('json');
    const scope = { user_id: c.var.actor.id, method: 'POST', path: c.req.path, key: c.var.idempotencyKey };
    const claimed = await claimKey(db, scope, body);
    if ('kept' in claimed) return c.json(Refund.parse(claimed.kept.body), 201, replayHeaders(claimed.kept));
    const { claim } = claimed;
    await checkpoint(c, 'refund.claimed');
    const { amount = null, reason = null, restock = false } = body;
    const wanted = { transaction_id, amount, reason, restock, requested_by: scope.user_id };
    const begun = await beginRefund(db, claim, wanted);
    await checkpoint(c, 'refund.begun');
    const result = await gatewayNamed(c.env, begun.gateway).refund(orderOf(begun));
    await checkpoint(c, 'refund.sent');
    const { refund, events } = await settleRefund(c.env, begun, result);
    if (events.length > 0) c.executionCtx.waitUntil(dispatch(db, queuesOf(c.env), events));
    await checkpoint(c, 'refund.settled');
    const answer = presentRefund(refund);
    const headers = { location: `/v1/admin/transactions/${transaction_id}` };
    await keepAnswer(db, claim, { status: 201, body: answer, headers });
    return c.json(answer, 201, headers);
  });
}
