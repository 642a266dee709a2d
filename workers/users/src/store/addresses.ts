import { and, desc, eq, inArray, sql } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';

import { userAddresses, users } from '#drizzle/users/schema.ts';
import type { UsersApi } from '#shared/contracts/users.ts';
import type { Database } from '#shared/db/postgres.ts';
import type { Position } from '#shared/http/pages.ts';

import { isLive } from './accounts.ts';

/** What another service may know of an address. */
const postalColumns = {
  id: userAddresses.id,
  full_name: userAddresses.full_name,
  phone_number: userAddresses.phone_number,
  address_line1: userAddresses.address_line1,
  address_line2: userAddresses.address_line2,
  city: userAddresses.city,
  state: userAddresses.state,
  postal_code: userAddresses.postal_code,
  country: userAddresses.country,
};

/** What its owner may see of it. */
const addressColumns = {
  ...postalColumns,
  address_type: userAddresses.address_type,
  is_default: userAddresses.is_default,
  created_at: userAddresses.created_at,
  updated_at: userAddresses.updated_at,
};

export type AddressRow = Omit<typeof userAddresses.$inferSelect, 'user_id'>;
export type NewAddress = Omit<AddressRow, 'id' | 'created_at' | 'updated_at'>;
export type AddressChange = { [Field in keyof NewAddress]?: NewAddress[Field] | undefined };

/** Up to `limit` addresses of the user after `position`, newest first; null if the account is not live. */
export async function listAddresses(
  db: Database,
  userId: string,
  { position, limit }: { position: Position | null; limit: number },
): Promise<AddressRow[] | null> {
  const after = position
    ? sql`(${userAddresses.created_at}, ${userAddresses.id}) < (${position.key}::timestamptz, ${position.id}::uuid)`
    : undefined;
  const rows = await db
    .select({ address: addressColumns })
    .from(users)
    .leftJoin(userAddresses, and(eq(userAddresses.user_id, users.id), after))
    .where(and(eq(users.id, userId), isLive))
    .orderBy(desc(userAddresses.created_at), desc(userAddresses.id))
    .limit(limit);
  return rows.length === 0 ? null : rows.flatMap(({ address }) => address ?? []);
}

/** The address if it is the user's, null if there is none; `account_gone` if the account is not live. */
export async function findAddress(
  db: Database,
  userId: string,
  addressId: string,
): Promise<AddressRow | null | 'account_gone'> {
  const [found] = await selectAddress(db, userId, addressId);
  return found ? found.address : 'account_gone';
}

/** One row for a live account, with the address if it is theirs. */
function selectAddress(db: Database, userId: string, addressId: string) {
  return db
    .select({ address: addressColumns })
    .from(users)
    .leftJoin(userAddresses, and(eq(userAddresses.user_id, users.id), eq(userAddresses.id, addressId)))
    .where(and(eq(users.id, userId), isLive));
}

/**
 * Adds an address; null if the account is not live. A new default takes the flag from the old one of its type. Two of
 * them at once wait for each other at the user's row, so that the later one sees the earlier one's flag and takes it.
 */
export async function addAddress(db: Database, userId: string, address: NewAddress): Promise<AddressRow | null> {
  const id = uuidv7();
  const insert = insertAddress(db, userId, id, address);
  const select = db.select(addressColumns).from(userAddresses).where(eq(userAddresses.id, id));
  if (!address.is_default) {
    const [, [added]] = await db.batch([insert, select]);
    return added ?? null;
  }
  const [, , , [added]] = await db.batch([
    lockLiveUser(db, userId),
    clearDefault(db, userId, address.address_type),
    insert,
    select,
  ]);
  return added ?? null;
}

/** The share lock makes a deletion of the account that runs meanwhile either see this address or come first. */
function insertAddress(db: Database, userId: string, id: string, address: NewAddress) {
  return db.execute(sql`
    INSERT INTO user_addresses (id, user_id, address_type, full_name, phone_number, address_line1, address_line2,
      city, state, postal_code, country, is_default)
    SELECT ${id}, users.id, ${address.address_type}, ${address.full_name}, ${address.phone_number},
      ${address.address_line1}, ${address.address_line2}, ${address.city}, ${address.state}, ${address.postal_code},
      ${address.country}, ${address.is_default}
      FROM users WHERE users.id = ${userId} AND is_active AND NOT is_deleted FOR SHARE`);
}

function lockLiveUser(db: Database, userId: string) {
  return db
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.id, userId), isLive))
    .for('no key update');
}

function clearDefault(db: Database, userId: string, type: NewAddress['address_type']) {
  return db
    .update(userAddresses)
    .set({ is_default: false })
    .where(
      and(
        eq(userAddresses.user_id, userId),
        eq(userAddresses.address_type, type),
        userAddresses.is_default,
        isOfLive(userId),
      ),
    );
}

function isOfLive(userId: string) {
  return sql`EXISTS (SELECT FROM users WHERE users.id = ${userId} AND is_active AND NOT is_deleted)`;
}

/**
 * Changes the address if it is the user's, null if there is none; `account_gone` if the account is not live. One that
 * is a default afterwards takes the flag from the one that was, of the type it then has. Like two new defaults, two
 * changes at once wait for each other at the user's row.
 */
export async function changeAddress(
  db: Database,
  userId: string,
  addressId: string,
  change: AddressChange,
): Promise<AddressRow | null | 'account_gone'> {
  if (Object.keys(change).length === 0) return findAddress(db, userId, addressId);
  const [, , , [found]] = await db.batch([
    lockLiveUser(db, userId),
    clearDefaultFor(db, userId, addressId, change),
    db
      .update(userAddresses)
      .set(change)
      .where(and(eq(userAddresses.id, addressId), eq(userAddresses.user_id, userId), isOfLive(userId))),
    selectAddress(db, userId, addressId),
  ]);
  return found ? found.address : 'account_gone';
}

/** Takes the flag from the default that the changed address is going to replace, if it is going to replace one. */
function clearDefaultFor(db: Database, userId: string, addressId: string, change: AddressChange) {
  const { address_type = null, is_default = null } = change;
  return db.execute(sql`
    UPDATE user_addresses AS former SET is_default = false
      FROM user_addresses AS changed
     WHERE changed.id = ${addressId} AND changed.user_id = ${userId} AND ${isOfLive(userId)}
       AND coalesce(${is_default}, changed.is_default)
       AND former.user_id = changed.user_id AND former.id <> changed.id AND former.is_default
       AND former.address_type = coalesce(${address_type}, changed.address_type)`);
}

/** Deletes the address; false if the user has no such one. */
export async function deleteAddress(
  db: Database,
  userId: string,
  addressId: string,
): Promise<boolean | 'account_gone'> {
  const [[owner], deleted] = await db.batch([
    lockLiveUser(db, userId),
    db
      .delete(userAddresses)
      .where(and(eq(userAddresses.id, addressId), eq(userAddresses.user_id, userId), isOfLive(userId)))
      .returning({ id: userAddresses.id }),
  ]);
  return owner ? deleted.length > 0 : 'account_gone';
}

/** The live user's email, and those of the addresses that are theirs. */
export async function findShopper(
  db: Database,
  request: Parameters<UsersApi['shopper']>[1],
): ReturnType<UsersApi['shopper']> {
  const rows = await db
    .select({ email: users.email, address: postalColumns })
    .from(users)
    .leftJoin(userAddresses, and(eq(userAddresses.user_id, users.id), inArray(userAddresses.id, request.address_ids)))
    .where(and(eq(users.id, request.user_id), isLive));
  return {
    email: rows[0]?.email ?? null,
    addresses: rows.flatMap(({ address }) => address ?? []),
  };
}

/** Country and state of the default shipping address; null without one. */
export async function findDefaultDestination(
  db: Database,
  userId: string,
): Promise<{ country: string; state: string } | null> {
  const [found] = await db
    .select({ country: userAddresses.country, state: userAddresses.state })
    .from(userAddresses)
    .where(
      and(
        eq(userAddresses.user_id, userId),
        eq(userAddresses.address_type, 'SHIPPING'),
        eq(userAddresses.is_default, true),
      ),
    );
  return found ?? null;
}
