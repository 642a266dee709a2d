import type { PayableResult } from '#shared/contracts/orders.ts';
import { abandonClaim, type Claim, inProgress } from '#shared/db/idempotency.ts';
import { connect, type Database } from '#shared/db/postgres.ts';
import { currentTrace } from '#shared/http/context.ts';
import { notFound, Problem } from '#shared/http/problem.ts';
import { dependency } from '#shared/rpc.ts';

import type { Bindings } from '../../env.ts';
import type { PaymentSource } from '../../gateways/payment-gateway.ts';
import { startTransaction } from '../../store/start-transaction.ts';
import { findTransactionOf, liveStatusOf, type TransactionRow } from '../../store/transactions.ts';
import { sourceOf, type WantedSource } from './payment-source.ts';

export interface PaymentRequest extends WantedSource {
  order_id: string;
  user_id: string;
}

/** `source`: with what to charge; null where that is gone, and only an earlier attempt can have charged it. */
export interface BegunPayment {
  transaction: TransactionRow;
  source: PaymentSource | null;
}

/**
 * The claim's transaction, inserted as PROCESSING now or by an earlier attempt that died. A refusal (404, 409, 422, 503)
 * leaves nothing behind and gives the key back. Any other error keeps the claim: whether the insert took place is then
 * unknown, and the attempt that takes over will see.
 */
export async function beginPayment(env: Bindings, claim: Claim, request: PaymentRequest): Promise<BegunPayment> {
  const db = connect(env);
  try {
    const source = await sourceOf(env, request.user_id, request);
    if (!(source instanceof Problem)) return { transaction: await payableTransaction(env, db, claim, request), source };
    const earlier = await findTransactionOf(db, request.user_id, claim.resourceId);
    if (earlier) return { transaction: earlier, source: null };
    throw source;
  } catch (error) {
    if (error instanceof Problem) await abandonClaim(db, claim);
    throw error;
  }
}

async function payableTransaction(
  env: Bindings,
  db: Database,
  claim: Claim,
  request: PaymentRequest,
): Promise<TransactionRow> {
  const { order_id, user_id, payment_method_code, save_payment_method = false } = request;
  const payable = await dependency<PayableResult>(
    'orders',
    env.ORDERS_SERVICE.payable(currentTrace(), { order_id, user_id }),
  );
  if (!payable.ok) {
    // An attempt that died may have paid already: then this is its payment, not a second one.
    const earlier = await findTransactionOf(db, user_id, claim.resourceId);
    if (earlier) return earlier;
    throw notPayable(payable.code);
  }
  const { amount, currency } = payable;
  const paid = { order_id, user_id, payment_method_code, amount, currency, gateway: env.PAYMENT_GATEWAY };
  const started = await startTransaction(db, claim, { ...paid, save_payment_method });
  if ('transaction' in started) return started.transaction;
  switch (started.refused) {
    case 'order_has_live':
      throw alreadyPaying(await liveStatusOf(db, order_id));
    case 'order_closed':
      throw notPayable('order_not_payable');
    case 'method_unavailable':
      throw new Problem('payment_method_unavailable', 'Choose one of the methods that /v1/payment-methods lists.');
    case 'claim_lost':
      throw inProgress();
  }
}

function notPayable(code: (PayableResult & { ok: false })['code']): Problem {
  switch (code) {
    case 'not_found':
      return notFound('order');
    case 'order_already_paid':
      return new Problem(code, 'Nothing is left to pay for this order.');
    case 'order_not_payable':
      return new Problem(code, 'Only an order that is PENDING can be paid. Read the order to see its status.');
  }
}

function alreadyPaying(liveStatus: string | undefined): Problem {
  if (liveStatus === 'SUCCESS') return notPayable('order_already_paid');
  return new Problem('payment_in_progress', "Wait for the order's other payment to end: GET /v1/payments?order_id=…");
}
