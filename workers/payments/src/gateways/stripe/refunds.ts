import type { Stripe } from 'stripe';

import type { RefundOrder, RefundResult } from '../payment-gateway.ts';
import { ageInHours, keyHours } from './id-age.ts';
import { toMinorUnits } from './minor-units.ts';
import { refundResultOf } from './refund-result.ts';
import { failureOf } from './stripe-failure.ts';

export async function refund(stripe: Stripe, order: RefundOrder): Promise<RefundResult> {
  const { refund_id, transaction_id, gateway_transaction_id: payment_intent } = order;
  const amount = toMinorUnits(order.amount, order.currency);
  if (payment_intent === null) return failed('no_charge');
  if (amount === null) return failed('no_such_amount');
  try {
    const earlier = ageInHours(refund_id, new Date()) < keyHours ? undefined : await find(stripe, order);
    const made =
      earlier ??
      (await stripe.refunds.create(
        { payment_intent, amount, metadata: { refund_id, transaction_id } },
        { idempotencyKey: refund_id },
      ));
    return refundResultOf(made);
  } catch (error) {
    const failure = failureOf(error, 'refund');
    switch (failure.kind) {
      case 'declined':
        return failed(failure.error.code ?? 'declined');
      case 'refused':
        return failed(failure.code);
      case 'silent':
        return { outcome: 'unknown' };
    }
  }
}

export async function retrieveRefund(
  stripe: Stripe,
  order: RefundOrder,
): Promise<RefundResult | { outcome: 'not_found' }> {
  try {
    const found = await find(stripe, order);
    return found ? refundResultOf(found) : { outcome: 'not_found' };
  } catch (error) {
    return { outcome: failureOf(error, 'list refunds').kind === 'silent' ? 'unknown' : 'not_found' };
  }
}

/** Lists are up to date, unlike searches. */
async function find(stripe: Stripe, order: RefundOrder): Promise<Stripe.Refund | undefined> {
  const { refund_id, gateway_transaction_id: payment_intent } = order;
  if (payment_intent === null) return undefined;
  for await (const made of stripe.refunds.list({ payment_intent, limit: 100 })) {
    if (made.metadata?.refund_id === refund_id) return made;
  }
  return undefined;
}

function failed(reason: string): RefundResult {
  return { outcome: 'failed', gateway_refund_id: null, reason };
}
