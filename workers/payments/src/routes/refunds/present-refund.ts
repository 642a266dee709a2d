import type { z } from '@hono/zod-openapi';

import type { RefundRow } from '../../store/refunds.ts';
import type { Refund } from './refunds.contract.ts';

export function presentRefund(row: RefundRow): z.output<typeof Refund> {
  const { id, transaction_id, amount, currency, reason, status, created_at } = row;
  return { id, transaction_id, amount, currency, reason, status, created_at: created_at.toISOString() };
}
