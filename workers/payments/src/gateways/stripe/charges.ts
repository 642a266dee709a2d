import type { Stripe } from 'stripe';

import { log } from '#shared/http/log.ts';

import type { Charge, ChargeResult, Payment } from '../payment-gateway.ts';
import { chargeResultOf, reasonOf } from './charge-result.ts';
import { customerOf } from './customers.ts';
import { cancelIntent, confirmIntent, intentOf, isTooOldToBegin, readIntent } from './intents.ts';
import { typesOf } from './methods.ts';
import { failureOf } from './stripe-failure.ts';

/**
 * Two requests on purpose: the first makes an intent, the second charges it. So `cancel` can make or find the same intent
 * and end it, and a charge that is still on its way is refused by Stripe.
 */
export async function charge(stripe: Stripe, wanted: Charge): Promise<ChargeResult> {
  if (isTooOldToBegin(wanted)) return cancel(stripe, wanted);
  const found = await intentOf(stripe, wanted);
  if (found.id === null) return found.why === 'absent' ? neverCharged(wanted) : { outcome: 'unknown' };
  try {
    return closed(await confirm(stripe, found.id, wanted));
  } catch (error) {
    const failure = failureOf(error, 'charge');
    switch (failure.kind) {
      case 'declined':
        return declined(failure.error, found.id);
      case 'silent':
        return { outcome: 'unknown' };
      case 'refused':
        // Either the intent has ended before, or Stripe cannot use what it was sent: then it ends now.
        return end(stripe, found.id);
    }
  }
}

async function confirm(stripe: Stripe, id: string, wanted: Charge): Promise<Stripe.PaymentIntent> {
  const { transaction_id, user_id, method_code, source, save } = wanted;
  const isSaved = 'saved' in source;
  const customer = isSaved ? source.saved.gateway_customer_id : save ? await customerOf(stripe, user_id) : null;
  // What is saved can only be charged to the customer that holds it.
  if (customer !== null) await stripe.paymentIntents.update(id, { customer });
  return confirmIntent(
    stripe,
    { id, transaction_id },
    {
      payment_method: isSaved ? source.saved.gateway_token : source.token,
      types: typesOf(method_code) ?? [],
      off_session: isSaved,
      save: save && !isSaved,
    },
  );
}

/** Never charges. An intent that this has to make to find out is left unconfirmed. */
export async function retrieve(stripe: Stripe, payment: Payment): Promise<ChargeResult | { outcome: 'not_found' }> {
  const found = await intentOf(stripe, payment);
  if (found.id === null) return found.why === 'absent' ? neverCharged(payment) : { outcome: 'unknown' };
  try {
    return chargeResultOf(await readIntent(stripe, found.id));
  } catch (error) {
    failureOf(error, 'read payment intent');
    return { outcome: 'unknown' };
  }
}

export async function cancel(stripe: Stripe, payment: Payment): Promise<ChargeResult> {
  const found = await intentOf(stripe, payment);
  if (found.id === null) return found.why === 'absent' ? neverCharged(payment) : { outcome: 'unknown' };
  return end(stripe, found.id);
}

async function end(stripe: Stripe, id: string): Promise<ChargeResult> {
  try {
    const intent = await cancelIntent(stripe, id);
    return intent === null ? { outcome: 'unknown' } : closed(intent);
  } catch (error) {
    failureOf(error, 'read payment intent');
    return { outcome: 'unknown' };
  }
}

/** An intent that was confirmed or cancelled, and is neither for all that is known: reconciliation asks again. */
function closed(intent: Stripe.PaymentIntent): ChargeResult {
  const result = chargeResultOf(intent);
  return result.outcome === 'not_found' ? { outcome: 'unknown' } : result;
}

function declined(error: InstanceType<typeof Stripe.errors.StripeCardError>, id: string): ChargeResult {
  const refusal = { type: 'card_error', code: error.code, decline_code: error.decline_code };
  return {
    outcome: 'declined',
    reason: reasonOf(refusal),
    gateway_transaction_id: id,
    response: { id, status: error.payment_intent?.status ?? null, failure: refusal },
  };
}

/** Stripe refuses to make such an intent, or the currency has no such amount, or it is too late to make one. */
function neverCharged({ transaction_id, amount, currency }: Payment): ChargeResult {
  log('error', 'gateway cannot take a payment', { gateway: 'stripe', transaction_id, amount, currency });
  const response = { failure: { code: 'not_chargeable', amount, currency } };
  return { outcome: 'declined', reason: 'gateway_error', gateway_transaction_id: null, response };
}
