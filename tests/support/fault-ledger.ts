import { inject } from 'vitest';

import { fromCents, sum, toCents } from '#shared/money/money.ts';
import { look, type Moment, type ShopUrls } from '#tools/invariants/shop.ts';

import { gatewayBooks } from './payments.ts';

/** Whose order it is about. Before there is one it is known by its shopper and product, who have no other. */
export interface Subject {
  userId: string;
  productId: string;
  orderId: string | null;
}

/** What the orders of this suite cost: one thing for 10.00, less 10 %, and 4.90 for sending it. */
const total = '13.90';

const nothing = { held: '', coupons: 0, closed: false, open: 0, captured: '0.00', refunded: '0.00' };
const whole = { ...nothing, coupons: 1, captured: total };

/** All that an order may come to, as every database has it. Money is what our books and the gateway's agree on. */
const ends = {
  'no order, nothing held': { ...nothing, orders: '' },
  'one order': { ...nothing, orders: 'PENDING', held: 'active', coupons: 1 },
  'one order, closed to payments': { ...nothing, orders: 'PENDING', held: 'active', coupons: 1, closed: true },
  'paid once': { ...whole, orders: 'CONFIRMED', held: 'committed' },
  'cancelled, no charge': { ...nothing, orders: 'CANCELLED' },
  'cancelled, money back': { ...nothing, orders: 'REFUNDED', captured: total, refunded: total },
  'money back once': { ...whole, orders: 'REFUNDED', refunded: total },
} satisfies Record<string, Omit<Facts, 'gateway'>>;

export type End = keyof typeof ends;

interface Facts {
  /** Status of each order. */
  orders: string;
  /** States of the reservations that hold something. */
  held: string;
  /** Uses of coupons. */
  coupons: number;
  /** Whether no payment of the unpaid order can begin. */
  closed: boolean;
  /** Payments and refunds that are still on their way. */
  open: number;
  captured: string;
  refunded: string;
  /** What the gateway has charged and paid back. */
  gateway: string;
}

/** Where each subject stands, in their order: the name of an end, or the facts that are none. */
export async function endsOf(subjects: Subject[]): Promise<string[]> {
  return look(shopUrls(), new Date(), async (moment) => {
    const records = await recordsOf(moment, subjects);
    return subjects.map((subject) => nameOf(factsOf(records, subject)));
  });
}

/** The stack's databases, as the checks of the invariants take them. */
export function shopUrls(): ShopUrls {
  const { urls } = inject('stack');
  const at = (name: string) => urls[name] ?? '';
  const postgres = { users: at('users'), products: at('products'), orders: at('orders'), payments: at('payments') };
  return { ...postgres, mongo: at('mongo') };
}

export function isEnd(name: string): name is End {
  return Object.hasOwn(ends, name);
}

function nameOf({ gateway, ...facts }: Facts): string {
  const isIt = (name: End) => Object.entries(ends[name]).every(([fact, value]) => Reflect.get(facts, fact) === value);
  const name = Object.keys(ends).filter(isEnd).find(isIt);
  const areBooksRight = gateway === `${facts.captured} - ${facts.refunded}`;
  return name !== undefined && areBooksRight ? name : JSON.stringify({ ...facts, gateway });
}

interface Payment {
  id: string;
  order_id: string;
  status: string;
  amount: string;
  /** What of it went back, and how many refunds are on their way. */
  refunded: string;
  open_refunds: number;
}

interface Records {
  orders: { id: string; user_id: string; status: string }[];
  reservations: { order_id: string; product_id: string; state: string }[];
  payments: Payment[];
  closed: Set<string>;
  uses: { order_id: string; user_id: string }[];
}

/** A shopper's orders only count where the shopper has no other: before the first one is known. */
async function recordsOf({ orders, products, payments, mongo }: Moment, subjects: Subject[]): Promise<Records> {
  const orderless = subjects.filter(({ orderId }) => orderId === null);
  const known = subjects.flatMap(({ orderId }) => orderId ?? []);
  const users = orderless.map(({ userId }) => userId);
  const placed = await orders<Records['orders'][number]>(
    'SELECT id, user_id, status::text FROM orders WHERE id = ANY($1) OR user_id = ANY($2)',
    [known, users],
  );
  const ids = placed.map(({ id }) => id);
  const closed = await payments<{ order_id: string }>('SELECT order_id FROM closed_orders WHERE order_id = ANY($1)', [
    ids,
  ]);
  return {
    orders: placed,
    reservations: await products(
      `SELECT order_id, product_id, state::text FROM inventory_reservations
        WHERE (order_id = ANY($1) OR product_id = ANY($2)) AND state <> 'released'`,
      [known, orderless.map(({ productId }) => productId)],
    ),
    payments: await payments(
      `SELECT id, order_id, status::text, amount::text,
              (SELECT coalesce(sum(refunds.amount) FILTER (WHERE refunds.status = 'SUCCESS'), 0)::numeric(10,2)::text
                 FROM refunds WHERE transaction_id = transactions.id) AS refunded,
              (SELECT count(*) FILTER (WHERE refunds.status = 'PROCESSING')::int
                 FROM refunds WHERE transaction_id = transactions.id) AS open_refunds
         FROM transactions WHERE order_id = ANY($1)`,
      [ids],
    ),
    closed: new Set(closed.map(({ order_id }) => order_id)),
    uses: await mongo
      .collection<Records['uses'][number]>('coupon_uses')
      .find({ $or: [{ order_id: { $in: known } }, { user_id: { $in: users } }] })
      .toArray(),
  };
}

function factsOf(records: Records, { orderId, userId, productId }: Subject): Facts {
  const isOf = (row: { user_id: string; order_id: string }) =>
    orderId === null ? row.user_id === userId : row.order_id === orderId;
  const orders = records.orders.filter(({ id, user_id }) => isOf({ order_id: id, user_id }));
  const held = records.reservations.filter(({ order_id, product_id }) =>
    orderId === null ? product_id === productId : order_id === orderId,
  );
  const payments = records.payments.filter(({ order_id }) => orders.some(({ id }) => id === order_id));
  const captured = payments.filter(({ status }) => status === 'SUCCESS' || status === 'REFUNDED');
  const books = payments.map(({ id }) => gatewayBooks(id));
  const isOpen = ({ status }: Payment) => status === 'PENDING' || status === 'PROCESSING';
  return {
    orders: orders.map(({ status }) => status).join(),
    held: held.map(({ state }) => state).join(),
    coupons: records.uses.filter(isOf).length,
    closed: orders.some(({ id, status }) => status === 'PENDING' && records.closed.has(id)),
    open: payments.filter(isOpen).length + payments.reduce((open, { open_refunds }) => open + open_refunds, 0),
    captured: totalOf(captured.map(({ amount }) => amount)),
    refunded: totalOf(payments.map(({ refunded }) => refunded)),
    gateway: `${totalOf(books.map(({ charged }) => charged))} - ${totalOf(books.map(({ refunded }) => refunded))}`,
  };
}

function totalOf(amounts: string[]): string {
  return fromCents(sum(amounts.map(toCents)));
}
