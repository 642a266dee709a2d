import { Stripe } from 'stripe';

import { log } from '#shared/http/log.ts';

/**
 * How a request to Stripe came to nothing. `declined`: a bank said no. `refused`: Stripe looked at it and did nothing.
 * `silent`: it may have been carried out or not, because no answer came, or one that says nothing about that: the same
 * request is still running (409), too many at once (429), a key that is not let in now but may have been before (401).
 */
export type StripeFailure =
  | { kind: 'declined'; error: InstanceType<typeof Stripe.errors.StripeCardError> }
  | { kind: 'refused'; code: string }
  | { kind: 'silent' };

/** Throws what is no answer of Stripe's at all, which is a mistake of ours. */
export function failureOf(error: unknown, request: string): StripeFailure {
  if (!(error instanceof Stripe.errors.StripeError)) throw error;
  if (error instanceof Stripe.errors.StripeCardError) return { kind: 'declined', error };
  const isRefusal = error instanceof Stripe.errors.StripeInvalidRequestError;
  // Not the message: it can name a payment method.
  const { type, code, param, statusCode: status, requestId } = error;
  log(isRefusal ? 'warn' : 'error', isRefusal ? 'gateway refuses a request' : 'gateway does not answer', {
    gateway: 'stripe',
    request,
    type,
    code,
    param,
    status,
    gateway_request_id: requestId,
  });
  return isRefusal ? { kind: 'refused', code: code ?? 'refused' } : { kind: 'silent' };
}
