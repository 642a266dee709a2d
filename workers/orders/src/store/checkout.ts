import { inArray, isNull, and } from 'drizzle-orm';

import { idempotencyKeys, orderItems, orders, orderStatusHistory } from '#drizzle/orders/schema.ts';
import { type Claim, keepAnswer, type KeptAnswer, requireClaim } from '#shared/db/idempotency.ts';
import type { Database } from '#shared/db/postgres.ts';
import type { OutboxEvent } from '#shared/events/events.ts';
import { insertEvents } from '#shared/events/outbox.ts';

export interface NewOrder {
  order: typeof orders.$inferInsert;
  items: (typeof orderItems.$inferInsert)[];
  history: (typeof orderStatusHistory.$inferInsert)[];
}

/**
 * The order, its items, its history, its events and the answer kept for a repetition, in one transaction: all or
 * nothing. It fails when the claim was lost meanwhile (`isClaimLost`), or when the order number is taken.
 */
export async function insertOrder(
  db: Database,
  { order, items, history }: NewOrder,
  { claim, answer, events }: { claim: Claim; answer: KeptAnswer; events: [OutboxEvent, ...OutboxEvent[]] },
): Promise<void> {
  await db.batch([
    requireClaim(db, claim),
    db.insert(orders).values(order),
    db.insert(orderItems).values(items),
    db.insert(orderStatusHistory).values(history),
    insertEvents(db, events),
    keepAnswer(db, claim, answer),
  ]);
}

/**
 * Gives up the unfinished checkouts among these order ids, then answers which of the ids are orders. The claims go first,
 * in a statement of their own: whoever is just inserting an order holds its claim, is waited for, and is then seen.
 */
export async function giveUpCheckouts(db: Database, orderIds: string[]): Promise<string[]> {
  const [, placed] = await db.batch([
    db
      .delete(idempotencyKeys)
      .where(and(inArray(idempotencyKeys.resource_id, orderIds), isNull(idempotencyKeys.response_status))),
    db.select({ id: orders.id }).from(orders).where(inArray(orders.id, orderIds)),
  ]);
  return placed.map(({ id }) => id);
}
