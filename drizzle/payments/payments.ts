import { sql } from 'drizzle-orm';
import {
  boolean,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgEnum,
  pgTable,
  primaryKey,
  serial,
  text,
  uniqueIndex,
  uuid,
  varchar,
} from 'drizzle-orm/pg-core';
import { instant, money } from '#shared/db/tables.ts';

/** Seed: payment_methods. The five are inserted by a migration. */
export const paymentMethods = pgTable(
  'payment_methods',
  {
    id: serial('id').primaryKey(),
    name: varchar('name', { length: 50 }).notNull(),
    code: varchar('code', { length: 20 }).notNull(),
    is_active: boolean('is_active').notNull().default(true),
    display_order: integer('display_order').notNull().default(0),
    created_at: instant('created_at').notNull().defaultNow(),
  },
  (table) => [
    uniqueIndex('payment_methods_name_key').on(table.name),
    uniqueIndex('payment_methods_code_key').on(table.code),
  ],
);

export const transactionStatus = pgEnum('transaction_status', [
  'PENDING',
  'PROCESSING',
  'SUCCESS',
  'FAILED',
  'REFUNDED',
  'CANCELLED',
]);

/** Seed: transactions. At most one live transaction an order, so that nobody is charged twice. */
export const transactions = pgTable(
  'transactions',
  {
    id: uuid('id').primaryKey(),
    transaction_number: varchar('transaction_number', { length: 50 }).notNull(),
    order_id: uuid('order_id').notNull(),
    user_id: uuid('user_id').notNull(),
    payment_method_id: integer('payment_method_id').notNull(),
    amount: money('amount').notNull(),
    currency: varchar('currency', { length: 3 }).notNull().default('USD'),
    status: transactionStatus('status').notNull(),
    gateway: varchar('gateway', { length: 20 }).notNull().default('sandbox'),
    gateway_transaction_id: varchar('gateway_transaction_id', { length: 255 }),
    gateway_response: jsonb('gateway_response'),
    failure_reason: text('failure_reason'),
    processed_at: instant('processed_at'),
    refunded_at: instant('refunded_at'),
    refund_amount: money('refund_amount'),
    /** The shopper wants the card or account kept, once it has paid. */
    save_payment_method: boolean('save_payment_method').notNull().default(false),
    /** How often reconciliation has asked the gateway in vain, and when it asks again. */
    checks: integer('checks').notNull().default(0),
    next_check_at: instant('next_check_at').notNull().defaultNow(),
    created_at: instant('created_at').notNull().defaultNow(),
    updated_at: instant('updated_at').notNull().defaultNow(),
  },
  (table) => [
    foreignKey({
      name: 'transactions_payment_method_id_fkey',
      columns: [table.payment_method_id],
      foreignColumns: [paymentMethods.id],
    }).onDelete('restrict'),
    check('transactions_amount_check', sql`${table.amount} > 0`),
    check(
      'transactions_refund_amount_check',
      sql`${table.refund_amount} >= 0 and ${table.refund_amount} <= ${table.amount}`,
    ),
    uniqueIndex('transactions_transaction_number_key').on(table.transaction_number),
    uniqueIndex('transactions_live_order_key')
      .on(table.order_id)
      .where(sql`${table.status} in ('PENDING', 'PROCESSING', 'SUCCESS')`),
    uniqueIndex('transactions_gateway_gateway_transaction_id_key')
      .on(table.gateway, table.gateway_transaction_id)
      .where(sql`${table.gateway_transaction_id} is not null`),
    index('transactions_order_id_index').on(table.order_id),
    index('transactions_user_id_created_at_id_index').on(
      table.user_id,
      table.created_at.desc().nullsFirst(),
      table.id.desc().nullsFirst(),
    ),
    index('transactions_status_index').on(table.status),
    index('transactions_payment_method_id_index').on(table.payment_method_id),
    index('transactions_created_at_id_index').on(table.created_at.desc().nullsFirst(), table.id.desc().nullsFirst()),
    // For prefix searches in any collation.
    index('transactions_transaction_number_prefix_index').on(table.transaction_number.op('varchar_pattern_ops')),
    // Reconciliation asks the gateway about these, oldest first.
    index('transactions_created_at_index')
      .on(table.created_at)
      .where(sql`${table.status} = 'PROCESSING'`),
  ],
);

/**
 * Seed: user_saved_payment_methods. At most one default a user. `gateway_token` is encrypted
 * (workers/payments/src/domain/token-encryption.ts). A deleted one stays until the gateway has forgotten it too.
 */
export const userSavedPaymentMethods = pgTable(
  'user_saved_payment_methods',
  {
    id: uuid('id').primaryKey(),
    user_id: uuid('user_id').notNull(),
    payment_method_id: integer('payment_method_id').notNull(),
    card_last_four: varchar('card_last_four', { length: 4 }),
    card_brand: varchar('card_brand', { length: 20 }),
    expiry_month: integer('expiry_month'),
    expiry_year: integer('expiry_year'),
    is_default: boolean('is_default').notNull().default(false),
    gateway: varchar('gateway', { length: 20 }).notNull().default('sandbox'),
    gateway_customer_id: varchar('gateway_customer_id', { length: 255 }),
    gateway_token: text('gateway_token'),
    /** Which key encrypts `gateway_token`, so that a rotation finds what is left. */
    token_key_id: varchar('token_key_id', { length: 50 }),
    deleted_at: instant('deleted_at'),
    created_at: instant('created_at').notNull().defaultNow(),
    updated_at: instant('updated_at').notNull().defaultNow(),
  },
  (table) => [
    foreignKey({
      name: 'user_saved_payment_methods_payment_method_id_fkey',
      columns: [table.payment_method_id],
      foreignColumns: [paymentMethods.id],
    }).onDelete('cascade'),
    check('user_saved_payment_methods_expiry_month_check', sql`${table.expiry_month} between 1 and 12`),
    index('user_saved_payment_methods_user_id_index').on(table.user_id),
    index('user_saved_payment_methods_payment_method_id_index').on(table.payment_method_id),
    uniqueIndex('user_saved_payment_methods_user_id_key')
      .on(table.user_id)
      .where(sql`${table.is_default}`),
    check('user_saved_payment_methods_deleted_check', sql`${table.deleted_at} is null or not ${table.is_default}`),
    // What the gateway has still to forget.
    index('user_saved_payment_methods_deleted_at_index')
      .on(table.deleted_at)
      .where(sql`${table.deleted_at} is not null`),
  ],
);

export const refundStatus = pgEnum('refund_status', ['PROCESSING', 'SUCCESS', 'FAILED']);

/**
 * Money that goes back. `transactions.refund_amount` is the sum of those that have not failed, so that its check keeps
 * the sum within the payment. `requested_by` is null for refunds that the shop makes by itself, of which an order has at
 * most one.
 */
export const refunds = pgTable(
  'refunds',
  {
    id: uuid('id').primaryKey(),
    transaction_id: uuid('transaction_id').notNull(),
    amount: money('amount').notNull(),
    currency: varchar('currency', { length: 3 }).notNull(),
    reason: text('reason'),
    restock: boolean('restock').notNull().default(false),
    status: refundStatus('status').notNull().default('PROCESSING'),
    requested_by: uuid('requested_by'),
    gateway_refund_id: varchar('gateway_refund_id', { length: 255 }),
    checks: integer('checks').notNull().default(0),
    next_check_at: instant('next_check_at').notNull().defaultNow(),
    created_at: instant('created_at').notNull().defaultNow(),
    updated_at: instant('updated_at').notNull().defaultNow(),
  },
  (table) => [
    foreignKey({
      name: 'refunds_transaction_id_fkey',
      columns: [table.transaction_id],
      foreignColumns: [transactions.id],
    }).onDelete('restrict'),
    check('refunds_amount_check', sql`${table.amount} > 0`),
    index('refunds_transaction_id_index').on(table.transaction_id),
    uniqueIndex('refunds_automatic_key')
      .on(table.transaction_id)
      .where(sql`${table.requested_by} is null and ${table.status} <> 'FAILED'`),
    // What a gateway refused to pay back, to be tried again.
    index('refunds_refused_index')
      .on(table.transaction_id)
      .where(sql`${table.requested_by} is null and ${table.status} = 'FAILED'`),
    index('refunds_created_at_index')
      .on(table.created_at)
      .where(sql`${table.status} = 'PROCESSING'`),
  ],
);

/** Orders that are given up: no payment of theirs can begin. */
export const closedOrders = pgTable('closed_orders', {
  order_id: uuid('order_id').primaryKey(),
  closed_at: instant('closed_at').notNull().defaultNow(),
});

/** Users who have left: nothing is kept for them any more, though their last access token may still be good. */
export const departedUsers = pgTable('departed_users', {
  user_id: uuid('user_id').primaryKey(),
  departed_at: instant('departed_at').notNull().defaultNow(),
});

export const webhookStatus = pgEnum('webhook_status', ['RECEIVED', 'APPLIED', 'IGNORED', 'DEAD']);

/**
 * What gateways have told, each event once. RECEIVED: still to be applied, again at `next_attempt_at`; IGNORED: nothing to
 * do with a payment; DEAD: given up, for a person to look at (`reason`). `payload` is what the event says, without secrets.
 */
export const webhookEvents = pgTable(
  'webhook_events',
  {
    gateway: varchar('gateway', { length: 20 }).notNull(),
    event_id: varchar('event_id', { length: 255 }).notNull(),
    type: varchar('type', { length: 100 }).notNull(),
    payload: jsonb('payload').notNull(),
    status: webhookStatus('status').notNull().default('RECEIVED'),
    reason: text('reason'),
    attempts: integer('attempts').notNull().default(0),
    next_attempt_at: instant('next_attempt_at').notNull().defaultNow(),
    received_at: instant('received_at').notNull().defaultNow(),
    settled_at: instant('settled_at'),
  },
  (table) => [
    primaryKey({ name: 'webhook_events_pkey', columns: [table.gateway, table.event_id] }),
    index('webhook_events_next_attempt_at_index')
      .on(table.next_attempt_at)
      .where(sql`${table.status} = 'RECEIVED'`),
    index('webhook_events_received_at_index').on(table.received_at),
  ],
);
