import { connect } from '#shared/db/postgres.ts';
import { dispatch } from '#shared/events/outbox.ts';
import { describeError, log } from '#shared/http/log.ts';

import { type Bindings, queuesOf } from '../env.ts';
import { gatewayNamed } from '../gateways/gateways.ts';
import type { ChargeResult } from '../gateways/payment-gateway.ts';
import { settle } from '../settle.ts';
import { listOpen, type TransactionRow } from '../store/transactions.ts';

/** After this long the request that started the payment is gone, and the gateway is asked. */
const openSeconds = 60;
/** After this long a payment that never reached the gateway is given up. */
const abandonSeconds = 15 * 60;
const pageSize = 50;

/** Asks the gateway about payments that have been open for long, and settles them. Answers how many it ended. */
export async function reconcile(env: Bindings, now: Date): Promise<number> {
  let settled = 0;
  let last: TransactionRow | undefined;
  for (;;) {
    const open = await listOpen(connect(env), secondsBefore(now, openSeconds), { limit: pageSize, after: last });
    for (const transaction of open) settled += await reconcileOne(env, transaction, now);
    last = open.at(-1);
    if (open.length < pageSize) return settled;
  }
}

/** Whatever stands in the way of one payment does not stop the others: the next sweep tries it again. */
async function reconcileOne(env: Bindings, transaction: TransactionRow, now: Date): Promise<number> {
  try {
    const result = await ask(env, transaction, now);
    if (result === null) return 0;
    const { events } = await settle(env, transaction, result);
    if (events.length > 0) await dispatch(connect(env), queuesOf(env), events);
    return events.length;
  } catch (error) {
    log('error', 'payment not reconciled', { transaction_id: transaction.id, ...describeError(error) });
    return 0;
  }
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

function secondsBefore(now: Date, seconds: number): Date {
  return new Date(now.getTime() - seconds * 1_000);
}
