import type { Stripe } from 'stripe';

import { log } from '#shared/http/log.ts';

import type { ChargeResult, FailureReason, SavedMethod } from '../payment-gateway.ts';
import { savedMethodOf } from './saved-method.ts';

/** What of a payment intent tells of a payment. */
interface Intent extends Pick<
  Stripe.PaymentIntent,
  'id' | 'status' | 'amount' | 'amount_received' | 'currency' | 'latest_charge' | 'livemode' | 'cancellation_reason'
> {
  last_payment_error: Refusal | null;
  setup_future_usage: string | null;
  payment_method: string | Stripe.PaymentMethod | null;
}

/** What a bank or Stripe gives as its reason. */
interface Refusal {
  type: string;
  code?: string | undefined;
  decline_code?: string | undefined;
}

/**
 * A payment intent, read as a payment's result. `not_found`: nothing was ever tried with it. `requires_action` and
 * `requires_capture` are never asked for and move no money by themselves: they stay open until they are cancelled.
 */
export function chargeResultOf(intent: Intent): ChargeResult | { outcome: 'not_found' } {
  const gateway_transaction_id = intent.id;
  const response = shownOf(intent);
  switch (intent.status) {
    case 'succeeded':
      return { outcome: 'succeeded', gateway_transaction_id, response, saved: keptBy(intent) };
    case 'canceled':
      return { outcome: 'declined', reason: reasonOf(intent.last_payment_error), gateway_transaction_id, response };
    case 'requires_payment_method':
      if (!intent.last_payment_error) return { outcome: 'not_found' };
      return { outcome: 'declined', reason: reasonOf(intent.last_payment_error), gateway_transaction_id, response };
    case 'requires_confirmation':
      return { outcome: 'not_found' };
    case 'processing':
    case 'requires_action':
    case 'requires_capture':
      return { outcome: 'pending', gateway_transaction_id, response };
    default:
      // Stripe may add statuses: what is not known to have ended is open.
      log('error', 'gateway gives a payment an unknown status', { gateway: 'stripe', status: intent.status });
      return { outcome: 'pending', gateway_transaction_id, response };
  }
}

/** See docs.stripe.com/declines/codes. What is not the card's fault, and a payment that nobody tried, is the gateway's. */
export function reasonOf(refusal: Refusal | null): FailureReason {
  if (refusal === null) return 'gateway_error';
  // The package has an empty code where Stripe gives none.
  switch (refusal.decline_code || refusal.code) {
    case 'insufficient_funds':
    case 'card_velocity_exceeded':
    case 'withdrawal_count_limit_exceeded':
      return 'insufficient_funds';
    case 'expired_card':
      return 'expired_card';
    case 'processing_error':
    case 'issuer_not_available':
    case 'reenter_transaction':
      return 'gateway_error';
    default:
      return isOfTheCard(refusal) ? 'card_declined' : 'gateway_error';
  }
}

/** An authentication that failed, or that nobody can give here, is the card's refusal, however Stripe files it. */
function isOfTheCard({ type, code, decline_code }: Refusal): boolean {
  return type === 'card_error' || Boolean(decline_code) || code?.includes('authentication') === true;
}

/** What of an intent is worth keeping: no secret, nothing that charges, no text of Stripe's. */
function shownOf(intent: Intent): Record<string, unknown> {
  const { id, status, amount, amount_received, currency, latest_charge, livemode, last_payment_error } = intent;
  return {
    id,
    status,
    amount,
    amount_received,
    currency,
    latest_charge: typeof latest_charge === 'string' ? latest_charge : (latest_charge?.id ?? null),
    livemode,
    cancellation_reason: intent.cancellation_reason,
    failure: last_payment_error && {
      type: last_payment_error.type,
      code: last_payment_error.code,
      decline_code: last_payment_error.decline_code,
    },
  };
}

function keptBy({ setup_future_usage, payment_method }: Intent): SavedMethod | undefined {
  if (setup_future_usage !== 'off_session' || payment_method === null) return undefined;
  return typeof payment_method === 'string' ? undefined : savedMethodOf(payment_method);
}
