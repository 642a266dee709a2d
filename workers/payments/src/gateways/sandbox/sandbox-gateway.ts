import { DurableObject } from 'cloudflare:workers';
import { uuidv7 } from 'uuidv7';

import type { FailureReason, Payment } from '../payment-gateway.ts';
import { behaviourOf } from './tokens.ts';

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
  }

  /** Charges at most once for a transaction id. Null: the answer is lost on its way. */
  charge(payment: Payment & { token: string }): SandboxCharge | null {
    const known = this.retrieve(payment.transaction_id);
    if (known) return known;
    const behaviour = behaviourOf(payment.token);
    if (!behaviour) throw new RangeError('No token of the sandbox.');
    const charge = this.#book(payment, behaviour.failure_reason, Date.now() + behaviour.settles_after_milliseconds);
    return behaviour.answer_is_lost ? null : charge;
  }

  retrieve(transactionId: string): SandboxCharge | null {
    const [row] = this.ctx.storage.sql.exec<ChargeRow>(
      'SELECT id, transaction_id, amount, currency, failure_reason, settles_at FROM charges WHERE transaction_id = ?',
      transactionId,
    );
    return row ? shown(row) : null;
  }

  /** The charge of this id, or a failed one in its place, so that none can follow. */
  abandon(payment: Payment): SandboxCharge {
    return this.retrieve(payment.transaction_id) ?? this.#book(payment, 'gateway_error', Date.now());
  }

  #book(payment: Payment, failureReason: FailureReason | null, settlesAt: number): SandboxCharge {
    const { transaction_id, amount, currency } = payment;
    const row: ChargeRow = {
      id: `sandbox_${uuidv7()}`,
      transaction_id,
      amount,
      currency,
      failure_reason: failureReason,
      settles_at: settlesAt,
    };
    this.ctx.storage.sql.exec(
      `INSERT INTO charges (id, transaction_id, amount, currency, failure_reason, settles_at)
       VALUES (?, ?, ?, ?, ?, ?)`,
      ...[row.id, row.transaction_id, row.amount, row.currency, row.failure_reason, row.settles_at],
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
