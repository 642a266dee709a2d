import {
  type Check,
  checkoutSeconds,
  groupBy,
  inOneDatabase,
  pages,
  secondsAgo,
  underWaySeconds,
} from '#tools/invariants/check.ts';

const byHand = 'Find what wrote it in inventory_movements and the audit log, then correct it by an adjustment.';

/** What the products database says of stock by itself, and together with the orders that hold it. */
export const stockChecks: Check[] = [
  {
    name: 'stock-not-negative',
    meaning: 'No product has less than nothing on the shelf, or less than nothing reserved.',
    remedy: byHand,
    find: inOneDatabase(
      'products',
      `SELECT product_id AS subject, format('quantity %s, reserved %s', quantity, reserved_quantity) AS detail
         FROM product_inventory WHERE quantity < 0 OR reserved_quantity < 0`,
    ),
  },
  {
    name: 'stock-not-oversold',
    meaning: 'What is reserved is on the shelf, unless the product may be backordered.',
    remedy: 'Stop selling the product (is_active false), then find out which orders cannot be served.',
    find: inOneDatabase(
      'products',
      `SELECT product_id AS subject, format('quantity %s, reserved %s', quantity, reserved_quantity) AS detail
         FROM product_inventory WHERE NOT allow_backorder AND reserved_quantity > quantity`,
    ),
  },
  {
    name: 'reserved-is-what-orders-hold',
    meaning: 'reserved_quantity is the sum of the active reservations.',
    remedy: 'Compare inventory_reservations with the orders; reserved_quantity is what is derived.',
    find: inOneDatabase(
      'products',
      `SELECT product_id AS subject, format('reserved %s, active reservations %s', reserved_quantity, held) AS detail
         FROM (SELECT product_id, coalesce(reserved_quantity, 0) AS reserved_quantity, coalesce(held, 0) AS held
                 FROM product_inventory
                 FULL JOIN (SELECT product_id, sum(quantity) AS held FROM inventory_reservations
                             WHERE state = 'active' GROUP BY product_id) AS active USING (product_id)) AS compared
        WHERE reserved_quantity <> held`,
    ),
  },
  {
    name: 'quantity-is-what-moved',
    meaning: 'quantity is the sum of the inventory movements.',
    remedy: byHand,
    find: inOneDatabase(
      'products',
      `SELECT product_id AS subject, format('quantity %s, movements %s', quantity, moved) AS detail
         FROM (SELECT product_id, coalesce(quantity, 0) AS quantity, coalesce(moved, 0) AS moved
                 FROM product_inventory
                 FULL JOIN (SELECT product_id, sum(delta) AS moved FROM inventory_movements
                             GROUP BY product_id) AS summed USING (product_id)) AS compared
        WHERE quantity <> moved`,
    ),
  },
  {
    name: 'reservation-has-its-order',
    meaning: 'What is reserved or sold belongs to an order, or to a checkout of the last 20 minutes.',
    remedy: "Products' sweep releases what has no order: see whether it runs, and what it logs.",
    find: async function* find(moment) {
      const young = secondsAgo(moment, checkoutSeconds);
      const held = pages<{ id: string }>(
        moment.products,
        `SELECT DISTINCT order_id AS id FROM inventory_reservations
          WHERE ($1::uuid IS NULL OR order_id > $1) AND state <> 'released' AND created_at <= $2`,
        [young],
      );
      for await (const page of held) {
        const ids = page.map(({ id }) => id);
        const known = await moment.orders<{ id: string }>('SELECT id FROM orders WHERE id = ANY($1)', [ids]);
        const placed = new Set(known.map(({ id }) => id));
        for (const id of ids)
          if (!placed.has(id)) yield { subject: id, detail: 'stock is held, but there is no order' };
      }
    },
  },
  {
    name: 'order-has-its-stock',
    meaning:
      'An order holds what its status says: reserved while PENDING, sold from CONFIRMED on, nothing when CANCELLED.',
    remedy: 'An event of the order did not arrive: look into products-events-dead and the log (npm run dead-letters).',
    find: async function* find(moment) {
      const settled = secondsAgo(moment, underWaySeconds);
      const orders = pages<PlacedOrder>(
        moment.orders,
        `SELECT id, status::text, (SELECT json_object_agg(product_id, quantity) FROM (
                  SELECT product_id, sum(quantity)::int AS quantity FROM order_items
                   WHERE order_id = orders.id GROUP BY product_id) AS lines) AS lines
           FROM orders WHERE ($1::uuid IS NULL OR id > $1) AND updated_at <= $2`,
        [settled],
      );
      for await (const page of orders) {
        const reservations = await moment.products<Reservation>(
          'SELECT order_id, product_id, quantity, state::text FROM inventory_reservations WHERE order_id = ANY($1)',
          [page.map(({ id }) => id)],
        );
        const byOrder = groupBy(reservations, ({ order_id }) => order_id);
        for (const order of page) {
          const wrong = wrongStock(order, byOrder.get(order.id) ?? []);
          if (wrong !== null) yield { subject: order.id, detail: `${order.status}, ${wrong}` };
        }
      }
    },
  },
];

interface PlacedOrder {
  id: string;
  status: string;
  lines: Record<string, number> | null;
}

interface Reservation {
  order_id: string;
  product_id: string;
  quantity: number;
  state: string;
}

/** What an order's reservations must be. A refunded one gave back its stock or did not, but all of it or none. */
const statesOf: Record<string, string[]> = {
  PENDING: ['active'],
  CONFIRMED: ['committed'],
  PROCESSING: ['committed'],
  SHIPPED: ['committed'],
  DELIVERED: ['committed'],
  CANCELLED: ['released'],
  REFUNDED: ['committed', 'released'],
};

function wrongStock({ status, lines }: PlacedOrder, reservations: Reservation[]): string | null {
  const states = [...new Set(reservations.map(({ state }) => state))];
  const [state = 'nothing'] = states;
  if (states.length > 1) return `its reservations are ${states.sort((a, b) => (a < b ? -1 : 1)).join(' and ')}`;
  if (!statesOf[status]?.includes(state)) return `its reservations are ${state}`;
  const held = new Map(reservations.map(({ product_id, quantity }) => [product_id, quantity]));
  const ordered = Object.entries(lines ?? {});
  const other = ordered.find(([product, quantity]) => held.get(product) !== quantity);
  if (other) return `of ${other[0]} it ordered ${other[1]} and holds ${held.get(other[0]) ?? 0}`;
  return held.size === ordered.length ? null : 'it holds products that it did not order';
}
