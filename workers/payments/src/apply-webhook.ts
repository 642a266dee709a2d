import { z } from 'zod';

import { violates } from '#shared/db/errors.ts';
import { connect } from '#shared/db/postgres.ts';
import { dispatch } from '#shared/events/outbox.ts';
import { describeError, log } from '#shared/http/log.ts';

import { refundMeant } from './domain/refund-meant.ts';
import type { News } from './domain/webhook-news.ts';
import { type Bindings, queuesOf } from './env.ts';
import { settleRefund } from './refund.ts';
import { settle } from './settle.ts';
import { selectRefundsOf } from './store/refunds.ts';
import { selectTransaction, type TransactionRow } from './store/transactions.ts';
import { endWebhook, putOffWebhook, type WebhookKey, type WebhookStatus } from './store/webhook-events.ts';

/** What became of an event. RECEIVED: nothing yet, try again. `reason`: for whoever looks into the table. */
export interface Outcome {
  status: WebhookStatus;
  reason: string | null;
}

const attemptsAtMost = 12;

const applied: Outcome = { status: 'APPLIED', reason: null };
const unknownTransaction: Outcome = { status: 'RECEIVED', reason: 'There is no such transaction.' };
const ignored = (reason: string): Outcome => ({ status: 'IGNORED', reason });
const dead = (reason: string): Outcome => ({ status: 'DEAD', reason });

/**
 * Does what an event asks for, by the same settlement as the gateway's answer and reconciliation: as often as it is done,
 * it has one effect. Never throws: what stands in its way is logged, and may be gone the next time.
 */
export async function applyNews(env: Bindings, { gateway, event_id }: WebhookKey, news: News): Promise<Outcome> {
  try {
    if (news.about === 'nothing') return ignored('It tells of no payment.');
    const { outcome } = news.result;
    if (outcome === 'pending' || outcome === 'unknown') return ignored('It tells of no outcome.');
    const transaction = await findTransaction(env, news.transaction_id);
    if (!transaction) return unknownTransaction;
    if (transaction.gateway !== gateway) return dead(`The transaction belongs to the gateway ${transaction.gateway}.`);
    return news.about === 'charge' ? await applyCharge(env, transaction, news) : await applyRefund(env, news);
  } catch (error) {
    if (violates(error, 'transactions_gateway_gateway_transaction_id_key')) {
      return dead('Its gateway_transaction_id belongs to another transaction.');
    }
    log('error', 'webhook not applied', { gateway, event_id, ...describeError(error) });
    return { status: 'RECEIVED', reason: 'It could not be applied; the log says why.' };
  }
}

/** Writes down what became of an event. One that still waits is tried again later, or given up after 12 times. */
export async function concludeWebhook(
  env: Bindings,
  key: WebhookKey,
  attempts: number,
  { status, reason }: Outcome,
): Promise<void> {
  const db = connect(env);
  if (status === 'RECEIVED' && attempts + 1 < attemptsAtMost) return putOffWebhook(db, key, { attempts, reason });
  const end = status === 'RECEIVED' ? 'DEAD' : status;
  const hasEnded = await endWebhook(db, key, { status: end, reason });
  if (hasEnded && end === 'DEAD') log('error', 'webhook given up', { ...key, reason });
}

async function findTransaction(env: Bindings, id: string): Promise<TransactionRow | undefined> {
  if (!z.guid().safeParse(id).success) return undefined;
  const [transaction] = await selectTransaction(connect(env), id);
  return transaction;
}

async function applyCharge(
  env: Bindings,
  transaction: TransactionRow,
  { amount, currency, result }: Extract<News, { about: 'charge' }>,
): Promise<Outcome> {
  const difference = differenceOf({ amount, currency }, transaction);
  if (difference) return difference;
  const settled = await settle(env, transaction, result);
  await dispatch(connect(env), queuesOf(env), settled.events);
  const { status } = settled.transaction;
  const isPaid = status === 'SUCCESS' || status === 'REFUNDED';
  if (isPaid === (result.outcome === 'succeeded')) return applied;
  // A refusal that is told of late is of an earlier attempt; money that our books do not know of is somebody's.
  return isPaid ? ignored(`The payment is ${status}.`) : dead(`The gateway was paid, but the payment is ${status}.`);
}

async function applyRefund(env: Bindings, news: Extract<News, { about: 'refund' }>): Promise<Outcome> {
  const db = connect(env);
  const refunds = await selectRefundsOf(db, news.transaction_id);
  const refund = refundMeant(refunds, news);
  if (!refund) return withoutRefund(news, refunds);
  const difference = differenceOf(news, refund);
  if (difference) return difference;
  const { refund: after, events } = await settleRefund(env, refund, news.result);
  await dispatch(db, queuesOf(env), events);
  const says = news.result.outcome === 'succeeded' ? 'SUCCESS' : 'FAILED';
  return after.status === says ? applied : dead(`The gateway says ${says}, but the refund is ${after.status}.`);
}

function withoutRefund(
  { refund_id, amount }: { refund_id: string | null; amount: string },
  refunds: { amount: string }[],
): Outcome {
  if (refund_id !== null) return { status: 'RECEIVED', reason: 'The transaction has no such refund.' };
  if (refunds.some((refund) => refund.amount === amount)) return ignored('No refund of this amount is open.');
  return dead(`The transaction has no refund of ${amount}.`);
}

interface Amount {
  amount: string;
  currency: string;
}

/** A gateway that moved another amount than it was told to is nothing to settle by: a person has to look. */
function differenceOf(told: Amount, ours: Amount): Outcome | null {
  if (told.amount === ours.amount && told.currency === ours.currency) return null;
  return dead(`It tells of ${told.amount} ${told.currency}, not of ${ours.amount} ${ours.currency}.`);
}
