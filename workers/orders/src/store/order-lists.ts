import { and, asc, desc, eq, gte, lt, type SQL, sql } from 'drizzle-orm';

import { orders } from '#drizzle/orders/schema.ts';
import type { Database } from '#shared/db/postgres.ts';
import type { Position } from '#shared/http/pages.ts';

import type { OrderStatus } from '../domain/status.ts';
import type { OrderRow } from './orders.ts';

export interface OrderFilter {
  /** What the order number, or the shopper's email, begins with. */
  q?: string | undefined;
  user_id?: string | undefined;
  status?: OrderStatus | undefined;
  from?: string | undefined;
  before?: string | undefined;
  ascending: boolean;
}

/** Up to `limit + 1` of the orders that the filter lets through, after the position, by creation time and id. */
export async function listOrders(
  db: Database,
  { q, user_id, status, from, before, ascending }: OrderFilter,
  { limit, after }: { limit: number; after: Position | null },
): Promise<OrderRow[]> {
  const direction = ascending ? asc : desc;
  return db
    .select()
    .from(orders)
    .where(
      and(
        q === undefined ? undefined : beginsWith(q),
        user_id === undefined ? undefined : eq(orders.user_id, user_id),
        status && eq(orders.status, status),
        from === undefined ? undefined : gte(orders.created_at, new Date(from)),
        before === undefined ? undefined : lt(orders.created_at, new Date(before)),
        after ? beyond(after, ascending) : undefined,
      ),
    )
    .orderBy(direction(orders.created_at), direction(orders.id))
    .limit(limit + 1);
}

/** Order numbers are in upper case. */
function beginsWith(q: string): SQL {
  const pattern = `${q.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
  return sql`(${orders.order_number} LIKE upper(${pattern}) OR lower(${orders.customer_email}) LIKE lower(${pattern}))`;
}

function beyond({ key, id }: Position, ascending: boolean): SQL {
  const row = sql`(${orders.created_at}, ${orders.id})`;
  return ascending
    ? sql`${row} > (${key}::timestamptz, ${id}::uuid)`
    : sql`${row} < (${key}::timestamptz, ${id}::uuid)`;
}
