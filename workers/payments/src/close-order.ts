import type { PaymentsApi } from '#shared/contracts/payments.ts';
import { connect } from '#shared/db/postgres.ts';
import { dispatch } from '#shared/events/outbox.ts';

import { type Bindings, queuesOf } from './env.ts';
import { gatewayNamed } from './gateways/gateways.ts';
import { settle } from './settle.ts';
import { closeUnlessPaid } from './store/closed-orders.ts';
import { selectTransaction } from './store/transactions.ts';

/** A payment that fails may be followed by another one at once; whoever pays that often may go on. */
const attempts = 3;

/** See `PaymentsApi.closeOrder`. */
export async function closeOrder(
  env: Bindings,
  { order_id }: { order_id: string },
): ReturnType<PaymentsApi['closeOrder']> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const closed = await closeUnlessPaid(connect(env), order_id);
    if (closed.outcome !== 'open') return { outcome: closed.outcome };
    if (!(await endPayment(env, closed.transaction_id))) break;
  }
  return { outcome: 'in_progress' };
}

/** Has the gateway say what came of the payment, or never take it. Whether it has ended. */
async function endPayment(env: Bindings, transactionId: string): Promise<boolean> {
  const db = connect(env);
  const [transaction] = await selectTransaction(db, transactionId);
  if (!transaction) throw new Error(`Transaction ${transactionId} is gone.`);
  const { id: transaction_id, amount, currency } = transaction;
  const result = await gatewayNamed(env, transaction.gateway).cancel({ transaction_id, amount, currency });
  const settled = await settle(env, transaction, result);
  await dispatch(db, queuesOf(env), settled.events);
  return settled.transaction.status !== 'PROCESSING' && settled.transaction.status !== 'PENDING';
}
