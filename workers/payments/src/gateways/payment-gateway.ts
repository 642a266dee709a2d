/** Why a payment failed, as `failure_reason` shows it. */
export type FailureReason = 'card_declined' | 'insufficient_funds' | 'expired_card' | 'gateway_error';

/** What a gateway is told of a payment. Our transaction id is its idempotency key. */
export interface Payment {
  transaction_id: string;
  /** Decimal string with two decimals. */
  amount: string;
  currency: string;
}

/** A card or account as a gateway keeps it. `gateway_token` charges it: it is a secret. */
export interface SavedMethodReference {
  gateway_customer_id: string | null;
  gateway_token: string;
}

/** What of a saved method its owner may see. Null where it is no card. */
export interface CardDetails {
  brand: string;
  last_four: string;
  expiry_month: number;
  expiry_year: number;
}

export interface SavedMethod extends SavedMethodReference {
  card: CardDetails | null;
}

/** With what is paid: a token of the gateway's own form, or what the shopper has saved. */
export type PaymentSource = { token: string } | { saved: SavedMethodReference };

export interface Charge extends Payment {
  user_id: string;
  /** As `payment_methods.code`. */
  method_code: string;
  source: PaymentSource;
  /** Keep the token's card or account for later payments; a success then tells of it in `saved`. */
  save: boolean;
}

/** What the gateway made of a payment. `unknown`: no answer came, it may have charged or not. */
export type ChargeResult =
  | { outcome: 'succeeded'; gateway_transaction_id: string; response: unknown; saved?: SavedMethod | undefined }
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

/** A method to keep without a payment. The row's id is the gateway's idempotency key. */
export interface SaveOrder {
  saved_payment_method_id: string;
  user_id: string;
  method_code: string;
  token: string;
  /** The user's customer at this gateway, where an earlier saving made one. */
  gateway_customer_id: string | null;
}

export type SaveResult =
  | { outcome: 'saved'; saved: SavedMethod }
  | { outcome: 'declined'; reason: FailureReason }
  | { outcome: 'unknown' };

/** Whether a token can be used: one that this gateway gave out, for a method that it offers. */
export type TokenCheck = 'accepted' | 'unknown_token' | 'method_unsupported';

/** What a signed message of a gateway says. `id` is the event's; a repetition has the same. */
export interface WebhookEvent {
  id: string;
  /** The gateway's own word for it. */
  type: string;
  news:
    | { about: 'charge'; transaction_id: string; amount: string; currency: string; result: ChargeResult }
    | {
        about: 'refund';
        /** Null where the gateway does not know ours: the oldest open one of this amount is meant. */
        refund_id: string | null;
        transaction_id: string;
        amount: string;
        currency: string;
        result: RefundResult;
      }
    /** Nothing that concerns a payment of ours. */
    | { about: 'nothing' };
}

/**
 * A company that moves the money. No method throws for what a gateway can answer, its silence included. A charge is
 * authorised and captured in one, as the statuses of the seed have no step between (seed: transactions).
 */
export interface PaymentGateway {
  /** As `transactions.gateway` names it. */
  readonly name: string;
  /** Asked before anything is written. */
  accepts(token: string, methodCode: string): Promise<TokenCheck>;
  /** Charges at most once for a transaction id; repeating it answers what came of the first time. */
  charge(charge: Charge): Promise<ChargeResult>;
  /** What came of an earlier `charge`; `not_found` if it never arrived, which it still may. */
  retrieve(payment: Payment): Promise<ChargeResult | { outcome: 'not_found' }>;
  /** Answers what came of an earlier `charge`. If it never arrived it is declined from here on, even if it still does. */
  cancel(payment: Payment): Promise<ChargeResult>;
  /** Pays back at most once for a refund id, and never more than was charged; repeating it answers what came of the first time. */
  refund(order: RefundOrder): Promise<RefundResult>;
  /** What came of an earlier `refund`; `not_found` if it never arrived, which it still may. */
  retrieveRefund(order: RefundOrder): Promise<RefundResult | { outcome: 'not_found' }>;
  /** Keeps a card or account; repeating it for a row's id answers the same one. */
  saveMethod(order: SaveOrder): Promise<SaveResult>;
  /** Makes the gateway forget one. Repeatable; false while it does not answer. */
  forgetMethod(reference: SavedMethodReference): Promise<boolean>;
  /**
   * The event of a message, or null unless it is signed by the gateway no more than 5 minutes from `now`. Throws a
   * SyntaxError or ZodError for a signed message that is no event.
   */
  verifyWebhook(message: { body: string; headers: Headers }, now: Date): Promise<WebhookEvent | null>;
}
