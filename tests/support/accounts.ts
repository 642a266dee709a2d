import { uuidv7 } from 'uuidv7';
import { z } from 'zod';

import { sqlOf } from './databases.ts';

export const sql = sqlOf('users');

export const Session = z.strictObject({
  user: z.strictObject({
    id: z.uuidv7(),
    email: z.string(),
    first_name: z.string(),
    last_name: z.string(),
    phone_number: z.string().nullable(),
    is_active: z.boolean(),
    is_verified: z.boolean(),
    roles: z.array(z.string()),
    created_at: z.iso.datetime({ precision: 3 }),
    updated_at: z.iso.datetime({ precision: 3 }),
  }),
  access_token: z.string(),
  token_type: z.literal('Bearer'),
  expires_in: z.literal(900),
  refresh_token: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
});

const Problem = z.looseObject({
  code: z.string(),
  errors: z
    .array(z.object({ pointer: z.string().optional(), parameter: z.string().optional(), code: z.string() }))
    .default([]),
});

export function newRegistration() {
  const id = uuidv7();
  return { email: `${id}@example.com`, password: `password of ${id}`, first_name: 'Ada', last_name: 'Lovelace' };
}

/** A number that no other test has. */
export function newPhoneNumber(): string {
  return `+1${String(crypto.getRandomValues(new BigUint64Array(1))[0])
    .slice(0, 13)
    .padEnd(13, '7')}`;
}

/** The wrong values that a 422 names. */
export function pointersOf(body: unknown): string[] {
  return Problem.parse(body).errors.map((entry) => entry.pointer ?? entry.parameter ?? '');
}

/** The problem document without what differs from request to request. */
export function refusalOf({ status, body }: { status: number; body: unknown }) {
  const { request_id: _requestId, ...problem } = Problem.parse(body);
  return { status, problem };
}

/** What the users database holds of this email address. */
export async function storedFor(email: string) {
  const [row] = await sql`
    SELECT count(DISTINCT users.id)::int AS users, count(DISTINCT held.id)::int AS roles,
           count(DISTINCT token.id)::int AS tokens, count(DISTINCT event.id)::int AS events
      FROM users LEFT JOIN user_role_mapping AS held ON held.user_id = users.id
      LEFT JOIN refresh_tokens AS token ON token.user_id = users.id
      LEFT JOIN outbox AS event ON event.subject_id = users.id
     WHERE lower(email) = ${email}`;
  return row;
}

export async function deactivate(userId: string): Promise<void> {
  await sql`UPDATE users SET is_active = false WHERE id = ${userId}`;
}

/** As deleting an account does, which frees its email address. */
export async function markDeleted(userId: string): Promise<void> {
  await sql`UPDATE users SET is_deleted = true, deleted_at = now() WHERE id = ${userId}`;
}
