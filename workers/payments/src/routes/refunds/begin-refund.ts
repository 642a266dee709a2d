import { abandonClaim, type Claim, inProgress } from '#shared/db/idempotency.ts';
import type { Database } from '#shared/db/postgres.ts';
import { fromCents, toCents } from '#shared/money/money.ts';
import { invalid, notFound, Problem } from '#shared/http/problem.ts';

import type { RefundRow } from '../../store/refunds.ts';
import { startRefund, type WantedRefund } from '../../store/start-refund.ts';
import type { TransactionRow } from '../../store/transactions.ts';

/**
 * The claim's refund, inserted as PROCESSING now or by an earlier attempt that died. A refusal (404, 409, 422) leaves
 * nothing behind and gives the key back. Any other error keeps the claim: whether the insert took place is then unknown,
 * and the attempt that takes over will see.
 */
export async function beginRefund(db: Database, claim: Claim, wanted: WantedRefund): Promise<RefundRow> {
  const started = await startRefund(db, claim, wanted);
  if ('refused' in started) throw inProgress();
  if (started.refund) return started.refund;
  await abandonClaim(db, claim);
  throw refusalOf(started.transaction, wanted);
}

function refusalOf(transaction: TransactionRow | undefined, wanted: WantedRefund): Problem {
  if (!transaction) return notFound('transaction');
  const { status, amount, refund_amount, currency } = transaction;
  if (status !== 'SUCCESS' && status !== 'REFUNDED') {
    return new Problem('not_refundable', `The payment is ${status}: only one that succeeded can be refunded.`);
  }
  const left = toCents(amount) - toCents(refund_amount ?? '0.00');
  if (wanted.restock && wanted.amount !== null && toCents(wanted.amount) < left) {
    const message = 'Stock goes back with all that is left only: leave out the amount, or restock.';
    return invalid([{ pointer: '/restock', code: 'partial_refund', message }]);
  }
  return new Problem('refund_exceeds_payment', `${fromCents(left)} ${currency} of the payment is left to refund.`, {
    members: { refundable_amount: fromCents(left) },
  });
}
