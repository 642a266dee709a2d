import { connect } from '#shared/db/postgres.ts';
import { dispatch } from '#shared/events/outbox.ts';

import { type Bindings, queuesOf } from '../env.ts';
import { gatewayNamed } from '../gateways/gateways.ts';
import type { ChargeResult, RefundResult } from '../gateways/payment-gateway.ts';
import { orderOf, payBack, settleRefund } from '../refund.ts';
import { settle } from '../settle.ts';
import { listRefusedAutomaticRefunds, type RefusedRefund, startAutomaticRefund } from '../store/automatic-refund.ts';
import { putOffRefund, putOffTransaction } from '../store/checks.ts';
import { listOpenRefunds, type RefundRow } from '../store/refunds.ts';
import { listOpen, type TransactionRow } from '../store/transactions.ts';
import { endAll, openSeconds, secondsBefore } from './open.ts';

/** After this long a payment that never reached the gateway is given up. */
const abandonSeconds = 15 * 60;

/** Asks the gateway about payments that have been open for long, and settles them. Answers how many it ended. */
export function reconcile(env: Bindings, now: Date): Promise<number> {
  const db = connect(env);
  return endAll<TransactionRow>({
    list: (page) => listOpen(db, { now, before: secondsBefore(now, openSeconds) }, page),
    end: async (transaction) => {
      const result = await ask(env, transaction, now);
      if (result === null) return false;
      const { tookEffect, events } = await settle(env, transaction, result);
      await dispatch(db, queuesOf(env), events);
      return tookEffect;
    },
    putOff: ({ id }) => putOffTransaction(db, id),
  });
}

async function ask(env: Bindings, transaction: TransactionRow, now: Date): Promise<ChargeResult | null> {
  const gateway = gatewayNamed(env, transaction.gateway);
  const { id: transaction_id, amount, currency } = transaction;
  if (transaction.created_at <= secondsBefore(now, abandonSeconds)) {
    return gateway.cancel({ transaction_id, amount, currency });
  }
  const result = await gateway.retrieve({ transaction_id, amount, currency });
  return result.outcome === 'not_found' ? null : result;
}

/** The same for refunds. One that never reached the gateway is sent now: it was promised. */
export function reconcileRefunds(env: Bindings, now: Date): Promise<number> {
  const db = connect(env);
  return endAll<RefundRow>({
    list: (page) => listOpenRefunds(db, { now, before: secondsBefore(now, openSeconds) }, page),
    end: async (refund) => {
      const { refund: after, events } = await settleRefund(env, refund, await askOfRefund(env, refund));
      await dispatch(db, queuesOf(env), events);
      return after.status !== 'PROCESSING';
    },
    putOff: ({ id }) => putOffRefund(db, id),
  });
}

async function askOfRefund(env: Bindings, refund: RefundRow): Promise<RefundResult> {
  const gateway = gatewayNamed(env, refund.gateway);
  const result = await gateway.retrieveRefund(orderOf(refund));
  return result.outcome === 'not_found' ? gateway.refund(orderOf(refund)) : result;
}

/** Tries once more what a gateway has refused to pay back for a cancelled order. Answers how much now went or is on its way. */
export function retryAutomaticRefunds(env: Bindings, now: Date): Promise<number> {
  const db = connect(env);
  return endAll<RefusedRefund>({
    list: (page) => listRefusedAutomaticRefunds(db, now, page),
    end: async ({ order_id }) => {
      const refund = await startAutomaticRefund(db, order_id);
      if (!refund) return false;
      const { refund: after, events } = await payBack(env, refund);
      await dispatch(db, queuesOf(env), events);
      return after.status !== 'FAILED';
    },
    // One more refusal puts it off by itself.
    putOff: async () => {},
  });
}
