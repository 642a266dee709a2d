import type { Stripe } from 'stripe';

import type { SavedMethodReference, SaveOrder, SaveResult, TokenCheck } from '../payment-gateway.ts';
import { reasonOf } from './charge-result.ts';
import { customerOf } from './customers.ts';
import { chargeableTypes, fits, isPaymentMethodId, isTestCard, typesOf } from './methods.ts';
import { savedMethodOf } from './saved-method.ts';
import { failureOf } from './stripe-failure.ts';

/** Asks Stripe whether it knows a payment method. If it does not answer, the charge will tell. */
export async function accepts(
  stripe: Stripe,
  { token, method_code, is_test }: { token: string; method_code: string; is_test: boolean },
): Promise<TokenCheck> {
  if (!typesOf(method_code)) return 'method_unsupported';
  if (!isPaymentMethodId(token)) return 'unknown_token';
  if (isTestCard(token)) return is_test ? 'accepted' : 'unknown_token';
  try {
    const paymentMethod = await stripe.paymentMethods.retrieve(token);
    return fits(paymentMethod, method_code) ? 'accepted' : 'unknown_token';
  } catch (error) {
    return failureOf(error, 'read payment method').kind === 'silent' ? 'accepted' : 'unknown_token';
  }
}

export async function saveMethod(stripe: Stripe, order: SaveOrder): Promise<SaveResult> {
  try {
    const customer = order.gateway_customer_id ?? (await customerOf(stripe, order.user_id));
    return saveResultOf(await setUp(stripe, order, customer));
  } catch (error) {
    const failure = failureOf(error, 'save payment method');
    switch (failure.kind) {
      case 'declined': {
        const { code, decline_code } = failure.error;
        return { outcome: 'declined', reason: reasonOf({ type: 'card_error', code, decline_code }) };
      }
      case 'refused':
        return { outcome: 'declined', reason: 'gateway_error' };
      case 'silent':
        return { outcome: 'unknown' };
    }
  }
}

function setUp(
  stripe: Stripe,
  { saved_payment_method_id, token, method_code }: SaveOrder,
  customer: string,
): Promise<Stripe.SetupIntent> {
  return stripe.setupIntents.create(
    {
      confirm: true,
      customer,
      payment_method: token,
      usage: 'off_session',
      allowed_payment_method_types: typesOf(method_code) ?? chargeableTypes,
      metadata: { saved_payment_method_id },
      expand: ['payment_method'],
    },
    { idempotencyKey: `save-${saved_payment_method_id}` },
  );
}

/** A bank that wants to see the shopper first declines: there is no page to send anybody to. */
export function saveResultOf(
  intent: Pick<Stripe.SetupIntent, 'status' | 'payment_method' | 'last_setup_error'>,
): SaveResult {
  switch (intent.status) {
    case 'succeeded': {
      const { payment_method } = intent;
      const saved = payment_method && typeof payment_method !== 'string' ? savedMethodOf(payment_method) : undefined;
      return saved ? { outcome: 'saved', saved } : { outcome: 'unknown' };
    }
    case 'requires_action':
      return { outcome: 'declined', reason: 'card_declined' };
    case 'requires_payment_method':
    case 'canceled':
      return { outcome: 'declined', reason: reasonOf(intent.last_setup_error) };
    default:
      return { outcome: 'unknown' };
  }
}

export async function forgetMethod(stripe: Stripe, { gateway_token }: SavedMethodReference): Promise<boolean> {
  try {
    await stripe.paymentMethods.detach(gateway_token);
    return true;
  } catch (error) {
    if (failureOf(error, 'forget payment method').kind !== 'refused') return false;
    return isForgotten(stripe, gateway_token);
  }
}

/** Stripe refuses to detach what nobody holds. */
async function isForgotten(stripe: Stripe, id: string): Promise<boolean> {
  try {
    const { customer } = await stripe.paymentMethods.retrieve(id);
    return customer === null;
  } catch (error) {
    return failureOf(error, 'read payment method').kind === 'refused';
  }
}
