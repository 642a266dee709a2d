import type { OpenAPIHono } from '@hono/zod-openapi';

import { claimKey, keepAnswer } from '#shared/db/idempotency.ts';
import { connect } from '#shared/db/postgres.ts';
import { dispatch } from '#shared/events/outbox.ts';
import { checkpoint } from '#shared/http/checkpoint.ts';
import { replayHeaders } from '#shared/http/idempotency.ts';
import { page, readCursor, TimeKey } from '#shared/http/pages.ts';
import { notFound } from '#shared/http/problem.ts';

import { type Bindings, type PaymentsEnv, queuesOf } from '../../env.ts';
import { gatewayNamed } from '../../gateways/gateways.ts';
import type { ChargeResult } from '../../gateways/payment-gateway.ts';
import { settle } from '../../settle.ts';
import { findTransactionOf, listTransactions } from '../../store/transactions.ts';
import { beginPayment, type BegunPayment } from './begin-payment.ts';
import { createPayment, getPayment, listPayments, Transaction } from './payments.contract.ts';
import { requireSource } from './payment-source.ts';
import { presentTransaction } from './present-transaction.ts';

export function addPaymentRoutes(app: OpenAPIHono<PaymentsEnv>): void {
  app.openapi(createPayment, async (c) => {
    const db = connect(c.env);
    const body = c.req.valid('json');
    await requireSource(c.env, body);
    const scope = { user_id: c.var.actor.id, method: 'POST', path: c.req.path, key: c.var.idempotencyKey };
    const claimed = await claimKey(db, scope, body);
    if ('kept' in claimed) return c.json(Transaction.parse(claimed.kept.body), 201, replayHeaders(claimed.kept));
    const { claim } = claimed;
    await checkpoint(c, 'payment.claimed');
    const begun = await beginPayment(c.env, claim, { ...body, user_id: scope.user_id });
    await checkpoint(c, 'payment.begun');
    const result = await charge(c.env, begun);
    await checkpoint(c, 'payment.charged');
    const { transaction, events } = await settle(c.env, begun.transaction, result);
    if (events.length > 0) c.executionCtx.waitUntil(dispatch(db, queuesOf(c.env), events));
    await checkpoint(c, 'payment.settled');
    const answer = presentTransaction(transaction);
    const headers = { location: `/v1/payments/${answer.id}` };
    await keepAnswer(db, claim, { status: 201, body: answer, headers });
    return c.json(answer, 201, headers);
  });

  app.openapi(listPayments, async (c) => {
    const { limit, cursor, sort, ...wanted } = c.req.valid('query');
    const filter = { ...wanted, ascending: sort === 'created_at' };
    const list = { path: c.req.path, ...filter };
    const after = readCursor(cursor, list, TimeKey);
    const rows = await listTransactions(connect(c.env), { ...filter, user_id: c.var.actor.id }, { limit, after });
    const position = (row: { id: string; created_at: Date }) => ({ key: row.created_at.toISOString(), id: row.id });
    const { data, page: envelope } = page(c, rows, { limit, list, position });
    return c.json({ data: data.map(presentTransaction), page: envelope }, 200);
  });

  app.openapi(getPayment, async (c) => {
    const transaction = await findTransactionOf(connect(c.env), c.var.actor.id, c.req.valid('param').id);
    if (!transaction) throw notFound('payment');
    return c.json(presentTransaction(transaction), 200);
  });
}

/** Has the gateway charge, or say that it has. Nothing to charge any more: then an earlier attempt did it, or nobody will. */
function charge(env: Bindings, { transaction, source }: BegunPayment): Promise<ChargeResult> {
  const { id: transaction_id, user_id, payment_method_code: method_code, amount, currency } = transaction;
  const gateway = gatewayNamed(env, transaction.gateway);
  if (!source) return gateway.cancel({ transaction_id, amount, currency });
  const save = transaction.save_payment_method;
  return gateway.charge({ transaction_id, user_id, method_code, amount, currency, source, save });
}
