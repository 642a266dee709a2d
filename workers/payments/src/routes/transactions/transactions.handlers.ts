import type { OpenAPIHono } from '@hono/zod-openapi';

import { connect } from '#shared/db/postgres.ts';
import { page, readCursor, TimeKey } from '#shared/http/pages.ts';
import { notFound } from '#shared/http/problem.ts';

import type { PaymentsEnv } from '../../env.ts';
import { type RefundRow, selectRefundsOf, selectRefundsOfAll } from '../../store/refunds.ts';
import {
  listTransactions as findTransactions,
  selectListedIds,
  selectTransaction,
  type TransactionRow,
} from '../../store/transactions.ts';
import { presentTransaction } from '../payments/present-transaction.ts';
import { presentRefund } from '../refunds/present-refund.ts';
import { getTransaction, listTransactions } from './transactions.contract.ts';

export function addTransactionRoutes(app: OpenAPIHono<PaymentsEnv>): void {
  app.openapi(listTransactions, async (c) => {
    const db = connect(c.env);
    const { limit, cursor, sort, 'created_at[gte]': from, 'created_at[lt]': before, ...wanted } = c.req.valid('query');
    const filter = { ...wanted, from, before, ascending: sort === 'created_at' };
    const list = { path: c.req.path, ...filter };
    const at = { limit, after: readCursor(cursor, list, TimeKey) };
    const [rows, refunds] = await db.batch([
      findTransactions(db, filter, at),
      selectRefundsOfAll(db, selectListedIds(db, filter, at)),
    ]);
    const position = (row: TransactionRow) => ({ key: row.created_at.toISOString(), id: row.id });
    const { data, page: envelope } = page(c, rows, { limit, list, position });
    return c.json({ data: data.map((row) => presentForStaff(row, refunds)), page: envelope }, 200);
  });

  app.openapi(getTransaction, async (c) => {
    const db = connect(c.env);
    const { id } = c.req.valid('param');
    const [[transaction], refunds] = await db.batch([selectTransaction(db, id), selectRefundsOf(db, id)]);
    if (!transaction) throw notFound('transaction');
    return c.json(presentForStaff(transaction, refunds), 200);
  });
}

/** `refunds`: of this transaction and maybe of others. */
function presentForStaff(row: TransactionRow, refunds: RefundRow[]) {
  const { user_id, gateway, gateway_transaction_id } = row;
  const own = refunds.filter(({ transaction_id }) => transaction_id === row.id);
  return { ...presentTransaction(row), user_id, gateway, gateway_transaction_id, refunds: own.map(presentRefund) };
}
