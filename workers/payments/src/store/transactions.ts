import { and, asc, desc, eq, gt, gte, inArray, like, lt, lte, or, type SQL, sql } from 'drizzle-orm';

import { paymentMethods, transactions, transactionStatus } from '#drizzle/payments/schema.ts';
import type { Database } from '#shared/db/postgres.ts';
import type { Position } from '#shared/http/pages.ts';

import type { Due } from './checks.ts';

export type TransactionStatus = (typeof transactionStatus.enumValues)[number];

const columns = {
  id: transactions.id,
  transaction_number: transactions.transaction_number,
  order_id: transactions.order_id,
  user_id: transactions.user_id,
  payment_method_code: paymentMethods.code,
  amount: transactions.amount,
  currency: transactions.currency,
  status: transactions.status,
  gateway: transactions.gateway,
  gateway_transaction_id: transactions.gateway_transaction_id,
  failure_reason: transactions.failure_reason,
  processed_at: transactions.processed_at,
  refunded_at: transactions.refunded_at,
  refund_amount: transactions.refund_amount,
  save_payment_method: transactions.save_payment_method,
  created_at: transactions.created_at,
  updated_at: transactions.updated_at,
};

export type TransactionRow = Awaited<ReturnType<typeof selectTransactions>>[number];

function selectTransactions(db: Database) {
  return db
    .select(columns)
    .from(transactions)
    .innerJoin(paymentMethods, eq(paymentMethods.id, transactions.payment_method_id))
    .$dynamic();
}

/** The statement that reads one transaction, whosever it is. */
export function selectTransaction(db: Database, id: string) {
  return selectTransactions(db).where(eq(transactions.id, id));
}

/** The user's transaction; undefined if it is another's or nobody's. */
export async function findTransactionOf(db: Database, userId: string, id: string): Promise<TransactionRow | undefined> {
  const [row] = await selectTransactions(db).where(and(eq(transactions.id, id), eq(transactions.user_id, userId)));
  return row;
}

export interface TransactionFilter {
  ascending: boolean;
  order_id?: string | undefined;
  user_id?: string | undefined;
  status?: TransactionStatus | undefined;
  /** The beginning of a transaction number. */
  q?: string | undefined;
  from?: string | undefined;
  before?: string | undefined;
}

/** Where a page begins and how long it is. */
interface PageRequest {
  limit: number;
  after: Position | null;
}

/** Up to `limit + 1` of the transactions that the filter lets through, by creation time and id, from behind `after`. */
export function listTransactions(db: Database, filter: TransactionFilter, { limit, after }: PageRequest) {
  return selectTransactions(db)
    .where(letThrough(filter, after))
    .orderBy(...inOrder(filter))
    .limit(limit + 1);
}

/** The ids of the same transactions, for another statement of the same batch. */
export function selectListedIds(db: Database, filter: TransactionFilter, { limit, after }: PageRequest) {
  return db
    .select({ id: transactions.id })
    .from(transactions)
    .where(letThrough(filter, after))
    .orderBy(...inOrder(filter))
    .limit(limit + 1);
}

function letThrough(filter: TransactionFilter, after: Position | null): SQL | undefined {
  const { order_id, user_id, status, q, from, before, ascending } = filter;
  return and(
    order_id === undefined ? undefined : eq(transactions.order_id, order_id),
    user_id === undefined ? undefined : eq(transactions.user_id, user_id),
    status === undefined ? undefined : eq(transactions.status, status),
    q === undefined ? undefined : like(transactions.transaction_number, prefixPattern(q)),
    from === undefined ? undefined : gte(transactions.created_at, new Date(from)),
    before === undefined ? undefined : lt(transactions.created_at, new Date(before)),
    after === null ? undefined : beyond(after, ascending),
  );
}

function inOrder({ ascending }: TransactionFilter): SQL[] {
  const direction = ascending ? asc : desc;
  return [direction(transactions.created_at), direction(transactions.id)];
}

function beyond({ key, id }: Position, ascending: boolean): SQL {
  const row = sql`(${transactions.created_at}, ${transactions.id})`;
  return ascending
    ? sql`${row} > (${key}::timestamptz, ${id}::uuid)`
    : sql`${row} < (${key}::timestamptz, ${id}::uuid)`;
}

/** Transaction numbers have capital letters only. */
function prefixPattern(prefix: string): string {
  return `${prefix.toUpperCase().replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
}

/** The status of the order's one live transaction, if it has one. */
export async function liveStatusOf(db: Database, orderId: string): Promise<TransactionStatus | undefined> {
  const [row] = await db
    .select({ status: transactions.status })
    .from(transactions)
    .where(and(eq(transactions.order_id, orderId), inArray(transactions.status, ['PENDING', 'PROCESSING', 'SUCCESS'])));
  return row?.status;
}

/** A page of the payments whose outcome has been open since `before` or longer and that are not put off, the oldest first. */
export function listOpen(
  db: Database,
  { now, before }: Due,
  { limit, after }: { limit: number; after: TransactionRow | undefined },
): Promise<TransactionRow[]> {
  return selectTransactions(db)
    .where(
      and(
        eq(transactions.status, 'PROCESSING'),
        lte(transactions.created_at, before),
        lte(transactions.next_check_at, now),
        after &&
          or(
            gt(transactions.created_at, after.created_at),
            and(eq(transactions.created_at, after.created_at), gt(transactions.id, after.id)),
          ),
      ),
    )
    .orderBy(asc(transactions.created_at), asc(transactions.id))
    .limit(limit);
}
