import { Stripe } from 'stripe';
import { z } from 'zod';

import { log } from '#shared/http/log.ts';

import type { WebhookEvent } from '../payment-gateway.ts';
import { chargeResultOf } from './charge-result.ts';
import { readIntent } from './intents.ts';
import { fromMinorUnits } from './minor-units.ts';
import { refundResultOf } from './refund-result.ts';
import { failureOf } from './stripe-failure.ts';

const toleranceSeconds = 300;

const crypto = Stripe.createSubtleCryptoProvider();

/** The event of a message, if it is signed with the endpoint's secret within 5 minutes of `now`, before or after. */
export async function verified(
  stripe: Stripe,
  { body, headers }: { body: string; headers: Headers },
  { secret, now }: { secret: string; now: Date },
): Promise<Stripe.Event | null> {
  const signature = headers.get('stripe-signature') ?? '';
  // The package looks at messages that are too old only.
  const signedAt = Number(/(?:^|,)\s*t=(\d+)/.exec(signature)?.[1]);
  if (!(signedAt * 1_000 - now.getTime() <= toleranceSeconds * 1_000)) return null;
  try {
    const receivedAt = now.getTime();
    return await stripe.webhooks.constructEventAsync(body, signature, secret, toleranceSeconds, crypto, receivedAt);
  } catch (error) {
    if (error instanceof Stripe.errors.StripeSignatureVerificationError || error instanceof SyntaxError) return null;
    throw error;
  }
}

/** What an event says. `charge.refunded` says nothing that the refund's own events do not say better. */
export async function newsOf(stripe: Stripe, event: Stripe.Event): Promise<WebhookEvent['news']> {
  switch (event.type) {
    case 'payment_intent.succeeded':
    case 'payment_intent.payment_failed':
    case 'payment_intent.canceled':
    case 'payment_intent.processing':
      return newsOfIntent(stripe, event.data.object);
    case 'refund.created':
    case 'refund.updated':
    case 'refund.failed':
      return newsOfRefund(event.data.object);
    default:
      return { about: 'nothing' };
  }
}

/** Others may use the same account: what does not carry our ids is not ours. */
async function newsOfIntent(stripe: Stripe, intent: Stripe.PaymentIntent): Promise<WebhookEvent['news']> {
  const transaction_id = ourId(intent.metadata.transaction_id);
  if (transaction_id === null) return { about: 'nothing' };
  const currency = intent.currency.toUpperCase();
  const amount = fromMinorUnits(intent.status === 'succeeded' ? intent.amount_received : intent.amount, currency);
  if (amount === null) return unreadable(transaction_id);
  const result = await resultOf(stripe, intent);
  // Nothing was tried with it, so there is no news.
  if (result.outcome === 'not_found') return { about: 'nothing' };
  return { about: 'charge', transaction_id, amount, currency, result };
}

/**
 * Events name the payment method only. Where it is to be kept, the intent is read with it, so that the event settles as
 * much as the answer does; if that fails, it settles nothing.
 */
async function resultOf(stripe: Stripe, intent: Stripe.PaymentIntent) {
  if (intent.status !== 'succeeded' || intent.setup_future_usage !== 'off_session') return chargeResultOf(intent);
  try {
    return chargeResultOf(await readIntent(stripe, intent.id));
  } catch (error) {
    failureOf(error, 'read payment intent');
    return { outcome: 'unknown' as const };
  }
}

function newsOfRefund(refund: Stripe.Refund): WebhookEvent['news'] {
  const transaction_id = ourId(refund.metadata?.transaction_id);
  const refund_id = ourId(refund.metadata?.refund_id);
  if (transaction_id === null || refund_id === null) {
    log('warn', 'a refund that this shop did not ask for', { gateway: 'stripe', gateway_refund_id: refund.id });
    return { about: 'nothing' };
  }
  const currency = refund.currency.toUpperCase();
  const amount = fromMinorUnits(refund.amount, currency);
  if (amount === null) return unreadable(transaction_id);
  return { about: 'refund', refund_id, transaction_id, amount, currency, result: refundResultOf(refund) };
}

function ourId(id: string | undefined): string | null {
  return z.uuid().safeParse(id).data ?? null;
}

function unreadable(transaction_id: string): WebhookEvent['news'] {
  log('error', 'gateway tells of an amount with more than two decimals', { gateway: 'stripe', transaction_id });
  return { about: 'nothing' };
}
