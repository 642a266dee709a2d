import { DurableObject } from 'cloudflare:workers';

import { newTrace, withTrace } from '#shared/http/context.ts';

import type { Bindings } from '../../env.ts';
import type { Charge, Payment, RefundOrder, SavedMethod, SavedMethodReference, SaveOrder } from '../payment-gateway.ts';
import {
  bookCharge,
  type ChargeRow,
  createChargeBook,
  findCharge,
  type SandboxCharge,
  shownCharge,
} from './charge-book.ts';
import { deliver, type Receiver } from './delivery.ts';
import { bookDelivery, createDeliveryBook, endDelivery, nextDeliveryAt, takeDueDeliveries } from './delivery-book.ts';
import { createMethodBook, findMethodSavedFor, forgetMethod, keepMethod, tokenBehind } from './method-book.ts';
import { bookRefund, createRefundBook, findRefund, type SandboxRefund, shownRefund } from './refund-book.ts';
import { behaviourOf, refusalToKeep, type SaveRefusal } from './tokens.ts';
import { messageOfCharge, messageOfRefund, type WebhookMessage } from './webhook-message.ts';

/** A charge as the sandbox tells of it; with what it was asked to keep once the charge has succeeded. */
export interface ToldCharge {
  charge: SandboxCharge;
  saved: SavedMethod | null;
}

/**
 * A payment gateway to try the shop with: it behaves as an outside one would, with books and a clock of its own, and
 * shares nothing with the payments database. One instance; what keeps the books runs alone, from its first line to its last.
 * What ends later is told by a webhook.
 */
export class SandboxGateway extends DurableObject<Bindings> {
  readonly #sql: SqlStorage;

  constructor(ctx: DurableObjectState, env: Bindings) {
    super(ctx, env);
    this.#sql = ctx.storage.sql;
    createChargeBook(this.#sql);
    createRefundBook(this.#sql);
    createMethodBook(this.#sql);
    createDeliveryBook(this.#sql);
  }

  /** Charges at most once for a transaction id. Null: the answer is lost on its way. */
  charge(order: Charge): ToldCharge | null {
    const known = this.retrieve(order.transaction_id);
    if (known) return known;
    const { source, save, transaction_id: saved_for, user_id, method_code } = order;
    const token = 'token' in source ? source.token : tokenBehind(this.#sql, source.saved);
    if (token === null) return told(this.#decline(order));
    const behaviour = behaviourOf(token);
    if (!behaviour) throw new RangeError('No token of the sandbox.');
    const { failure_reason, settles_after_milliseconds, refunds } = behaviour;
    const settles_at = Date.now() + settles_after_milliseconds;
    const charge = bookCharge(this.#sql, order, { failure_reason, settles_at, refunds });
    if (save && 'token' in source && failure_reason === null) {
      keepMethod(this.#sql, { saved_for, user_id, method_code, token, gateway_customer_id: null });
    }
    if (settles_after_milliseconds > 0) this.#tellAt(settles_at, messageOfCharge(charge));
    return behaviour.answer_is_lost ? null : this.#told(charge);
  }

  retrieve(transactionId: string): ToldCharge | null {
    const charge = findCharge(this.#sql, transactionId);
    return charge ? this.#told(charge) : null;
  }

  /** The charge of this id, or a failed one in its place, so that none can follow. */
  abandon(payment: Payment): ToldCharge {
    return this.retrieve(payment.transaction_id) ?? told(this.#decline(payment));
  }

  /** Pays back at most once for a refund id. Null: the answer is lost on its way. */
  refund(order: RefundOrder): SandboxRefund | null {
    const known = this.retrieveRefund(order.refund_id);
    if (known) return known;
    const charge = findCharge(this.#sql, order.transaction_id);
    const isCharged = charge !== undefined && shownCharge(charge).status === 'succeeded';
    const refund = bookRefund(this.#sql, order, isCharged ? charge : null);
    if (charge?.refunds === 'slow' && refund.failure_reason === null) {
      this.#tellAt(refund.settles_at, messageOfRefund(refund, charge.id));
    }
    return charge?.refunds === 'answer_lost' ? null : shownRefund(refund);
  }

  retrieveRefund(refundId: string): SandboxRefund | null {
    return findRefund(this.#sql, refundId);
  }

  /** Keeps a card or account, once for a saved method's id; or why not. */
  keep(order: SaveOrder): SavedMethod | SaveRefusal {
    const refusal = refusalToKeep(order.token);
    if (refusal) return refusal;
    const { saved_payment_method_id: saved_for, ...wanted } = order;
    return keepMethod(this.#sql, { saved_for, ...wanted }) ?? { declined: 'gateway_error' };
  }

  forget(reference: SavedMethodReference): void {
    forgetMethod(this.#sql, reference);
  }

  /** Sends the webhooks that are due, and comes back for those that nobody has taken. */
  override async alarm(): Promise<void> {
    const receiver = this.#receiver();
    if (!receiver) return;
    await withTrace('payments', newTrace(), async () => {
      const due = takeDueDeliveries(this.#sql, Date.now());
      const deliveries = due.map(async (delivery) => {
        if (await deliver(receiver, delivery)) endDelivery(this.#sql, delivery.event_id);
      });
      await Promise.all(deliveries);
    });
    this.#setAlarm();
  }

  #tellAt(time: number, message: WebhookMessage): void {
    if (!this.#receiver()) return;
    bookDelivery(this.#sql, { event_id: message.id, body: JSON.stringify(message) }, time);
    this.#setAlarm();
  }

  #setAlarm(): void {
    const next = nextDeliveryAt(this.#sql);
    // Stored with what was written before it, before any answer leaves.
    if (next !== null) void this.ctx.storage.setAlarm(next);
  }

  #receiver(): Receiver | null {
    const { SANDBOX_WEBHOOK_URL: url, SANDBOX_WEBHOOK_SECRET: secret } = this.env;
    return url && secret ? { url, secret } : null;
  }

  #decline(payment: Payment): ChargeRow {
    const course = { failure_reason: 'gateway_error', settles_at: Date.now(), refunds: 'succeed' } as const;
    return bookCharge(this.#sql, payment, course);
  }

  #told(row: ChargeRow): ToldCharge {
    const charge = shownCharge(row);
    return { charge, saved: charge.status === 'succeeded' ? findMethodSavedFor(this.#sql, row.transaction_id) : null };
  }
}

function told(row: ChargeRow): ToldCharge {
  return { charge: shownCharge(row), saved: null };
}
