import { DurableObject } from 'cloudflare:workers';
import { uuidv7 } from 'uuidv7';

import type { FailureReason, Payment, RefundOrder } from '../payment-gateway.ts';
import { bookRefund, createRefundBook, findRefund, type SandboxRefund } from './refund-book.ts';
import { behaviourOf, type RefundBehaviour } from './tokens.ts';

/** A charge as the sandbox tells of it. */
export interface SandboxCharge {
  id: string;
  transaction_id: string;
  amount: string;
  currency: string;
  status: 'processing' | 'succeeded' | 'failed';
  failure_reason: FailureReason | null;
}

interface ChargeRow extends Record<string, SqlStorageValue> {
  id: string;
  transaction_id: string;
  amount: string;
  currency: string;
  failure_reason: FailureReason | null;
  settles_at: number;
  refunds: RefundBehaviour;
}

/**
 * A payment gateway to try the shop with: it behaves as an outside one would, with books and a clock of its own, and
 * shares nothing with the payments database. One instance; every method runs alone, from its first line to its last.
 */
export class SandboxGateway extends DurableObject {
  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(ctx, env);
    ctx.storage.sql.exec(`CREATE TABLE IF NOT EXISTS charges (
      transaction_id TEXT PRIMARY KEY,
      id TEXT NOT NULL,
      amount TEXT NOT NULL,
      currency TEXT NOT NULL,
      failure_reason TEXT,
      settles_at INTEGER NOT NULL
    )`);
    const columns = ctx.storage.sql.exec<{ name: string }>('PRAGMA table_info(charges)').toArray();
    // Books that were begun before there were refunds.
    if (!columns.some(({ name }) => name === 'refunds')) {
      ctx.storage.sql.exec(`ALTER TABLE charges ADD COLUMN refunds TEXT NOT NULL DEFAULT 'succeed'`);
    }
    createRefundBook(ctx.storage.sql);
  }

  /** Charges at most once for a transaction id. Null: the answer is lost on its way. */
  charge(payment: Payment & { token: string }): SandboxCharge | null {
    const known = this.retrieve(payment.transaction_id);
    if (known) return known;
    const behaviour = behaviourOf(payment.token);
    if (!behaviour) throw new RangeError('No token of the sandbox.');
    const charge = this.#book(payment, {
      failure_reason: behaviour.failure_reason,
      settles_at: Date.now() + behaviour.settles_after_milliseconds,
      refunds: behaviour.refunds,
    });
    return behaviour.answer_is_lost ? null : charge;
  }

  retrieve(transactionId: string): SandboxCharge | null {
    const row = this.#find(transactionId);
    return row ? shown(row) : null;
  }

  /** The charge of this id, or a failed one in its place, so that none can follow. */
  abandon(payment: Payment): SandboxCharge {
    return (
      this.retrieve(payment.transaction_id) ??
      this.#book(payment, { failure_reason: 'gateway_error', settles_at: Date.now(), refunds: 'succeed' })
    );
  }

  /** Pays back at most once for a refund id. Null: the answer is lost on its way. */
  refund(order: RefundOrder): SandboxRefund | null {
    const known = this.retrieveRefund(order.refund_id);
    if (known) return known;
    const charge = this.#find(order.transaction_id);
    const isCharged = charge !== undefined && shown(charge).status === 'succeeded';
    const refund = bookRefund(this.ctx.storage.sql, order, isCharged ? charge : null);
    return charge?.refunds === 'answer_lost' ? null : refund;
  }

  retrieveRefund(refundId: string): SandboxRefund | null {
    return findRefund(this.ctx.storage.sql, refundId);
  }

  #find(transactionId: string): ChargeRow | undefined {
    const [row] = this.ctx.storage.sql.exec<ChargeRow>('SELECT * FROM charges WHERE transaction_id = ?', transactionId);
    return row;
  }

  #book(payment: Payment, course: Pick<ChargeRow, 'failure_reason' | 'settles_at' | 'refunds'>): SandboxCharge {
    const { transaction_id, amount, currency } = payment;
    const row: ChargeRow = { id: `sandbox_${uuidv7()}`, transaction_id, amount, currency, ...course };
    this.ctx.storage.sql.exec(
      `INSERT INTO charges (id, transaction_id, amount, currency, failure_reason, settles_at, refunds)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      ...[row.id, row.transaction_id, row.amount, row.currency, row.failure_reason, row.settles_at, row.refunds],
    );
    return shown(row);
  }
}

/** Until its time has come a charge is processing, and nobody can see how it will end. */
function shown({ settles_at, failure_reason, ...charge }: ChargeRow): SandboxCharge {
  const { id, transaction_id, amount, currency } = charge;
  const booked = { id, transaction_id, amount, currency };
  if (Date.now() < settles_at) return { ...booked, status: 'processing', failure_reason: null };
  return { ...booked, status: failure_reason === null ? 'succeeded' : 'failed', failure_reason };
}
