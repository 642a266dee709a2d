import type { z } from '@hono/zod-openapi';

import type { TransactionRow } from '../../store/transactions.ts';
import { PaymentMethodCode } from '../payment-methods/payment-methods.contract.ts';
import type { Transaction } from './payments.contract.ts';

/** The transaction as its owner sees it. */
export function presentTransaction(row: TransactionRow): z.output<typeof Transaction> {
  return {
    id: row.id,
    transaction_number: row.transaction_number,
    order_id: row.order_id,
    payment_method_code: PaymentMethodCode.parse(row.payment_method_code),
    amount: row.amount,
    currency: row.currency,
    status: row.status,
    failure_reason: row.failure_reason,
    refund_amount: row.refund_amount,
    processed_at: row.processed_at?.toISOString() ?? null,
    refunded_at: row.refunded_at?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}
