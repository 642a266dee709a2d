import type { ObjectId } from 'mongodb';

import {
  type Check,
  checkoutSeconds,
  groupBy,
  pages,
  secondsAgo,
  underWaySeconds,
  type Violation,
} from '#tools/invariants/check.ts';
import type { Moment } from '#tools/invariants/shop.ts';

/** A coupon and a use of it, as far as it concerns the checks (collections coupons and coupon_uses). */
interface Coupon {
  _id: ObjectId;
  code: string;
  usage_limit: number | null;
  per_user_limit: number | null;
  updated_at: Date;
}

interface Use {
  _id: ObjectId;
  coupon_id: ObjectId;
  order_id: string;
  user_id: string;
  coupon_code: string;
  redeemed_at: Date;
}

const pageSize = 1_000;

/** Coupons and their uses, together with the orders that used them. */
export const couponChecks: Check[] = [
  {
    name: 'coupon-within-its-limits',
    meaning: 'A coupon is used no more often than it may be, in all and by each shopper.',
    remedy: 'A limit lowered below the uses there are is no violation; anything else is a fault of redeeming.',
    find: async function* find({ mongo }) {
      for await (const coupon of mongo.collection<Coupon>('coupons').find().sort({ _id: 1 })) {
        const { _id: coupon_id, usage_limit, per_user_limit } = coupon;
        if (usage_limit === null && per_user_limit === null) continue;
        yield* beyondLimits(coupon, mongo.collection<Use>('coupon_uses').find({ coupon_id }));
      }
    },
  },
  {
    name: 'coupon-use-has-its-order',
    meaning:
      'A use of a coupon belongs to an order that names it and was not cancelled, or to a checkout of the last 20 minutes.',
    remedy: "The cart's sweep releases uses without an order: see whether it runs, and what it logs.",
    find: async function* find(moment) {
      for await (const page of usesByPage(moment)) {
        const orders = await moment.orders<UsingOrder>(
          `SELECT id, status::text, updated_at <= $2 AS is_settled, array(
                    SELECT coupon ->> 'coupon_code' FROM jsonb_array_elements(applied_coupons) AS coupon) AS codes
             FROM orders WHERE id = ANY($1)`,
          [page.map(({ order_id }) => order_id), secondsAgo(moment, underWaySeconds)],
        );
        const known = new Map(orders.map((order) => [order.id, order]));
        const lost = secondsAgo(moment, checkoutSeconds);
        for (const { _id, order_id, coupon_code, redeemed_at } of page) {
          const order = known.get(order_id);
          const wrong = order ? wrongUse(order, coupon_code) : redeemed_at.toISOString() <= lost && 'does not exist';
          if (wrong) yield { subject: _id.toHexString(), detail: `order ${order_id} ${wrong}` };
        }
      }
    },
  },
  {
    name: 'order-used-its-coupons',
    meaning: 'An order with coupons, unless cancelled or refunded, has a use of each of them.',
    remedy: 'The coupons can be used again by others. Tell whoever looks after the coupons.',
    find: async function* find({ orders, mongo }) {
      const discounted = pages<{ id: string; coupons: number }>(
        orders,
        `SELECT id, jsonb_array_length(applied_coupons) AS coupons FROM orders
          WHERE ($1::uuid IS NULL OR id > $1) AND applied_coupons <> '[]' AND status NOT IN ('CANCELLED', 'REFUNDED')`,
      );
      for await (const page of discounted) {
        const order_id = { $in: page.map(({ id }) => id) };
        const uses = await mongo.collection<Use>('coupon_uses').find({ order_id }).toArray();
        const byOrder = groupBy(uses, (use) => use.order_id);
        for (const { id, coupons } of page) {
          const used = byOrder.get(id)?.length ?? 0;
          if (used !== coupons) yield { subject: id, detail: `${coupons} coupons, ${used} uses` };
        }
      }
    },
  },
];

interface UsingOrder {
  id: string;
  status: string;
  /** Nothing happened to it lately of which the cart might still have to be told. */
  is_settled: boolean;
  codes: string[];
}

function wrongUse({ status, is_settled, codes }: UsingOrder, code: string): string | false {
  if (!is_settled) return false;
  if (status === 'CANCELLED') return 'is cancelled';
  return !codes.includes(code) && `has no coupon ${code}`;
}

/** Uses from before the coupon was last changed may have been within limits that were wider then. */
async function* beyondLimits(
  { code, usage_limit, per_user_limit, updated_at }: Coupon,
  uses: AsyncIterable<Use>,
): AsyncGenerator<Violation> {
  let total = 0;
  let newest = new Date(0);
  const byUser = new Map<string, { count: number; newest: Date }>();
  for await (const { user_id, redeemed_at } of uses) {
    const own = byUser.get(user_id) ?? { count: 0, newest };
    total++;
    if (redeemed_at > newest) newest = redeemed_at;
    if (per_user_limit === null) continue;
    byUser.set(user_id, { count: own.count + 1, newest: redeemed_at > own.newest ? redeemed_at : own.newest });
  }
  if (usage_limit !== null && total > usage_limit && newest > updated_at) {
    yield { subject: code, detail: `${total} uses, limit ${usage_limit}` };
  }
  for (const [user, own] of byUser) {
    if (per_user_limit === null || own.count <= per_user_limit || own.newest <= updated_at) continue;
    yield { subject: code, detail: `${own.count} uses of user ${user}, limit ${per_user_limit}` };
  }
}

async function* usesByPage({ mongo }: Moment): AsyncGenerator<Use[]> {
  let filter = {};
  for (;;) {
    const page = await mongo.collection<Use>('coupon_uses').find(filter).sort({ _id: 1 }).limit(pageSize).toArray();
    const last = page.at(-1);
    if (last === undefined) return;
    yield page;
    const { _id: after } = last;
    filter = { _id: { $gt: after } };
  }
}
