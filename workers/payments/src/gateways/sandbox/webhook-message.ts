import { uuidv7 } from 'uuidv7';
import { z } from 'zod';

import { MoneyInput } from '#shared/money/schema.ts';

import { failureReasons } from '../../domain/failure-reasons.ts';
import type { WebhookEvent } from '../payment-gateway.ts';
import type { ChargeRow } from './charge-book.ts';
import type { RefundRow } from './refund-book.ts';

/** Visible ASCII. */
const name = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[\x21-\x7e]+$/);

/** `created` is for people to read: nothing is decided by it. */
const Envelope = z.object({ id: name(255), type: name(100), created: z.unknown().optional() });

const About = z.object({
  transaction_id: z.guid(),
  gateway_transaction_id: name(255),
  amount: MoneyInput,
  currency: z.string().regex(/^[A-Z]{3}$/),
});

const Succeeded = Envelope.extend({ data: About });
const Failed = Envelope.extend({ data: About.extend({ failure_reason: z.enum(failureReasons).nullish() }) });
const Refunded = Envelope.extend({
  data: About.extend({ refund_id: z.guid().nullish(), gateway_refund_id: name(255).nullish() }),
});

/** The body of a webhook, as the sandbox writes it. */
export interface WebhookMessage {
  id: string;
  type: 'payment.succeeded' | 'payment.failed' | 'refund.succeeded';
  /** Seconds since 1970. */
  created: number;
  data: {
    transaction_id: string;
    gateway_transaction_id: string;
    amount: string;
    currency: string;
    failure_reason?: string;
    refund_id?: string;
    gateway_refund_id?: string;
  };
}

/** The message about a charge that has ended, or will have ended when it is sent: at `settles_at`. */
export function messageOfCharge(charge: ChargeRow): WebhookMessage {
  const { id: gateway_transaction_id, transaction_id, amount, currency, failure_reason, settles_at } = charge;
  const about = { transaction_id, gateway_transaction_id, amount, currency };
  return failure_reason === null
    ? message('payment.succeeded', settles_at, about)
    : message('payment.failed', settles_at, { ...about, failure_reason });
}

/** The same for a refund that has been paid back. */
export function messageOfRefund(refund: RefundRow, gateway_transaction_id: string): WebhookMessage {
  const { id: gateway_refund_id, refund_id, transaction_id, amount, currency, settles_at } = refund;
  const about = { transaction_id, gateway_transaction_id, amount, currency };
  return message('refund.succeeded', settles_at, { ...about, refund_id, gateway_refund_id });
}

function message(type: WebhookMessage['type'], at: number, data: WebhookMessage['data']): WebhookMessage {
  return { id: `evt_${uuidv7()}`, type, created: Math.floor(at / 1_000), data };
}

/** The event of a signed body. Throws a SyntaxError for what is not JSON and a ZodError for what is of no known shape. */
export function readWebhook(body: string): WebhookEvent {
  const json: unknown = JSON.parse(body);
  const { id, type } = Envelope.parse(json);
  return { id, type, news: newsOf(type, json) };
}

function newsOf(type: string, json: unknown): WebhookEvent['news'] {
  switch (type) {
    case 'payment.succeeded': {
      const response = Succeeded.parse(json);
      const { gateway_transaction_id, ...paid } = response.data;
      return { about: 'charge', ...paid, result: { outcome: 'succeeded', gateway_transaction_id, response } };
    }
    case 'payment.failed': {
      const response = Failed.parse(json);
      const { gateway_transaction_id, failure_reason, ...paid } = response.data;
      const reason = failure_reason ?? 'gateway_error';
      return { about: 'charge', ...paid, result: { outcome: 'declined', reason, gateway_transaction_id, response } };
    }
    case 'refund.succeeded': {
      const { id, data } = Refunded.parse(json);
      const { transaction_id, amount, currency, refund_id = null, gateway_refund_id } = data;
      const result = { outcome: 'succeeded', gateway_refund_id: gateway_refund_id ?? id } as const;
      return { about: 'refund', refund_id, transaction_id, amount, currency, result };
    }
    default:
      return { about: 'nothing' };
  }
}
