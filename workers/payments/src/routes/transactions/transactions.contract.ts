import { z } from '@hono/zod-openapi';

import { access } from '#shared/auth/access.ts';
import { contract, errors, IdPath, json } from '#shared/http/contract.ts';
import { CreatedRange, PageQuery, pageOf, TimeSort } from '#shared/http/pages.ts';
import { Id } from '#shared/http/values.ts';

import { Transaction, transactionExample, TransactionStatus } from '../payments/payments.contract.ts';
import { Refund } from '../refunds/refunds.contract.ts';

const tags = ['Payment administration'];

const adminExample = {
  ...transactionExample,
  user_id: '01938f6e-1111-7c4d-9e5f-6a7b8c9d0e1f',
  gateway: 'sandbox',
  gateway_transaction_id: 'sandbox_01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e8f',
  refunds: [],
};

/** Seed: transactions, as staff sees them. */
const AdminTransaction = Transaction.extend({
  user_id: Id,
  gateway: z.string().openapi({ example: 'sandbox' }),
  gateway_transaction_id: z.string().nullable().openapi({
    description: "The gateway's own name of the payment.",
    example: 'sandbox_01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e8f',
  }),
  refunds: z.array(Refund).openapi({ description: 'The first one first.' }),
}).openapi('AdminTransaction', { example: adminExample });

const Filter = PageQuery.extend({
  sort: TimeSort,
  status: TransactionStatus.optional().openapi({ description: 'Only payments in this status.' }),
  order_id: Id.optional().openapi({ description: 'Only payments of this order.' }),
  user_id: Id.optional().openapi({ description: 'Only payments of this user.' }),
  q: z
    .string()
    .trim()
    .min(1)
    .max(50)
    .regex(/^[A-Za-z0-9-]+$/, { error: 'Send the beginning of a transaction number.' })
    .optional()
    .openapi({ description: 'The beginning of a transaction number.', example: 'TXN-20261122' }),
  ...CreatedRange,
});

export const listTransactions = contract({
  method: 'get',
  path: '/v1/admin/transactions',
  operationId: 'listTransactions',
  tags,
  summary: 'List all payments with their refunds',
  ...access.manager,
  request: { query: Filter },
  responses: {
    200: json(pageOf(AdminTransaction).openapi('AdminTransactionPage'), 'A page of payments'),
    ...errors('invalid_cursor'),
  },
});

export const getTransaction = contract({
  method: 'get',
  path: '/v1/admin/transactions/{id}',
  operationId: 'getTransaction',
  tags,
  summary: 'Read a payment with its refunds',
  ...access.manager,
  request: { params: IdPath },
  responses: { 200: json(AdminTransaction, 'The payment') },
});
