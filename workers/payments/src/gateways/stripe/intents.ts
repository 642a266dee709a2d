import type { Stripe } from 'stripe';

import type { Payment } from '../payment-gateway.ts';
import { ageInHours, keyHours, searchHours } from './id-age.ts';
import { chargeableTypes } from './methods.ts';
import { toMinorUnits } from './minor-units.ts';
import { failureOf } from './stripe-failure.ts';

/** Where an intent was looked for. `absent`: there is none, and none will be made. `unknown`: nobody can say now. */
export type FoundIntent = { id: string } | { id: null; why: 'absent' | 'unknown' };

const expand = ['payment_method'];

/** Whether a payment is so old that nothing may be begun for it: Stripe would no longer know it for the same. */
export function isTooOldToBegin({ transaction_id }: Payment): boolean {
  return ageInHours(transaction_id, new Date()) >= keyHours;
}

/**
 * The one intent of a payment, made if there is none: an intent that nobody confirms charges nothing. Made rather than
 * searched for, because Stripe's search is behind by a minute, and a repeated key is not. All that is sent follows from
 * the payment alone, as a key may be repeated with the same request only. An old payment's is searched for, never made.
 */
export async function intentOf(stripe: Stripe, payment: Payment): Promise<FoundIntent> {
  const { transaction_id, currency } = payment;
  const age = ageInHours(transaction_id, new Date());
  const amount = toMinorUnits(payment.amount, currency);
  // No intent was made for an amount that does not exist.
  if (amount === null) return { id: null, why: 'absent' };
  try {
    if (age < keyHours) return await makeIntent(stripe, { transaction_id, currency, amount });
    const query = `metadata['transaction_id']:'${transaction_id}'`;
    const { data } = await stripe.paymentIntents.search({ query, limit: 1 });
    const [found] = data;
    if (found) return { id: found.id };
    return { id: null, why: age < searchHours ? 'unknown' : 'absent' };
  } catch (error) {
    const { kind } = failureOf(error, 'find payment intent');
    // What Stripe refuses to make does not exist. What it refuses to search for may.
    return { id: null, why: kind === 'refused' && age < keyHours ? 'absent' : 'unknown' };
  }
}

function makeIntent(
  stripe: Stripe,
  { transaction_id, currency, amount }: { transaction_id: string; currency: string; amount: number },
): Promise<{ id: string }> {
  return stripe.paymentIntents.create(
    {
      amount,
      currency: currency.toLowerCase(),
      allowed_payment_method_types: chargeableTypes,
      metadata: { transaction_id },
    },
    { idempotencyKey: transaction_id },
  );
}

/** An intent as it is now. What a repeated key answers is the intent as it was when it was made. */
export function readIntent(stripe: Stripe, id: string): Promise<Stripe.PaymentIntent> {
  return stripe.paymentIntents.retrieve(id, { expand });
}

/** Cancels an intent; one that is being confirmed, or has ended, stays as it is. Answers it as it is then. */
export async function cancelIntent(stripe: Stripe, id: string): Promise<Stripe.PaymentIntent | null> {
  try {
    return await stripe.paymentIntents.cancel(id, { cancellation_reason: 'abandoned', expand });
  } catch (error) {
    const { kind } = failureOf(error, 'cancel payment intent');
    return kind === 'refused' ? await readIntent(stripe, id) : null;
  }
}

export interface Confirmation {
  payment_method: string;
  types: string[];
  /** The shopper is not there to authenticate, and pays with what is saved. */
  off_session: boolean;
  save: boolean;
}

/**
 * Charges, at most once. Where a bank wants to see the shopper first, the payment is declined: the shop has no page to
 * send anybody to. A 402 throws a StripeCardError.
 */
export function confirmIntent(
  stripe: Stripe,
  { id, transaction_id }: { id: string; transaction_id: string },
  { payment_method, types, off_session, save }: Confirmation,
): Promise<Stripe.PaymentIntent> {
  return stripe.paymentIntents.confirm(
    id,
    {
      payment_method,
      allowed_payment_method_types: types,
      ...(off_session ? { off_session } : { error_on_requires_action: true }),
      ...(save ? { setup_future_usage: 'off_session' } : {}),
      expand,
    },
    { idempotencyKey: `${transaction_id}-confirm` },
  );
}
