import type { PaymentGateway } from '../payment-gateway.ts';
import { cancel, charge, retrieve } from './charges.ts';
import { refund, retrieveRefund } from './refunds.ts';
import { accepts, forgetMethod, saveMethod } from './saving.ts';
import { type StripeAccess, stripeClient } from './stripe-client.ts';
import { isTestKey } from './test-key.ts';
import { newsOf, verified } from './webhooks.ts';

/** Stripe as payments sees it. Nothing of it is kept here: keys and metadata at Stripe carry our ids. */
export function stripeGateway(access: StripeAccess): PaymentGateway {
  const stripe = stripeClient(access);
  const is_test = isTestKey(access.secret_key);
  return {
    name: 'stripe',
    accepts: (token, method_code) => accepts(stripe, { token, method_code, is_test }),
    charge: (wanted) => charge(stripe, wanted),
    retrieve: (payment) => retrieve(stripe, payment),
    cancel: (payment) => cancel(stripe, payment),
    refund: (order) => refund(stripe, order),
    retrieveRefund: (order) => retrieveRefund(stripe, order),
    saveMethod: (order) => saveMethod(stripe, order),
    forgetMethod: (reference) => forgetMethod(stripe, reference),
    verifyWebhook: async (message, now) => {
      const event = await verified(stripe, message, { secret: access.webhook_secret, now });
      return event && { id: event.id, type: event.type, news: await newsOf(stripe, event) };
    },
  };
}
