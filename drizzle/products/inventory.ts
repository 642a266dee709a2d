import { sql } from 'drizzle-orm';
import {
  boolean,
  check,
  foreignKey,
  index,
  integer,
  pgEnum,
  pgTable,
  primaryKey,
  uniqueIndex,
  uuid,
  varchar,
} from 'drizzle-orm/pg-core';
import { instant } from '#shared/db/tables.ts';
import { products } from './catalogue.ts';

/**
 * Seed: product_inventory. `quantity` is what is on the shelf, `reserved_quantity` the part of it promised to orders;
 * available is their difference. The last check is what makes overselling impossible. `is_sold_out` is a column so that
 * Postgres knows how many there are.
 */
export const productInventory = pgTable(
  'product_inventory',
  {
    id: uuid('id').primaryKey(),
    product_id: uuid('product_id').notNull(),
    quantity: integer('quantity').notNull().default(0),
    reserved_quantity: integer('reserved_quantity').notNull().default(0),
    low_stock_threshold: integer('low_stock_threshold').notNull().default(10),
    allow_backorder: boolean('allow_backorder').notNull().default(false),
    is_sold_out: boolean('is_sold_out')
      .notNull()
      .generatedAlwaysAs(sql`quantity <= reserved_quantity`),
    version: integer('version').notNull().default(1),
    updated_at: instant('updated_at').notNull().defaultNow(),
  },
  (table) => [
    // Lists look here for what is sold out, which is the lesser part.
    index('product_inventory_sold_out_index')
      .on(table.product_id)
      .where(sql`${table.is_sold_out}`),
    index('product_inventory_low_stock_index')
      .on(sql`(${table.quantity} - ${table.reserved_quantity})`, table.product_id)
      .where(sql`${table.quantity} - ${table.reserved_quantity} <= ${table.low_stock_threshold}`),
    foreignKey({
      name: 'product_inventory_product_id_fkey',
      columns: [table.product_id],
      foreignColumns: [products.id],
    }).onDelete('cascade'),
    uniqueIndex('product_inventory_product_id_key').on(table.product_id),
    check('product_inventory_quantity_check', sql`${table.quantity} >= 0`),
    check('product_inventory_reserved_quantity_check', sql`${table.reserved_quantity} >= 0`),
    check(
      'product_inventory_available_check',
      sql`${table.allow_backorder} or ${table.reserved_quantity} <= ${table.quantity}`,
    ),
  ],
);

export const movementKind = pgEnum('movement_kind', ['import', 'adjustment', 'sale', 'return']);

/**
 * Every change of what is on the shelf, written with it: `quantity` is the sum of the deltas. An adjustment has staff's
 * `reason` and `actor_id`; a sale and a return have their order.
 */
export const inventoryMovements = pgTable(
  'inventory_movements',
  {
    id: uuid('id').primaryKey(),
    product_id: uuid('product_id').notNull(),
    kind: movementKind('kind').notNull(),
    delta: integer('delta').notNull(),
    quantity_after: integer('quantity_after').notNull(),
    reason: varchar('reason', { length: 255 }),
    actor_id: uuid('actor_id'),
    order_id: uuid('order_id'),
    created_at: instant('created_at').notNull().defaultNow(),
  },
  (table) => [
    foreignKey({
      name: 'inventory_movements_product_id_fkey',
      columns: [table.product_id],
      foreignColumns: [products.id],
    }).onDelete('cascade'),
    check('inventory_movements_delta_check', sql`${table.delta} <> 0`),
    check('inventory_movements_quantity_after_check', sql`${table.quantity_after} >= 0`),
    // Staff's own are few among the sales of a product that sells well.
    index('inventory_movements_adjustments_index')
      .on(table.product_id, table.created_at.desc().nullsFirst(), table.id.desc().nullsFirst())
      .where(sql`${table.kind} = 'adjustment'`),
    index('inventory_movements_product_id_created_at_id_index').on(
      table.product_id,
      table.created_at.desc().nullsFirst(),
      table.id.desc().nullsFirst(),
    ),
  ],
);

export const reservationState = pgEnum('reservation_state', ['active', 'committed', 'released']);

/**
 * What an order holds of a product: `active` counts into `product_inventory.reserved_quantity`, `committed` has left
 * the shelf, `released` was given back. `taken_quantity` is how much a commit took off the shelf (less than
 * `quantity` for a backorder), and so what a return puts back.
 */
export const inventoryReservations = pgTable(
  'inventory_reservations',
  {
    order_id: uuid('order_id').notNull(),
    product_id: uuid('product_id').notNull(),
    quantity: integer('quantity').notNull(),
    taken_quantity: integer('taken_quantity').notNull().default(0),
    state: reservationState('state').notNull().default('active'),
    created_at: instant('created_at').notNull().defaultNow(),
    updated_at: instant('updated_at').notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ name: 'inventory_reservations_pkey', columns: [table.order_id, table.product_id] }),
    foreignKey({
      name: 'inventory_reservations_product_id_fkey',
      columns: [table.product_id],
      foreignColumns: [products.id],
    }).onDelete('restrict'),
    check('inventory_reservations_quantity_check', sql`${table.quantity} > 0`),
    check(
      'inventory_reservations_taken_quantity_check',
      sql`${table.taken_quantity} >= 0 and ${table.taken_quantity} <= ${table.quantity}`,
    ),
    index('inventory_reservations_product_id_index').on(table.product_id),
    index('inventory_reservations_created_at_index')
      .on(table.created_at)
      .where(sql`${table.state} = 'active'`),
  ],
);
