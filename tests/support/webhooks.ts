import { createHmac, randomUUID } from 'node:crypto';

import { expect } from 'vitest';

import { type Answer, api } from './client.ts';
import { sqlOf } from './databases.ts';
import { newPayment, type Paid, transaction } from './payments.ts';

const payments = sqlOf('payments');

export const webhookPath = '/v1/payments/webhooks/sandbox';
export const webhookSecret = 'whsec_sandbox_local';

export interface WebhookMessage {
  id: string;
  type: string;
  created: number;
  data: Record<string, unknown>;
}

/** What the sandbox would tell of a payment (as the API shows it); a new event unless `change` names one. */
export function messageOf(
  payment: Answer['body'],
  type = 'payment.succeeded',
  { id = `evt_${randomUUID()}`, ...data }: { id?: string } & Record<string, unknown> = {},
): WebhookMessage {
  const { id: transaction_id, amount, currency } = payment;
  const told = { transaction_id, gateway_transaction_id: `sandbox_${randomUUID()}`, amount, currency };
  return { id, type, created: Math.floor(Date.now() / 1_000), data: { ...told, ...data } };
}

/** The header for a body: signed now, with the right secret, unless told otherwise. */
export function signed(body: string, { secret = webhookSecret, secondsAgo = 0 } = {}): Record<string, string> {
  const timestamp = Math.floor(Date.now() / 1_000) - secondsAgo;
  const hmac = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
  return { 'sandbox-signature': `t=${timestamp},v1=${hmac}` };
}

/** Sends a webhook as the sandbox would, signed. */
export function send(message: WebhookMessage | string, headers: Record<string, string> = {}): Promise<Answer> {
  const body = typeof message === 'string' ? message : JSON.stringify(message);
  return api('POST', webhookPath, { body, headers: { ...signed(body), ...headers } });
}

/** The same, and it is acknowledged. */
export async function accept(message: WebhookMessage): Promise<void> {
  const { status, body } = await send(message);
  expect({ status, body }).toEqual({ status: 200, body: { received: true } });
}

/** A payment whose outcome only a webhook or reconciliation brings. */
export async function newOpenPayment(productId: string): Promise<Paid> {
  const paid = await newPayment(productId, 'tok_timeout');
  expect(paid.payment.status).toBe('PROCESSING');
  return paid;
}

/** Nothing has happened to a payment that was open. */
export async function expectOpen({ id }: { id: string }): Promise<void> {
  expect(await transaction(id)).toMatchObject({ status: 'PROCESSING', processed_at: null, refunds: [] });
  expect(await toldOf(id)).toEqual([]);
}

/** What the inbox holds of an event. */
export async function kept({ id }: { id: string }): Promise<Record<string, unknown>[]> {
  return payments`
    SELECT status::text, reason, attempts, settled_at IS NOT NULL AS is_settled FROM webhook_events
     WHERE gateway = 'sandbox' AND event_id = ${id}`;
}

/** What the inbox holds of a transaction's events. */
export function keptOf(transactionId: string): Promise<Record<string, unknown>[]> {
  return payments`
    SELECT type, status::text, reason FROM webhook_events WHERE payload->>'transaction_id' = ${transactionId}
     ORDER BY received_at`;
}

/** As if the pause before an event's next attempt were over. */
export async function makeDue({ id }: { id: string }): Promise<void> {
  await payments`UPDATE webhook_events SET next_attempt_at = now() - interval '1 second' WHERE event_id = ${id}`;
}

/** The types of what payments has told of a transaction, the first one first. */
export async function toldOf(transactionId: string): Promise<unknown[]> {
  const rows = await payments`SELECT type FROM outbox WHERE subject_id = ${transactionId} ORDER BY created_at, id`;
  return rows.map(({ type }) => type);
}
