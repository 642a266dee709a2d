import { uuidv7 } from 'uuidv7';

import type { FailureReason, Payment } from '../payment-gateway.ts';
import type { RefundBehaviour } from './tokens.ts';

/** A charge as the sandbox tells of it. */
export interface SandboxCharge {
  id: string;
  transaction_id: string;
  amount: string;
  currency: string;
  status: 'processing' | 'succeeded' | 'failed';
  failure_reason: FailureReason | null;
}

/** What the books know of a charge from its beginning: how it will end, and when. */
export interface ChargeRow extends Record<string, SqlStorageValue> {
  id: string;
  transaction_id: string;
  amount: string;
  currency: string;
  failure_reason: FailureReason | null;
  settles_at: number;
  refunds: RefundBehaviour;
}

export function createChargeBook(sql: SqlStorage): void {
  sql.exec(`CREATE TABLE IF NOT EXISTS charges (
    transaction_id TEXT PRIMARY KEY,
    id TEXT NOT NULL,
    amount TEXT NOT NULL,
    currency TEXT NOT NULL,
    failure_reason TEXT,
    settles_at INTEGER NOT NULL
  )`);
  const columns = sql.exec<{ name: string }>('PRAGMA table_info(charges)').toArray();
  // Books that were begun before there were refunds.
  if (!columns.some(({ name }) => name === 'refunds')) {
    sql.exec(`ALTER TABLE charges ADD COLUMN refunds TEXT NOT NULL DEFAULT 'succeed'`);
  }
}

export function findCharge(sql: SqlStorage, transactionId: string): ChargeRow | undefined {
  return sql.exec<ChargeRow>('SELECT * FROM charges WHERE transaction_id = ?', transactionId).toArray()[0];
}

/** Books a charge with the course that it will take. */
export function bookCharge(
  sql: SqlStorage,
  { transaction_id, amount, currency }: Payment,
  course: { failure_reason: FailureReason | null; settles_at: number; refunds: RefundBehaviour },
): ChargeRow {
  const row: ChargeRow = { id: `sandbox_${uuidv7()}`, transaction_id, amount, currency, ...course };
  sql.exec(
    `INSERT INTO charges (id, transaction_id, amount, currency, failure_reason, settles_at, refunds)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ...[row.id, row.transaction_id, row.amount, row.currency, row.failure_reason, row.settles_at, row.refunds],
  );
  return row;
}

/** Until its time has come a charge is processing, and nobody can see how it will end. */
export function shownCharge({ settles_at, failure_reason, ...charge }: ChargeRow): SandboxCharge {
  const { id, transaction_id, amount, currency } = charge;
  const booked = { id, transaction_id, amount, currency };
  if (Date.now() < settles_at) return { ...booked, status: 'processing', failure_reason: null };
  return { ...booked, status: failure_reason === null ? 'succeeded' : 'failed', failure_reason };
}
