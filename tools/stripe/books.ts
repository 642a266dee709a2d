import { invalidRequest, missing, Refusal } from './refusal.ts';

export type Form = Record<string, string>;

export interface PaymentMethod {
  id: string;
  object: 'payment_method';
  type: string;
  customer: string | null;
  card?: { brand: string; last4: string; exp_month: number; exp_year: number; wallet: { type: string } | null };
}

export interface Intent {
  id: string;
  object: 'payment_intent';
  status: string;
  amount: number;
  amount_received: number;
  currency: string;
  customer: string | null;
  payment_method: string | null;
  setup_future_usage: string | null;
  latest_charge: string | null;
  last_payment_error: Record<string, unknown> | null;
  cancellation_reason: string | null;
  client_secret: string;
  livemode: false;
  metadata: Form;
}

export interface Refund {
  id: string;
  object: 'refund';
  status: string;
  amount: number;
  currency: string;
  payment_intent: string;
  metadata: Form;
}

/** What comes of a charge with the cards of docs.stripe.com/testing, as far as they are used; none: it succeeds. */
const outcomes = new Map<string, { code: string; decline_code?: string } | 'processing'>([
  ['pm_card_visa_chargeDeclined', { code: 'card_declined', decline_code: 'generic_decline' }],
  ['pm_card_visa_chargeDeclinedInsufficientFunds', { code: 'card_declined', decline_code: 'insufficient_funds' }],
  ['pm_card_chargeDeclinedExpiredCard', { code: 'expired_card' }],
  ['pm_card_chargeDeclinedProcessingError', { code: 'processing_error' }],
  ['pm_card_authenticationRequired', { code: 'authentication_required' }],
  ['pm_card_processing', 'processing'],
]);

/**
 * What Stripe keeps and how it behaves, as its documentation says, for the few requests that the gateway sends. It is held
 * against the gateway where stripe-mock, which keeps nothing, cannot be: declines, states, repetitions, lost answers.
 */
export class Books {
  readonly intents = new Map<string, Intent>();
  readonly refunds: Refund[] = [];
  readonly paymentMethods = new Map<string, PaymentMethod>();
  readonly customers: { id: string; metadata: Form }[] = [];
  /** What search finds; it is behind. */
  readonly indexed = new Set<string>();
  #count = 0;

  #newId(prefix: string): string {
    return `${prefix}_${++this.#count}`;
  }

  intentsOf(transactionId: string): Intent[] {
    return [...this.intents.values()].filter(({ metadata }) => metadata.transaction_id === transactionId);
  }

  addPaymentMethod(details: Partial<PaymentMethod> = {}): PaymentMethod {
    const card = { brand: 'visa', last4: '4242', exp_month: 12, exp_year: 2030, wallet: null };
    const id = this.#newId('pm');
    const made: PaymentMethod = { id, object: 'payment_method', type: 'card', customer: null, card, ...details };
    this.paymentMethods.set(made.id, made);
    return made;
  }

  paymentMethod(id: string): PaymentMethod {
    const known = this.paymentMethods.get(id);
    if (known) return known;
    // Stripe makes a new one from the name of a test card.
    if (id.startsWith('pm_card_')) return this.addPaymentMethod();
    throw missing('payment_method');
  }

  createIntent(form: Form): Intent {
    const amount = Number(form.amount);
    if (!(amount >= 50)) throw invalidRequest('amount_too_small', { param: 'amount' });
    const id = this.#newId('pi');
    const intent: Intent = {
      ...{ id, object: 'payment_intent', status: 'requires_payment_method', amount, amount_received: 0 },
      ...{ currency: form.currency ?? '', customer: null, payment_method: null, setup_future_usage: null },
      ...{ latest_charge: null, last_payment_error: null, cancellation_reason: null, livemode: false },
      ...{ client_secret: `${id}_secret_of_the_intent`, metadata: metadataOf(form) },
    };
    this.intents.set(id, intent);
    return intent;
  }

  intent(id: string): Intent {
    const intent = this.intents.get(id);
    if (!intent) throw missing('intent');
    return intent;
  }

  updateIntent(id: string, { customer }: Form): Intent {
    const intent = this.#open(id);
    intent.customer = customer ?? intent.customer;
    return intent;
  }

  confirmIntent(id: string, form: Form): Intent {
    const intent = this.#open(id);
    const token = form.payment_method ?? '';
    const method = this.paymentMethod(token);
    if (method.customer !== null && method.customer !== intent.customer)
      throw invalidRequest('payment_method_attached');
    const outcome = outcomes.get(token);
    if (outcome === 'processing') return Object.assign(intent, { status: 'processing', payment_method: method.id });
    if (outcome) {
      intent.last_payment_error = { type: 'card_error', message: `Declined: ${token}`, ...outcome };
      throw new Refusal(402, { ...intent.last_payment_error, payment_intent: intent });
    }
    intent.setup_future_usage = form.setup_future_usage ?? null;
    if (intent.setup_future_usage !== null) method.customer = intent.customer;
    return this.succeed(Object.assign(intent, { payment_method: method.id }));
  }

  succeed(intent: Intent): Intent {
    const latest_charge = this.#newId('ch');
    return Object.assign(intent, { status: 'succeeded', amount_received: intent.amount, latest_charge });
  }

  cancelIntent(id: string, { cancellation_reason = '' }: Form): Intent {
    return Object.assign(this.#open(id), { status: 'canceled', cancellation_reason });
  }

  #open(id: string): Intent {
    const intent = this.intent(id);
    if (intent.status === 'requires_payment_method') return intent;
    throw invalidRequest('payment_intent_unexpected_state', { payment_intent: intent });
  }

  search(query: string): Intent[] {
    const transactionId = /^metadata\['transaction_id'\]:'([^']+)'$/.exec(query)?.[1];
    if (transactionId === undefined) throw invalidRequest('query_invalid');
    return this.intentsOf(transactionId).filter(({ id }) => this.indexed.has(id));
  }

  createCustomer(form: Form) {
    const customer = { id: this.#newId('cus'), object: 'customer', metadata: metadataOf(form) };
    this.customers.push(customer);
    return customer;
  }

  createSetupIntent({ payment_method: token = '', customer = '' }: Form) {
    const method = this.paymentMethod(token);
    const outcome = outcomes.get(token);
    if (outcome && outcome !== 'processing') throw new Refusal(402, { type: 'card_error', message: token, ...outcome });
    method.customer = customer;
    const id = this.#newId('seti');
    return { id, object: 'setup_intent', status: 'succeeded', payment_method: method.id, last_setup_error: null };
  }

  detach(id: string): PaymentMethod {
    const method = this.paymentMethod(id);
    if (method.customer === null) throw invalidRequest('payment_method_not_attached');
    return Object.assign(method, { customer: null });
  }

  createRefund(form: Form): Refund {
    const { id: payment_intent, status, amount_received, currency } = this.intent(form.payment_intent ?? '');
    const amount = Number(form.amount);
    const earlier = this.refundsOf(payment_intent).reduce((sum, made) => sum + made.amount, 0);
    if (status !== 'succeeded') throw invalidRequest('payment_intent_unexpected_state');
    if (earlier === amount_received) throw invalidRequest('charge_already_refunded');
    if (earlier + amount > amount_received) throw invalidRequest('amount_too_large', { param: 'amount' });
    const metadata = metadataOf(form);
    const id = this.#newId('re');
    const refund: Refund = { id, object: 'refund', status: 'succeeded', amount, currency, payment_intent, metadata };
    this.refunds.push(refund);
    return refund;
  }

  /** The newest first, as Stripe lists. */
  refundsOf(paymentIntent: string): Refund[] {
    return this.refunds.filter(({ payment_intent }) => payment_intent === paymentIntent).toReversed();
  }
}

function metadataOf(form: Form): Form {
  const fields = Object.entries(form).map(([name, value]) => [/^metadata\[(\w+)\]$/.exec(name)?.[1], value]);
  return Object.fromEntries(fields.filter(([name]) => name !== undefined));
}
