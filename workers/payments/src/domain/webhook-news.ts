import { z } from 'zod';

import type { ChargeResult, WebhookEvent } from '../gateways/payment-gateway.ts';
import { failureReasons } from './failure-reasons.ts';
import { storableResponse } from './gateway-response.ts';

/** What a webhook says of a payment. */
export type News = WebhookEvent['news'];

const response = z.unknown();

const StoredCharge = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('succeeded'), gateway_transaction_id: z.string(), response }),
  z.object({
    outcome: z.literal('declined'),
    reason: z.enum(failureReasons),
    gateway_transaction_id: z.string().nullable(),
    response,
  }),
  z.object({ outcome: z.literal('pending'), gateway_transaction_id: z.string(), response }),
  z.object({ outcome: z.literal('unknown') }),
]);

const StoredRefund = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('succeeded'), gateway_refund_id: z.string() }),
  z.object({ outcome: z.literal('failed'), gateway_refund_id: z.string().nullable(), reason: z.string() }),
  z.object({ outcome: z.literal('pending'), gateway_refund_id: z.string() }),
  z.object({ outcome: z.literal('unknown') }),
]);

const About = z.object({ transaction_id: z.string(), amount: z.string(), currency: z.string() });

/** Reads back what `storableNews` made. */
export const StoredNews = z.discriminatedUnion('about', [
  About.extend({ about: z.literal('charge'), result: StoredCharge }),
  About.extend({ about: z.literal('refund'), refund_id: z.string().nullable(), result: StoredRefund }),
  z.object({ about: z.literal('nothing') }),
]) satisfies z.ZodType<News>;

/** The news as `webhook_events.payload` keeps them: bounded, without secrets, and all that is needed to apply them later. */
export function storableNews(news: News): News {
  return news.about === 'charge' ? { ...news, result: storableCharge(news.result) } : news;
}

function storableCharge(result: ChargeResult): ChargeResult {
  if (result.outcome === 'unknown') return result;
  const stored = { ...result, response: storableResponse(result.response) };
  if (stored.outcome === 'succeeded') delete stored.saved;
  return stored;
}
