import { connect } from '#shared/db/postgres.ts';
import { dispatch } from '#shared/events/outbox.ts';

import { type Bindings, queuesOf } from '../env.ts';
import { gatewayNamed } from '../gateways/gateways.ts';
import type { ChargeResult, RefundResult } from '../gateways/payment-gateway.ts';
import { orderOf, settleRefund } from '../refund.ts';
import { settle } from '../settle.ts';
import { listOpenRefunds, type RefundRow } from '../store/refunds.ts';
import { listOpen, type TransactionRow } from '../store/transactions.ts';
import { endAll, openSeconds, secondsBefore } from './open.ts';

/** After this long a payment that never reached the gateway is given up. */
const abandonSeconds = 15 * 60;

/** Asks the gateway about payments that have been open for long, and settles them. Answers how many it ended. */
export function reconcile(env: Bindings, now: Date): Promise<number> {
  const db = connect(env);
  return endAll<TransactionRow>(
    (page) => listOpen(db, secondsBefore(now, openSeconds), page),
    async (transaction) => {
      const result = await ask(env, transaction, now);
      if (result === null) return false;
      const { tookEffect, events } = await settle(env, transaction, result);
      await dispatch(db, queuesOf(env), events);
      return tookEffect;
    },
  );
}

async function ask(env: Bindings, transaction: TransactionRow, now: Date): Promise<ChargeResult | null> {
  const gateway = gatewayNamed(env, transaction.gateway);
  const { id: transaction_id, amount, currency } = transaction;
  if (transaction.created_at <= secondsBefore(now, abandonSeconds)) {
    return gateway.abandon({ transaction_id, amount, currency });
  }
  const result = await gateway.retrieve(transaction_id);
  return result.outcome === 'not_found' ? null : result;
}

/** The same for refunds. One that never reached the gateway is sent now: it was promised. */
export function reconcileRefunds(env: Bindings, now: Date): Promise<number> {
  const db = connect(env);
  return endAll<RefundRow>(
    (page) => listOpenRefunds(db, secondsBefore(now, openSeconds), page),
    async (refund) => {
      const { refund: after, events } = await settleRefund(env, refund, await askOfRefund(env, refund));
      await dispatch(db, queuesOf(env), events);
      return after.status !== 'PROCESSING';
    },
  );
}

async function askOfRefund(env: Bindings, refund: RefundRow): Promise<RefundResult> {
  const gateway = gatewayNamed(env, refund.gateway);
  const result = await gateway.retrieveRefund(refund.id);
  return result.outcome === 'not_found' ? gateway.refund(orderOf(refund)) : result;
}
