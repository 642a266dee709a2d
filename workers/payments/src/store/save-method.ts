import { eq, type SQL, sql } from 'drizzle-orm';

import { paymentMethods, userSavedPaymentMethods as saved } from '#drizzle/payments/schema.ts';
import type { Database } from '#shared/db/postgres.ts';

import type { StoredCard } from '../domain/card-details.ts';
import type { EncryptedToken } from '../domain/token-encryption.ts';
import { type SavedMethodRow, savedMethodColumns } from './saved-methods.ts';
import { lockSavedMethods } from './saved-methods-lock.ts';

/** How many methods a user can keep at the same time. */
export const mostSavedMethods = 20;

/** A method that a gateway keeps, on its way into its row. */
export interface NewSavedMethod extends StoredCard, EncryptedToken {
  id: string;
  user_id: string;
  gateway: string;
  gateway_customer_id: string | null;
  /** It takes the flag from the default there is. */
  asks_for_default: boolean;
}

/**
 * The statements that insert a method where `wanted` finds a row (`payment_method_id`, `is_wanted`). One that is not
 * wanted after all, is too many, or whose owner has left, comes in as deleted: the gateway keeps it already and has to be made to forget it.
 * The user's only method is the default.
 */
export function saveStatements(db: Database, method: NewSavedMethod, wanted: SQL) {
  const { id, user_id, asks_for_default } = method;
  const isLive = sql`EXISTS (SELECT FROM user_saved_payment_methods WHERE id = ${id}::uuid AND deleted_at IS NULL)`;
  const ofUser = sql`user_id = ${user_id}::uuid`;
  return [
    lockSavedMethods(db, user_id),
    db.execute(sql`
      INSERT INTO user_saved_payment_methods
        (id, user_id, payment_method_id, card_last_four, card_brand, expiry_month, expiry_year, gateway,
         gateway_customer_id, gateway_token, token_key_id, deleted_at)
      SELECT ${id}::uuid, ${user_id}::uuid, wanted.payment_method_id, ${method.card_last_four}, ${method.card_brand},
             ${method.expiry_month}::integer, ${method.expiry_year}::integer, ${method.gateway},
             ${method.gateway_customer_id}, ${method.gateway_token}, ${method.token_key_id},
             CASE WHEN NOT wanted.is_wanted OR ${hasLeft(user_id)} OR (
                    SELECT count(*) FROM user_saved_payment_methods WHERE ${ofUser} AND deleted_at IS NULL
                  ) >= ${mostSavedMethods}
                  THEN now() END
        FROM (${wanted}) AS wanted`),
    db.execute(sql`
      UPDATE user_saved_payment_methods SET is_default = false
       WHERE ${ofUser} AND is_default AND ${asks_for_default}::boolean AND ${isLive}`),
    db.execute(sql`
      UPDATE user_saved_payment_methods SET is_default = true
       WHERE id = ${id}::uuid AND deleted_at IS NULL
         AND (${asks_for_default}::boolean OR NOT EXISTS (
           SELECT FROM user_saved_payment_methods AS other
            WHERE other.${ofUser} AND other.id <> ${id}::uuid AND other.deleted_at IS NULL))`),
  ] as const;
}

/** Whether the account is gone. */
function hasLeft(userId: string): SQL {
  return sql`EXISTS (SELECT FROM departed_users WHERE user_id = ${userId}::uuid)`;
}

/** What is known before a gateway is asked to keep something. The insert decides again. */
export interface SavingContext {
  is_active: boolean;
  is_full: boolean;
  /** The user's customer at the gateway, where an earlier saving made one. */
  gateway_customer_id: string | null;
}

export async function savingContext(
  db: Database,
  { user_id, payment_method_code, gateway }: { user_id: string; payment_method_code: string; gateway: string },
): Promise<SavingContext | undefined> {
  const ofUser = eq(saved.user_id, user_id);
  const [found] = await db
    .select({
      is_active: paymentMethods.is_active,
      is_full: sql<boolean>`(SELECT count(*) FROM ${saved} WHERE ${ofUser} AND deleted_at IS NULL) >= ${mostSavedMethods}`,
      gateway_customer_id: sql<string | null>`(
        SELECT gateway_customer_id FROM ${saved}
         WHERE ${ofUser} AND gateway = ${gateway} AND gateway_customer_id IS NOT NULL
         ORDER BY created_at DESC, id DESC LIMIT 1)`,
    })
    .from(paymentMethods)
    .where(eq(paymentMethods.code, payment_method_code));
  return found;
}

/** `refused`: it is in the books as deleted. */
export type SaveOutcome =
  | { saved: SavedMethodRow }
  | { refused: 'method_unavailable' | 'limit_reached' | 'owner_left' };

/** Inserts a method without a payment. */
export async function saveMethod(db: Database, method: NewSavedMethod, methodCode: string): Promise<SaveOutcome> {
  const wanted = sql`
    SELECT payment_methods.id AS payment_method_id, is_active AS is_wanted FROM payment_methods WHERE code = ${methodCode}`;
  const [, , , , [row]] = await db.batch([
    ...saveStatements(db, method, wanted),
    db
      .select({
        method: savedMethodColumns,
        deleted_at: saved.deleted_at,
        is_active: paymentMethods.is_active,
        has_left: sql<boolean>`${hasLeft(method.user_id)}`,
      })
      .from(saved)
      .innerJoin(paymentMethods, eq(paymentMethods.id, saved.payment_method_id))
      .where(eq(saved.id, method.id)),
  ]);
  if (!row) throw new Error(`There is no payment method ${methodCode}.`);
  if (row.deleted_at === null) return { saved: row.method };
  if (row.has_left) return { refused: 'owner_left' };
  return { refused: row.is_active ? 'limit_reached' : 'method_unavailable' };
}
