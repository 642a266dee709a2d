import type { Stripe } from 'stripe';

import type { SavedMethod } from '../payment-gateway.ts';

type Kept = Pick<Stripe.PaymentMethod, 'id' | 'customer' | 'card'>;

/** A payment method that a customer holds, read as a saved method; undefined if nobody holds it. */
export function savedMethodOf({ id, customer, card }: Kept): SavedMethod | undefined {
  const gateway_customer_id = typeof customer === 'string' ? customer : customer?.id;
  if (gateway_customer_id === undefined) return undefined;
  return {
    gateway_customer_id,
    gateway_token: id,
    card: card
      ? { brand: card.brand, last_four: card.last4, expiry_month: card.exp_month, expiry_year: card.exp_year }
      : null,
  };
}
