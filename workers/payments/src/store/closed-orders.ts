import { sql } from 'drizzle-orm';
import { z } from 'zod';

import type { Database } from '#shared/db/postgres.ts';

import { lockOrder } from './order-lock.ts';

const Row = z.object({
  is_closed: z.boolean(),
  is_paid: z.boolean(),
  open_transaction_id: z.string().nullable(),
});

/** `open`: the transaction that is on its way. */
export type CloseResult = { outcome: 'closed' | 'paid' } | { outcome: 'open'; transaction_id: string };

/** Closes the order unless it is paid or being paid: from then on no payment of it begins. Repeatable. */
export async function closeUnlessPaid(db: Database, orderId: string): Promise<CloseResult> {
  const [, , { rows }] = await db.batch([
    lockOrder(db, orderId),
    db.execute(sql`
      INSERT INTO closed_orders (order_id)
      SELECT ${orderId}::uuid
       WHERE NOT EXISTS (
         SELECT FROM transactions
          WHERE order_id = ${orderId}::uuid AND status IN ('PENDING', 'PROCESSING', 'SUCCESS', 'REFUNDED'))
      ON CONFLICT DO NOTHING`),
    db.execute(sql`
      SELECT EXISTS (SELECT FROM closed_orders WHERE order_id = ${orderId}::uuid) AS is_closed,
             EXISTS (SELECT FROM transactions
                      WHERE order_id = ${orderId}::uuid AND status IN ('SUCCESS', 'REFUNDED')) AS is_paid,
             (SELECT id FROM transactions
               WHERE order_id = ${orderId}::uuid AND status IN ('PENDING', 'PROCESSING')) AS open_transaction_id`),
  ]);
  const { is_closed, is_paid, open_transaction_id } = Row.parse(rows[0]);
  if (is_paid) return { outcome: 'paid' };
  if (open_transaction_id !== null) return { outcome: 'open', transaction_id: open_transaction_id };
  if (!is_closed) throw new Error(`Order ${orderId} is neither closed, paid nor being paid.`);
  return { outcome: 'closed' };
}
