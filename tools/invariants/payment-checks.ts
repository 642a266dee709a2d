import { type Check, groupBy, inOneDatabase, pages, secondsAgo, underWaySeconds } from '#tools/invariants/check.ts';

const atTheGateway = 'Look the transaction up at the gateway; its books say what was charged and what went back.';

/** What payments says by itself, and together with the orders that were paid. */
export const paymentChecks: Check[] = [
  {
    name: 'one-live-transaction',
    meaning: 'An order has at most one transaction that is PENDING, PROCESSING or SUCCESS.',
    remedy: `${atTheGateway} Refund what was charged twice.`,
    find: inOneDatabase(
      'payments',
      `SELECT order_id AS subject, format('%s live transactions', count(*)) AS detail
         FROM transactions WHERE status IN ('PENDING', 'PROCESSING', 'SUCCESS') GROUP BY order_id HAVING count(*) > 1`,
    ),
  },
  {
    name: 'refunds-fit-the-payment',
    meaning:
      'refund_amount is the sum of the refunds that have not failed, never more than was paid; REFUNDED is all of it.',
    remedy: atTheGateway,
    find: inOneDatabase(
      'payments',
      `SELECT transactions.id AS subject, format('%s, paid %s, refund_amount %s, refunds %s of which done %s', status,
                amount, coalesce(refund_amount, 0), refunded, done) AS detail
         FROM transactions
        CROSS JOIN LATERAL (
          SELECT coalesce(sum(refunds.amount) FILTER (WHERE refunds.status <> 'FAILED'), 0) AS refunded,
                 coalesce(sum(refunds.amount) FILTER (WHERE refunds.status = 'SUCCESS'), 0) AS done
            FROM refunds WHERE transaction_id = transactions.id) AS given
        WHERE coalesce(refund_amount, 0) <> refunded OR refunded > amount
           OR (refunded > 0 AND status NOT IN ('SUCCESS', 'REFUNDED'))
           OR (status = 'REFUNDED') <> (done = amount)`,
    ),
  },
  {
    name: 'payment-has-its-order',
    meaning: 'What was paid is the total of an order of the same shopper, in its currency.',
    remedy: `${atTheGateway} Refund what no order accounts for.`,
    find: async function* find(moment) {
      const transactions = pages<Transaction>(
        moment.payments,
        `SELECT id, order_id, user_id, amount::text, currency FROM transactions WHERE $1::uuid IS NULL OR id > $1`,
      );
      for await (const page of transactions) {
        const orders = await moment.orders<Order>(
          'SELECT id, user_id, total_amount::text, currency FROM orders WHERE id = ANY($1)',
          [page.map(({ order_id }) => order_id)],
        );
        const byId = new Map(orders.map((order) => [order.id, order]));
        for (const { id, order_id, ...paid } of page) {
          const order = byId.get(order_id);
          if (!order) yield { subject: id, detail: `there is no order ${order_id}` };
          else if (order.user_id !== paid.user_id)
            yield { subject: id, detail: `order ${order_id} is somebody else's` };
          else if (order.total_amount !== paid.amount || order.currency !== paid.currency) {
            const asked = `${order.total_amount} ${order.currency}`;
            yield { subject: id, detail: `${paid.amount} ${paid.currency} for order ${order_id} of ${asked}` };
          }
        }
      }
    },
  },
  {
    name: 'order-is-paid-as-it-says',
    meaning: 'An order is paid from CONFIRMED on, not while PENDING; the money of a CANCELLED one is on its way back.',
    remedy:
      "An event did not arrive: look into the dead letters of orders-events and payments-events, and payments' log.",
    find: async function* find(moment) {
      const orders = pages<Order & { status: string }>(
        moment.orders,
        `SELECT id, user_id, total_amount::text, currency, status::text FROM orders
          WHERE ($1::uuid IS NULL OR id > $1) AND total_amount > 0 AND updated_at <= $2`,
        [secondsAgo(moment, underWaySeconds)],
      );
      for await (const page of orders) {
        const payments = await moment.payments<Payment>(
          `SELECT order_id, status::text, updated_at <= $2 AS is_settled,
                  refund_amount IS NOT DISTINCT FROM amount AS is_going_back
             FROM transactions WHERE order_id = ANY($1) AND status IN ('SUCCESS', 'REFUNDED')`,
          [page.map(({ id }) => id), secondsAgo(moment, underWaySeconds)],
        );
        const byOrder = groupBy(payments, ({ order_id }) => order_id);
        for (const { id, status } of page) {
          const wrong = wrongPayment(status, byOrder.get(id) ?? []);
          if (wrong !== null) yield { subject: id, detail: `${status}, ${wrong}` };
        }
      }
    },
  },
];

interface Transaction {
  id: string;
  order_id: string;
  user_id: string;
  amount: string;
  currency: string;
}

interface Order {
  id: string;
  user_id: string;
  total_amount: string;
  currency: string;
}

/** Money that came. */
interface Payment {
  order_id: string;
  status: string;
  /** Nothing happened to it lately of which the order might still have to be told. */
  is_settled: boolean;
  is_going_back: boolean;
}

/** What an order's status says that its payments do not. */
function wrongPayment(status: string, payments: Payment[]): string | null {
  const kept = payments.filter((payment) => payment.status === 'SUCCESS');
  switch (status) {
    case 'PENDING':
      return kept.some(({ is_settled }) => is_settled) ? 'but paid' : null;
    case 'CANCELLED':
      return kept.some(({ is_settled, is_going_back }) => is_settled && !is_going_back)
        ? 'but its money is kept'
        : null;
    case 'REFUNDED':
      return payments.length > 0 && kept.length === 0 ? null : 'but its money is not back';
    default:
      if (payments.length === 0) return 'but not paid';
      return kept.length === 0 && payments.every(({ is_settled }) => is_settled) ? 'but its money is back' : null;
  }
}
