import { z } from '@hono/zod-openapi';

import { transactionStatus } from '#drizzle/payments/schema.ts';
import { access } from '#shared/auth/access.ts';
import { contract, created, errors, IdPath, json, jsonBody } from '#shared/http/contract.ts';
import { IdempotencyHeader } from '#shared/http/idempotency.ts';
import { PageQuery, pageOf, TimeSort } from '#shared/http/pages.ts';
import { Currency, Id, Timestamp } from '#shared/http/values.ts';
import { Money } from '#shared/money/schema.ts';

import { PaymentMethodCode } from '../payment-methods/payment-methods.contract.ts';

export const TransactionStatus = z
  .enum(transactionStatus.enumValues)
  .openapi('TransactionStatus', { example: 'SUCCESS' });

/** A payment that went well. */
export const transactionExample = {
  id: '01938f6e-7a3b-7c4d-9e5f-6a7b8c9d0e1f',
  transaction_number: 'TXN-20261122-9K2M4XQ7',
  order_id: '01938f6e-1c2d-7e3f-8a4b-5c6d7e8f9a0b',
  payment_method_code: 'CREDIT_CARD',
  amount: '48.57',
  currency: 'USD',
  status: 'SUCCESS',
  failure_reason: null,
  refund_amount: null,
  processed_at: '2026-11-22T21:24:42.456Z',
  refunded_at: null,
  created_at: '2026-11-22T21:24:42.123Z',
  updated_at: '2026-11-22T21:24:42.456Z',
};

/** Seed: transactions. */
export const Transaction = z
  .object({
    id: Id,
    transaction_number: z.string(),
    order_id: Id,
    payment_method_code: PaymentMethodCode,
    amount: Money,
    currency: Currency,
    status: TransactionStatus,
    failure_reason: z.string().nullable().openapi({
      description: '`card_declined`, `insufficient_funds`, `expired_card` or `gateway_error`; null unless it FAILED.',
    }),
    refund_amount: Money.nullable().openapi({ description: 'What went back or is on its way; null if nothing is.' }),
    processed_at: Timestamp.nullable().openapi({ description: 'When it became SUCCESS or FAILED.' }),
    refunded_at: Timestamp.nullable(),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .openapi('Transaction', { example: transactionExample });

/** A token as gateways' forms give them: it is told to the gateway, and kept nowhere. */
export const PaymentToken = z.string().min(1).max(255).openapi({
  description: "The token that the payment gateway's own form gave for the customer's card or account.",
});

function has(field: string) {
  return { required: [field], properties: { [field]: {} } };
}

const PaymentInput = z
  .strictObject({
    order_id: Id,
    payment_method_code: PaymentMethodCode,
    payment_token: PaymentToken.optional(),
    saved_payment_method_id: Id.optional().openapi({
      description: 'Instead of a token: one of `GET /v1/me/payment-methods`, of the same `payment_method_code`.',
    }),
    save_payment_method: z.boolean().optional().openapi({
      description: 'Whether to save the card or account of the token, once it has paid.',
    }),
  })
  .refine((input) => input.payment_token !== undefined || input.saved_payment_method_id !== undefined, {
    path: ['payment_token'],
    error: 'Send this, or saved_payment_method_id.',
    params: { code: 'required' },
    when: isWellFormed,
  })
  .refine((input) => input.payment_token === undefined || input.saved_payment_method_id === undefined, {
    path: ['saved_payment_method_id'],
    error: 'Send this or payment_token, not both.',
    params: { code: 'exclusive' },
    when: isWellFormed,
  })
  .refine((input) => input.saved_payment_method_id === undefined || input.save_payment_method !== true, {
    path: ['save_payment_method'],
    error: 'This is saved already.',
    params: { code: 'already_saved' },
    when: isWellFormed,
  })
  .openapi('PaymentInput', {
    // The same as a plain `oneOf`, of which generators of clients make a union of two nameless types.
    not: { not: { oneOf: [has('payment_token'), has('saved_payment_method_id')] } },
    example: {
      order_id: '01938f6e-1c2d-7e3f-8a4b-5c6d7e8f9a0b',
      payment_method_code: 'CREDIT_CARD',
      payment_token: 'tok_success',
    },
  });

/** The rules between the fields are looked at once each field is as it should be. */
function isWellFormed({ issues }: { issues: unknown[] }): boolean {
  return issues.length === 0;
}

const TransactionPage = pageOf(Transaction).openapi('TransactionPage');

const Filter = PageQuery.extend({
  sort: TimeSort,
  order_id: Id.optional().openapi({ description: 'Only payments of this order.' }),
  status: TransactionStatus.optional().openapi({ description: 'Only payments in this status.' }),
});

export const createPayment = contract({
  method: 'post',
  path: '/v1/payments',
  operationId: 'createPayment',
  tags: ['Payments'],
  summary: 'Pay an order',
  description:
    'Charges what the order comes to. Read the status of the answer: `SUCCESS` (the order is confirmed), `FAILED` ' +
    '(see `failure_reason`; the order stays as it is, pay again with a new Idempotency-Key) or `PROCESSING` (it will ' +
    'become one of the two; read the transaction again later). An order is never charged twice. Pay with a ' +
    '`payment_token` or with what you have saved. With `save_payment_method`, what has paid is saved, whenever the ' +
    'payment becomes `SUCCESS`, unless 20 others are saved already.',
  ...access.customer,
  needsIdempotencyKey: true,
  request: { headers: IdempotencyHeader, body: jsonBody(PaymentInput) },
  responses: {
    201: created(Transaction, 'The transaction, whatever came of it'),
    ...errors(
      'idempotency_key_required',
      'idempotency_key_invalid',
      'idempotency_key_reused',
      'idempotency_in_progress',
      'not_found',
      'order_not_payable',
      'order_already_paid',
      'payment_in_progress',
      'payment_method_unavailable',
    ),
  },
});

export const listPayments = contract({
  method: 'get',
  path: '/v1/payments',
  operationId: 'listPayments',
  tags: ['Payments'],
  summary: 'List your payments',
  ...access.customer,
  request: { query: Filter },
  responses: { 200: json(TransactionPage, 'A page of payments'), ...errors('invalid_cursor') },
});

export const getPayment = contract({
  method: 'get',
  path: '/v1/payments/{id}',
  operationId: 'getPayment',
  tags: ['Payments'],
  summary: 'Get one of your payments',
  ...access.customer,
  request: { params: IdPath },
  responses: { 200: json(Transaction, 'The payment') },
});
