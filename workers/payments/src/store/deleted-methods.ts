import { and, asc, eq, isNotNull, isNull, sql } from 'drizzle-orm';

import { departedUsers, transactions, userSavedPaymentMethods as saved } from '#drizzle/payments/schema.ts';
import type { Database } from '#shared/db/postgres.ts';
import { receive } from '#shared/events/consume.ts';

import { lockSavedMethods } from './saved-methods-lock.ts';

/** A method that its gateway has still to forget. `gateway_token` is encrypted. */
export interface DeletedMethod {
  id: string;
  gateway: string;
  gateway_customer_id: string | null;
  gateway_token: string | null;
}

const columns = {
  id: saved.id,
  gateway: saved.gateway,
  gateway_customer_id: saved.gateway_customer_id,
  gateway_token: saved.gateway_token,
};
const deleted = { deleted_at: sql`now()`, is_default: false };

/** Takes the method away from its owner; undefined if they have no such one. No other becomes the default. */
export async function deleteMethod(db: Database, userId: string, id: string): Promise<DeletedMethod | undefined> {
  const [, [gone]] = await db.batch([
    lockSavedMethods(db, userId),
    db
      .update(saved)
      .set(deleted)
      .where(and(eq(saved.id, id), eq(saved.user_id, userId), isNull(saved.deleted_at)))
      .returning(columns),
  ]);
  return gone;
}

/**
 * The same for all methods of somebody whose account is gone, and nothing is kept of theirs from now on. Throws
 * for an event that was received before (see `once`). Payments come before the lock, as in a settlement.
 */
export async function deleteMethodsOf(db: Database, userId: string, eventId: string): Promise<DeletedMethod[]> {
  const [, , , , gone] = await db.batch([
    receive(db, 'payments', eventId),
    db
      .update(transactions)
      .set({ save_payment_method: false })
      .where(
        and(
          eq(transactions.user_id, userId),
          eq(transactions.status, 'PROCESSING'),
          eq(transactions.save_payment_method, true),
        ),
      ),
    lockSavedMethods(db, userId),
    db.insert(departedUsers).values({ user_id: userId }).onConflictDoNothing(),
    db
      .update(saved)
      .set(deleted)
      .where(and(eq(saved.user_id, userId), isNull(saved.deleted_at)))
      .returning(columns),
  ]);
  return gone;
}

/** Some that are to be forgotten, those first that have not been tried for longest. */
export function listDeletedMethods(db: Database, limit: number): Promise<DeletedMethod[]> {
  return db
    .select(columns)
    .from(saved)
    .where(isNotNull(saved.deleted_at))
    .orderBy(asc(saved.updated_at), asc(saved.id))
    .limit(limit);
}

/** Its turn comes again after the others': any change sets `updated_at`. */
export async function putOffForgetting(db: Database, id: string): Promise<void> {
  await db
    .update(saved)
    .set({ updated_at: sql`now()` })
    .where(and(eq(saved.id, id), isNotNull(saved.deleted_at)));
}

/** The gateway has forgotten it: so do we. */
export async function dropForgotten(db: Database, id: string): Promise<void> {
  await db.delete(saved).where(and(eq(saved.id, id), isNotNull(saved.deleted_at)));
}
