import { asc, eq, sql } from 'drizzle-orm';

import { paymentMethods } from '#drizzle/payments/schema.ts';
import { violates } from '#shared/db/errors.ts';
import { isGuardRefusal, requireRow } from '#shared/db/guards.ts';
import type { Database } from '#shared/db/postgres.ts';
import { auditEvent } from '#shared/events/audit.ts';
import type { OutboxEvent } from '#shared/events/events.ts';
import { insertEvents } from '#shared/events/outbox.ts';

export type PaymentMethodRow = typeof paymentMethods.$inferSelect;

export interface MethodChange {
  is_active?: boolean | undefined;
  display_order?: number | undefined;
  name?: string | undefined;
}

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

/** All of them, in the same order. */
export function listMethods(db: Database): Promise<PaymentMethodRow[]> {
  return db.select().from(paymentMethods).orderBy(asc(paymentMethods.display_order), asc(paymentMethods.id));
}

const attempts = 5;

/** Changes a method, with the entry of the audit log. Two changes at once come one after the other. */
export async function changeMethod(
  db: Database,
  id: number,
  change: MethodChange,
  actorId: string,
): Promise<{ method: PaymentMethodRow; events: OutboxEvent[] } | 'not_found' | 'name_taken'> {
  for (let attempt = 1; ; attempt++) {
    const [before] = await db.select().from(paymentMethods).where(eq(paymentMethods.id, id));
    if (!before) return 'not_found';
    const audit = auditOf(before, change, actorId);
    try {
      const [, [method]] = await db.batch([
        requireRow(db, unchanged(before)),
        db.update(paymentMethods).set(change).where(eq(paymentMethods.id, id)).returning(),
        insertEvents(db, [audit]),
      ]);
      return method ? { method, events: [audit] } : 'not_found';
    } catch (error) {
      if (violates(error, 'payment_methods_name_key')) return 'name_taken';
      if (!isGuardRefusal(error) || attempt === attempts) throw error;
    }
  }
}

function unchanged({ id, is_active, display_order, name }: PaymentMethodRow) {
  return sql`
    SELECT FROM payment_methods
     WHERE id = ${id} AND is_active = ${is_active} AND display_order = ${display_order} AND name = ${name}`;
}

function auditOf(before: PaymentMethodRow, change: MethodChange, actor_id: string): OutboxEvent {
  const { is_active, display_order, name } = before;
  const fields = { is_active, display_order, name };
  return auditEvent({
    actor_id,
    action: 'payment_method.updated',
    resource_type: 'payment_method',
    resource_id: String(before.id),
    before: fields,
    after: { ...fields, ...change },
  });
}
