import { eq, sql } from 'drizzle-orm';

import { refunds, transactions } from '#drizzle/payments/schema.ts';
import type { Database } from '#shared/db/postgres.ts';

/** What reconciliation is to look at: open since `before` or longer, and not put off beyond `now`. */
export interface Due {
  now: Date;
  before: Date;
}

/** Asked in vain: a minute, then twice as long each time, five minutes at most. */
const later = (checks: typeof transactions.checks | typeof refunds.checks) => ({
  checks: sql`${checks} + 1`,
  next_check_at: sql`now() + least(interval '1 minute' * power(2, least(${checks}, 10)), interval '5 minutes')`,
});

/** Has reconciliation ask the gateway about an open payment again, later than the last time. */
export async function putOffTransaction(db: Database, id: string): Promise<void> {
  await db.update(transactions).set(later(transactions.checks)).where(eq(transactions.id, id));
}

/** The same for a refund. */
export async function putOffRefund(db: Database, id: string): Promise<void> {
  await db.update(refunds).set(later(refunds.checks)).where(eq(refunds.id, id));
}
