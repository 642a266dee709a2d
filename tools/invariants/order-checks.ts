import { type Check, groupBy, inOneDatabase, pages, secondsAgo } from '#tools/invariants/check.ts';

const overdueSeconds = 5 * 60;

/** What an order says by itself. */
export const orderChecks: Check[] = [
  {
    name: 'order-adds-up',
    meaning: "An order's amounts are the sums of its lines' and coupons', and its total the sum of its parts.",
    remedy: 'Do not correct it by hand before you know what was charged: see the transactions of the order.',
    find: inOneDatabase(
      'orders',
      `SELECT id AS subject, format('subtotal %s of lines %s, discount %s of lines %s and coupons %s, tax %s of lines %s, '
                'shipping %s, total %s', subtotal, line_total, discount_amount, line_discount, coupon_discount, tax_amount,
                line_tax, shipping_amount, total_amount) AS detail
         FROM orders
        CROSS JOIN LATERAL (
          SELECT coalesce(sum(total_price), 0) AS line_total, coalesce(sum(order_items.discount_amount), 0) AS line_discount,
                 coalesce(sum(order_items.tax_amount), 0) AS line_tax
            FROM order_items WHERE order_id = orders.id) AS lines
        CROSS JOIN LATERAL (
          SELECT coalesce(sum((coupon ->> 'discount_amount')::numeric), 0) AS coupon_discount
            FROM jsonb_array_elements(applied_coupons) AS coupon) AS coupons
        WHERE (subtotal, discount_amount, discount_amount, tax_amount)
                <> (line_total, line_discount, coupon_discount, line_tax)
           OR total_amount <> subtotal - discount_amount + tax_amount + shipping_amount OR total_amount < 0`,
    ),
  },
  {
    name: 'status-is-the-last-step',
    meaning: "An order's status is that of the last row of its history.",
    remedy: 'Something wrote the status past the service. The history is what is told to people.',
    find: inOneDatabase(
      'orders',
      `SELECT orders.id AS subject, format('%s, last step %s', status, coalesce(to_status, 'missing')) AS detail
         FROM orders
         LEFT JOIN LATERAL (
          SELECT to_status FROM order_status_history WHERE order_id = orders.id
           ORDER BY created_at DESC, order_status_history.id DESC LIMIT 1) AS last ON true
        WHERE to_status IS DISTINCT FROM status::text`,
    ),
  },
  {
    name: 'history-has-no-gaps',
    meaning: 'Every step of an order begins where the one before it ended, and the first with nothing.',
    remedy: 'See status-is-the-last-step.',
    find: inOneDatabase(
      'orders',
      `SELECT order_id AS subject, format('a step from %s after %s', coalesce(from_status, 'nothing'),
                coalesce(before, 'nothing')) AS detail
         FROM (SELECT order_id, from_status, lag(to_status) OVER (
                        PARTITION BY order_id ORDER BY created_at, id) AS before
                 FROM order_status_history) AS steps
        WHERE from_status IS DISTINCT FROM before`,
    ),
  },
  {
    name: 'unpaid-is-given-up-in-time',
    meaning: 'A PENDING order is not past its payment deadline by more than 5 minutes, unless a payment is on its way.',
    remedy: "Orders' sweep gives them up each minute: see whether it runs, and what it logs.",
    find: async function* find(moment) {
      const overdue = pages<{ id: string; due: string }>(
        moment.orders,
        `SELECT id, payment_due_at::text AS due FROM orders
          WHERE ($1::uuid IS NULL OR id > $1) AND status = 'PENDING' AND payment_due_at <= $2`,
        [secondsAgo(moment, overdueSeconds)],
      );
      for await (const page of overdue) {
        const paying = await moment.payments<{ order_id: string }>(
          `SELECT order_id FROM transactions WHERE order_id = ANY($1) AND status IN ('PENDING', 'PROCESSING')`,
          [page.map(({ id }) => id)],
        );
        const onItsWay = groupBy(paying, ({ order_id }) => order_id);
        for (const { id, due } of page) if (!onItsWay.has(id)) yield { subject: id, detail: `PENDING, due ${due}` };
      }
    },
  },
];
