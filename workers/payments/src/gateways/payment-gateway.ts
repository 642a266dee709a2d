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
}
