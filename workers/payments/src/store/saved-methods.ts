import { and, desc, eq, isNull, sql } from 'drizzle-orm';

import { paymentMethods, userSavedPaymentMethods as saved } from '#drizzle/payments/schema.ts';
import type { Database } from '#shared/db/postgres.ts';

import { lockSavedMethods } from './saved-methods-lock.ts';

/** What its owner may see of a saved method. */
export const savedMethodColumns = {
  id: saved.id,
  payment_method_code: paymentMethods.code,
  card_brand: saved.card_brand,
  card_last_four: saved.card_last_four,
  expiry_month: saved.expiry_month,
  expiry_year: saved.expiry_year,
  is_default: saved.is_default,
  created_at: saved.created_at,
  updated_at: saved.updated_at,
};

export type SavedMethodRow = Awaited<ReturnType<typeof selectSavedMethods>>[number];

function selectSavedMethods(db: Database) {
  return db
    .select(savedMethodColumns)
    .from(saved)
    .innerJoin(paymentMethods, eq(paymentMethods.id, saved.payment_method_id))
    .$dynamic();
}

/** The user's method of this id, unless it is deleted. */
function liveOf(userId: string, id: string) {
  return and(eq(saved.id, id), eq(saved.user_id, userId), isNull(saved.deleted_at));
}

/** All of the user's methods: the default first, then the newest first. */
export function listSavedMethods(db: Database, userId: string): Promise<SavedMethodRow[]> {
  return selectSavedMethods(db)
    .where(and(eq(saved.user_id, userId), isNull(saved.deleted_at)))
    .orderBy(desc(saved.is_default), desc(saved.created_at), desc(saved.id));
}

/** What is needed to pay with the user's method; undefined if it is another's, deleted or nobody's. `gateway_token` is encrypted. */
export async function findChargeableMethod(db: Database, userId: string, id: string) {
  const [found] = await db
    .select({
      id: saved.id,
      payment_method_code: paymentMethods.code,
      gateway: saved.gateway,
      gateway_customer_id: saved.gateway_customer_id,
      gateway_token: saved.gateway_token,
    })
    .from(saved)
    .innerJoin(paymentMethods, eq(paymentMethods.id, saved.payment_method_id))
    .where(liveOf(userId, id));
  return found;
}

/** Makes the method the default, or not the default any more; undefined if the user has no such one. Of two at once the later one wins. */
export async function changeDefault(
  db: Database,
  userId: string,
  id: string,
  isDefault: boolean,
): Promise<SavedMethodRow | undefined> {
  const [, , , [changed]] = await db.batch([
    lockSavedMethods(db, userId),
    db.execute(sql`
      UPDATE user_saved_payment_methods AS former SET is_default = false
        FROM user_saved_payment_methods AS changed
       WHERE changed.id = ${id}::uuid AND changed.user_id = ${userId}::uuid AND changed.deleted_at IS NULL
         AND ${isDefault}::boolean
         AND former.user_id = changed.user_id AND former.id <> changed.id AND former.is_default`),
    db.update(saved).set({ is_default: isDefault }).where(liveOf(userId, id)),
    selectSavedMethods(db).where(liveOf(userId, id)),
  ]);
  return changed;
}
