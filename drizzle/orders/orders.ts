import { sql } from 'drizzle-orm';
import {
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  numeric,
  pgEnum,
  pgTable,
  text,
  uniqueIndex,
  uuid,
  varchar,
} from 'drizzle-orm/pg-core';
import { instant, money } from '#shared/db/tables.ts';

export const orderStatus = pgEnum('order_status', [
  'PENDING',
  'CONFIRMED',
  'PROCESSING',
  'SHIPPED',
  'DELIVERED',
  'CANCELLED',
  'REFUNDED',
]);

/** The address as it was when the order was placed: later edits of the address book do not touch it. */
export type AddressSnapshot = {
  full_name: string;
  phone_number: string;
  address_line1: string;
  address_line2: string | null;
  city: string;
  state: string;
  postal_code: string;
  country: string;
};

/** A coupon of the order, and what it took off; a coupon for free shipping takes off nothing here. */
export type AppliedCoupon = { coupon_code: string; discount_amount: string };

/**
 * Seed: orders. The amounts add up in the database as well. `tax_rate` is the fraction applied (`'0.0825'`).
 * `payment_due_at`: when a PENDING order is given up; null if nothing is to be paid.
 */
export const orders = pgTable(
  'orders',
  {
    id: uuid('id').primaryKey(),
    order_number: varchar('order_number', { length: 50 }).notNull(),
    user_id: uuid('user_id').notNull(),
    status: orderStatus('status').notNull(),
    subtotal: money('subtotal').notNull(),
    tax_amount: money('tax_amount').notNull().default('0'),
    shipping_amount: money('shipping_amount').notNull().default('0'),
    discount_amount: money('discount_amount').notNull().default('0'),
    total_amount: money('total_amount').notNull(),
    currency: varchar('currency', { length: 3 }).notNull().default('USD'),
    tax_rate: numeric('tax_rate', { precision: 5, scale: 4 }).notNull().default('0'),
    shipping_address_id: uuid('shipping_address_id').notNull(),
    billing_address_id: uuid('billing_address_id').notNull(),
    shipping_address: jsonb('shipping_address').$type<AddressSnapshot>().notNull(),
    billing_address: jsonb('billing_address').$type<AddressSnapshot>().notNull(),
    shipping_method_code: varchar('shipping_method_code', { length: 50 }).notNull(),
    shipping_method_name: varchar('shipping_method_name', { length: 100 }).notNull(),
    applied_coupons: jsonb('applied_coupons').$type<AppliedCoupon[]>().notNull().default([]),
    customer_email: varchar('customer_email', { length: 255 }),
    notes: text('notes'),
    tracking_number: varchar('tracking_number', { length: 100 }),
    payment_due_at: instant('payment_due_at'),
    shipped_at: instant('shipped_at'),
    delivered_at: instant('delivered_at'),
    cancelled_at: instant('cancelled_at'),
    cancellation_reason: text('cancellation_reason'),
    version: integer('version').notNull().default(1),
    created_at: instant('created_at').notNull().defaultNow(),
    updated_at: instant('updated_at').notNull().defaultNow(),
  },
  (table) => [
    uniqueIndex('orders_order_number_key').on(table.order_number),
    check(
      'orders_total_amount_check',
      sql`${table.total_amount} = ${table.subtotal} - ${table.discount_amount} + ${table.tax_amount} + ${table.shipping_amount}`,
    ),
    check(
      'orders_discount_amount_check',
      sql`${table.discount_amount} >= 0 and ${table.discount_amount} <= ${table.subtotal}`,
    ),
    index('orders_user_id_created_at_id_index').on(
      table.user_id,
      table.created_at.desc().nullsFirst(),
      table.id.desc().nullsFirst(),
    ),
    index('orders_status_created_at_id_index').on(
      table.status,
      table.created_at.desc().nullsFirst(),
      table.id.desc().nullsFirst(),
    ),
    index('orders_created_at_id_index').on(table.created_at.desc().nullsFirst(), table.id.desc().nullsFirst()),
    index('orders_payment_due_at_index')
      .on(table.payment_due_at)
      .where(sql`${table.status} = 'PENDING'`),
    // Staff search by what a number or an email begins with.
    index('orders_order_number_prefix_index').on(sql`${table.order_number} text_pattern_ops`),
    index('orders_customer_email_prefix_index').on(sql`lower(${table.customer_email}) text_pattern_ops`),
  ],
);

/**
 * Seed: order_items. Name, SKU and price are those of the moment of the order. `discount_amount` and `tax_amount` are
 * this line's parts of the order's; `weight` is kg of one piece; `position` is the place in the order, from 0.
 */
export const orderItems = pgTable(
  'order_items',
  {
    id: uuid('id').primaryKey(),
    order_id: uuid('order_id').notNull(),
    product_id: uuid('product_id').notNull(),
    product_name: varchar('product_name', { length: 255 }).notNull(),
    product_sku: varchar('product_sku', { length: 100 }).notNull(),
    quantity: integer('quantity').notNull(),
    unit_price: money('unit_price').notNull(),
    total_price: money('total_price').notNull(),
    discount_amount: money('discount_amount').notNull().default('0'),
    tax_amount: money('tax_amount').notNull().default('0'),
    weight: money('weight'),
    position: integer('position').notNull().default(0),
    created_at: instant('created_at').notNull().defaultNow(),
  },
  (table) => [
    foreignKey({
      name: 'order_items_order_id_fkey',
      columns: [table.order_id],
      foreignColumns: [orders.id],
    }).onDelete('cascade'),
    check('order_items_quantity_check', sql`${table.quantity} > 0`),
    check('order_items_unit_price_check', sql`${table.unit_price} >= 0`),
    check('order_items_total_price_check', sql`${table.total_price} = ${table.quantity} * ${table.unit_price}`),
    index('order_items_order_id_index').on(table.order_id),
    index('order_items_product_id_index').on(table.product_id),
  ],
);

/**
 * What staff changed of an order beside its status: the fields that differ, as they were and as they are. Kept as long as
 * the order, for its timeline; the audit log has it too.
 */
export const orderChanges = pgTable(
  'order_changes',
  {
    id: uuid('id').primaryKey(),
    order_id: uuid('order_id').notNull(),
    changed_by: uuid('changed_by').notNull(),
    before: jsonb('before').$type<Record<string, unknown>>().notNull(),
    after: jsonb('after').$type<Record<string, unknown>>().notNull(),
    created_at: instant('created_at').notNull().defaultNow(),
  },
  (table) => [
    foreignKey({
      name: 'order_changes_order_id_fkey',
      columns: [table.order_id],
      foreignColumns: [orders.id],
    }).onDelete('cascade'),
    index('order_changes_order_id_created_at_id_index').on(table.order_id, table.created_at, table.id),
  ],
);

/** Seed: order_status_history. Read in the order of `created_at, id`; ids grow with time. */
export const orderStatusHistory = pgTable(
  'order_status_history',
  {
    id: uuid('id').primaryKey(),
    order_id: uuid('order_id').notNull(),
    from_status: varchar('from_status', { length: 50 }),
    to_status: varchar('to_status', { length: 50 }).notNull(),
    notes: text('notes'),
    changed_by: uuid('changed_by'),
    created_at: instant('created_at').notNull().defaultNow(),
  },
  (table) => [
    foreignKey({
      name: 'order_status_history_order_id_fkey',
      columns: [table.order_id],
      foreignColumns: [orders.id],
    }).onDelete('cascade'),
    index('order_status_history_order_id_created_at_id_index').on(table.order_id, table.created_at, table.id),
  ],
);
