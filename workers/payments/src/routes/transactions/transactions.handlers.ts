import type { OpenAPIHono } from '@hono/zod-openapi';

import { connect } from '#shared/db/postgres.ts';
import { page, readCursor, TimeKey } from '#shared/http/pages.ts';
import { notFound } from '#shared/http/problem.ts';

import type { PaymentsEnv } from '../../env.ts';
import { selectRefundsOf } from '../../store/refunds.ts';
import {
  listTransactions as findTransactions,
  selectTransaction,
  type TransactionRow,
} from '../../store/transactions.ts';
import { presentTransaction } from '../payments/present-transaction.ts';
import { presentRefund } from '../refunds/present-refund.ts';
import { getTransaction, listTransactions } from './transactions.contract.ts';

export function addTransactionRoutes(app: OpenAPIHono<PaymentsEnv>): void {
  app.openapi(listTransactions, async (c) => {
    const { limit, cursor, 'created_at[gte]': from, 'created_at[lt]': before, ...wanted } = c.req.valid('query');
    const filter = { ...wanted, from, before };
    const list = { path: c.req.path, ...filter };
    const after = readCursor(cursor, list, TimeKey);
    const rows = await findTransactions(connect(c.env), filter, { limit, after });
    const position = (row: TransactionRow) => ({ key: row.created_at.toISOString(), id: row.id });
    const { data, page: envelope } = page(c, rows, { limit, list, position });
    return c.json({ data: data.map(presentForStaff), page: envelope }, 200);
  });

  app.openapi(getTransaction, async (c) => {
    const db = connect(c.env);
    const { id } = c.req.valid('param');
    const [[transaction], refunds] = await db.batch([selectTransaction(db, id), selectRefundsOf(db, id)]);
    if (!transaction) throw notFound('transaction');
    return c.json({ ...presentForStaff(transaction), refunds: refunds.map(presentRefund) }, 200);
  });
}

function presentForStaff(row: TransactionRow) {
  const { user_id, gateway, gateway_transaction_id } = row;
  return { ...presentTransaction(row), user_id, gateway, gateway_transaction_id };
}
