/** Why a payment failed, as `failure_reason` shows it. */
export type FailureReason = 'card_declined' | 'insufficient_funds' | 'expired_card' | 'gateway_error';

/** What a gateway is told of a payment. Our transaction id is its idempotency key. */
export interface Payment {
  transaction_id: string;
  /** Decimal string with two decimals. */
  amount: string;
  currency: string;
}

/** What the gateway made of a payment. `unknown`: no answer came, it may have charged or not. */
export type ChargeResult =
  | { outcome: 'succeeded'; gateway_transaction_id: string; response: unknown }
  | { outcome: 'declined'; reason: FailureReason; gateway_transaction_id: string | null; response: unknown }
  | { outcome: 'pending'; gateway_transaction_id: string; response: unknown }
  | { outcome: 'unknown' };

/** What a gateway is told of money that goes back. Our refund id is its idempotency key. */
export interface RefundOrder {
  refund_id: string;
  transaction_id: string;
  /** The gateway's own name of the payment, as its charge gave it. */
  gateway_transaction_id: string | null;
  amount: string;
  currency: string;
}

/** What the gateway made of a refund. `unknown`: no answer came, the money may be on its way or not. */
export type RefundResult =
  | { outcome: 'succeeded'; gateway_refund_id: string }
  | { outcome: 'failed'; gateway_refund_id: string | null; reason: string }
  | { outcome: 'pending'; gateway_refund_id: string }
  | { outcome: 'unknown' };

/** A company that moves the money. No method throws for what a gateway can answer, its silence included. */
export interface PaymentGateway {
  /** As `transactions.gateway` names it. */
  readonly name: string;
  /** Whether the token is one that this gateway gave out. Asked before anything is written. */
  accepts(token: string): Promise<boolean>;
  /** Charges at most once for a transaction id; repeating it answers what came of the first time. */
  charge(payment: Payment & { token: string }): Promise<ChargeResult>;
  /** What came of an earlier `charge`; `not_found` if it never arrived, which it still may. */
  retrieve(transactionId: string): Promise<ChargeResult | { outcome: 'not_found' }>;
  /** Answers what came of an earlier `charge`. If it never arrived it is declined from here on, even if it still does. */
  abandon(payment: Payment): Promise<ChargeResult>;
  /** Pays back at most once for a refund id, and never more than was charged; repeating it answers what came of the first time. */
  refund(order: RefundOrder): Promise<RefundResult>;
  /** What came of an earlier `refund`; `not_found` if it never arrived, which it still may. */
  retrieveRefund(refundId: string): Promise<RefundResult | { outcome: 'not_found' }>;
}
