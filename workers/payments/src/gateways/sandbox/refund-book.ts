import { uuidv7 } from 'uuidv7';

import { sum, toCents } from '#shared/money/money.ts';

import type { RefundOrder } from '../payment-gateway.ts';
import type { RefundBehaviour } from './tokens.ts';

/** Why the sandbox pays nothing back. */
type RefundRefusal = 'no_charge' | 'exceeds_charge' | 'refund_declined';

/** A refund as the sandbox tells of it. */
export interface SandboxRefund {
  id: string;
  refund_id: string;
  transaction_id: string;
  amount: string;
  currency: string;
  status: 'processing' | 'succeeded' | 'failed';
  failure_reason: RefundRefusal | null;
}

/** What the books know of a refund from its beginning: how it will end, and when. */
export interface RefundRow extends Record<string, SqlStorageValue> {
  id: string;
  refund_id: string;
  transaction_id: string;
  amount: string;
  currency: string;
  failure_reason: RefundRefusal | null;
  settles_at: number;
}

/** What of a charge a refund has to keep to; null where nothing was charged. */
export interface Charged {
  amount: string;
  currency: string;
  refunds: RefundBehaviour;
}

const slowMilliseconds = 1_000;

export function createRefundBook(sql: SqlStorage): void {
  sql.exec(`CREATE TABLE IF NOT EXISTS refunds (
    refund_id TEXT PRIMARY KEY,
    transaction_id TEXT NOT NULL,
    id TEXT NOT NULL,
    amount TEXT NOT NULL,
    currency TEXT NOT NULL,
    failure_reason TEXT,
    settles_at INTEGER NOT NULL
  )`);
}

export function findRefund(sql: SqlStorage, refundId: string): SandboxRefund | null {
  const [row] = sql.exec<RefundRow>('SELECT * FROM refunds WHERE refund_id = ?', refundId);
  return row ? shownRefund(row) : null;
}

/** Books what comes of a refund: it fails where it would pay back more than was charged. */
export function bookRefund(sql: SqlStorage, order: RefundOrder, charged: Charged | null): RefundRow {
  const { refund_id, transaction_id, amount, currency } = order;
  const row: RefundRow = {
    id: `sandbox_re_${uuidv7()}`,
    refund_id,
    transaction_id,
    amount,
    currency,
    failure_reason: refusalOf(sql, order, charged),
    settles_at: Date.now() + (charged?.refunds === 'slow' ? slowMilliseconds : 0),
  };
  sql.exec(
    `INSERT INTO refunds (refund_id, transaction_id, id, amount, currency, failure_reason, settles_at)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ...[row.refund_id, row.transaction_id, row.id, row.amount, row.currency, row.failure_reason, row.settles_at],
  );
  return row;
}

function refusalOf(sql: SqlStorage, order: RefundOrder, charged: Charged | null): RefundRefusal | null {
  if (!charged || charged.currency !== order.currency) return 'no_charge';
  if (charged.refunds === 'fail') return 'refund_declined';
  const earlier = sql.exec<{ amount: string }>(
    'SELECT amount FROM refunds WHERE transaction_id = ? AND failure_reason IS NULL',
    order.transaction_id,
  );
  const paidBack = sum(earlier.toArray().map(({ amount }) => toCents(amount)));
  return paidBack + toCents(order.amount) > toCents(charged.amount) ? 'exceeds_charge' : null;
}

/** Until its time has come a refund is processing, and nobody can see how it will end. */
export function shownRefund({ settles_at, failure_reason, ...refund }: RefundRow): SandboxRefund {
  const { id, refund_id, transaction_id, amount, currency } = refund;
  const booked = { id, refund_id, transaction_id, amount, currency };
  if (Date.now() < settles_at) return { ...booked, status: 'processing', failure_reason: null };
  return { ...booked, status: failure_reason === null ? 'succeeded' : 'failed', failure_reason };
}
