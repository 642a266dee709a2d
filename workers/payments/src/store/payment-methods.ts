import { asc, eq } from 'drizzle-orm';

import { paymentMethods } from '#drizzle/payments/schema.ts';
import type { Database } from '#shared/db/postgres.ts';

/** The active ones, as a shopper is to see them. */
export function listActiveMethods(db: Database) {
  return db
    .select({
      id: paymentMethods.id,
      code: paymentMethods.code,
      name: paymentMethods.name,
      display_order: paymentMethods.display_order,
    })
    .from(paymentMethods)
    .where(eq(paymentMethods.is_active, true))
    .orderBy(asc(paymentMethods.display_order), asc(paymentMethods.id));
}
