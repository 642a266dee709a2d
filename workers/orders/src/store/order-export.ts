import { sql } from 'drizzle-orm';
import { z } from 'zod';

import type { Database } from '#shared/db/postgres.ts';

const amount = z.string();
const Address = z.object({
  full_name: z.string(),
  address_line1: z.string(),
  address_line2: z.string().nullable(),
  city: z.string(),
  state: z.string(),
  postal_code: z.string(),
  country: z.string(),
});

const Row = z.object({
  id: z.string(),
  order_number: z.string(),
  created_at: z.string(),
  status: z.string(),
  user_id: z.string(),
  customer_email: z.string().nullable(),
  currency: z.string(),
  subtotal: amount,
  discount_amount: amount,
  tax_amount: amount,
  shipping_amount: amount,
  total_amount: amount,
  tax_rate: z.string(),
  applied_coupons: z.array(z.object({ coupon_code: z.string() })),
  shipping_method_code: z.string(),
  tracking_number: z.string().nullable(),
  shipped_at: z.string().nullable(),
  delivered_at: z.string().nullable(),
  cancelled_at: z.string().nullable(),
  notes: z.string().nullable(),
  shipping_address: Address,
  items: z.array(
    z.object({
      product_id: z.string(),
      product_sku: z.string(),
      product_name: z.string(),
      quantity: z.number(),
      unit_price: amount,
      total_price: amount,
      discount_amount: amount,
      tax_amount: amount,
    }),
  ),
});

/** An order as its export shows it. Times are RFC 3339, money is a decimal string. */
export type ExportedOrder = z.infer<typeof Row>;

/** Orders placed at or after `from` and before `before`. */
export interface PlacedWithin {
  from?: string | undefined;
  before?: string | undefined;
}

/** An order has at most 100 lines: a page stays within what one answer of the database may hold. */
const pageSize = 100;

const time = (column: string) => sql.raw(`to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`);

/** The next orders with their items, oldest first; none after the last page. */
export async function readExportPage(
  db: Database,
  { from, before }: PlacedWithin,
  after: ExportedOrder | null,
): Promise<ExportedOrder[]> {
  const conditions = [sql`true`];
  if (from !== undefined) conditions.push(sql`created_at >= ${from}::timestamptz`);
  if (before !== undefined) conditions.push(sql`created_at < ${before}::timestamptz`);
  if (after) conditions.push(sql`(created_at, id) > (${after.created_at}::timestamptz, ${after.id}::uuid)`);
  const { rows } = await db.execute(sql`
    WITH page AS MATERIALIZED (
      SELECT * FROM orders WHERE ${sql.join(conditions, sql` AND `)} ORDER BY created_at, id LIMIT ${pageSize})
    SELECT page.id, order_number, ${time('page.created_at')} AS created_at, status, user_id, customer_email, currency,
           subtotal::text, page.discount_amount::text, page.tax_amount::text, shipping_amount::text,
           total_amount::text, tax_rate::text, applied_coupons, shipping_method_code, tracking_number,
           ${time('shipped_at')} AS shipped_at, ${time('delivered_at')} AS delivered_at,
           ${time('cancelled_at')} AS cancelled_at, notes, shipping_address, lines.items
      FROM page
     CROSS JOIN LATERAL (
      SELECT coalesce(json_agg(json_build_object(
               'product_id', product_id, 'product_sku', product_sku, 'product_name', product_name,
               'quantity', quantity, 'unit_price', unit_price::text, 'total_price', total_price::text,
               'discount_amount', item.discount_amount::text, 'tax_amount', item.tax_amount::text)
               ORDER BY position, item.id), '[]'::json) AS items
        FROM order_items item WHERE item.order_id = page.id) AS lines
     ORDER BY page.created_at, page.id`);
  return z.array(Row).parse(rows);
}
