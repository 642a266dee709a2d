import { csvLine } from '#shared/csv/cells.ts';
import type { Database } from '#shared/db/postgres.ts';

import { type ExportedOrder, type PlacedWithin, readExportPage } from '../../store/order-export.ts';

type Item = ExportedOrder['items'][number];
type Column = [name: string, cell: (order: ExportedOrder, item: Item, isFirst: boolean) => string | null];

const whole = (name: string, amount: (order: ExportedOrder) => string): Column => [
  name,
  (order, _item, isFirst) => (isFirst ? amount(order) : null),
];

const columns: Column[] = [
  ['order_number', (order) => order.order_number],
  ['created_at', (order) => order.created_at],
  ['status', (order) => order.status],
  ['user_id', (order) => order.user_id],
  ['customer_email', (order) => order.customer_email],
  ['currency', (order) => order.currency],
  whole('subtotal', (order) => order.subtotal),
  whole('discount_amount', (order) => order.discount_amount),
  whole('tax_amount', (order) => order.tax_amount),
  whole('shipping_amount', (order) => order.shipping_amount),
  whole('total_amount', (order) => order.total_amount),
  ['tax_rate', (order) => order.tax_rate],
  ['coupon_codes', (order) => order.applied_coupons.map(({ coupon_code }) => coupon_code).join(' ')],
  ['shipping_method_code', (order) => order.shipping_method_code],
  ['tracking_number', (order) => order.tracking_number],
  ['shipped_at', (order) => order.shipped_at],
  ['delivered_at', (order) => order.delivered_at],
  ['cancelled_at', (order) => order.cancelled_at],
  ['full_name', (order) => order.shipping_address.full_name],
  ['address_line1', (order) => order.shipping_address.address_line1],
  ['address_line2', (order) => order.shipping_address.address_line2],
  ['city', (order) => order.shipping_address.city],
  ['state', (order) => order.shipping_address.state],
  ['postal_code', (order) => order.shipping_address.postal_code],
  ['country', (order) => order.shipping_address.country],
  ['notes', (order) => order.notes],
  ['product_id', (_order, item) => item.product_id],
  ['product_sku', (_order, item) => item.product_sku],
  ['product_name', (_order, item) => item.product_name],
  ['quantity', (_order, item) => String(item.quantity)],
  ['unit_price', (_order, item) => item.unit_price],
  ['total_price', (_order, item) => item.total_price],
  ['item_discount_amount', (_order, item) => item.discount_amount],
  ['item_tax_amount', (_order, item) => item.tax_amount],
];

const headerLine = csvLine(columns.map(([name]) => name));

/** The orders as a CSV, in parts: never more of it is in memory than a page. */
export async function* ordersCsv(db: Database, placed: PlacedWithin): AsyncGenerator<string, void, void> {
  let page = await readExportPage(db, placed, null);
  yield headerLine + page.map(linesOf).join('');
  for (let last = page.at(-1); last; last = page.at(-1)) {
    page = await readExportPage(db, placed, last);
    yield page.map(linesOf).join('');
  }
}

function linesOf(order: ExportedOrder): string {
  return order.items
    .map((item, position) => csvLine(columns.map(([, cell]) => cell(order, item, position === 0))))
    .join('');
}
