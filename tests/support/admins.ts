import { expect } from 'vitest';
import { z } from 'zod';

import { sql } from './accounts.ts';
import { api, newShopper, type Shopper } from './client.ts';

/** Somebody new who is an administrator, with a token that says so. */
export async function newAdmin(): Promise<Shopper> {
  const shopper = await newShopper();
  await sql`INSERT INTO user_role_mapping (user_id, role_id)
            SELECT ${shopper.user.id}, id FROM user_roles WHERE name = 'ADMIN'`;
  const { email, password } = shopper;
  const { status, body } = await api('POST', '/v1/auth/login', { body: { email, password } });
  expect(status).toBe(200);
  return { ...shopper, token: body.access_token };
}

/** Runs `work` while nobody else is an administrator. */
export async function withOnlyAdmins(admins: Shopper[], work: () => Promise<void>): Promise<void> {
  const ids = admins.map(({ user }) => user.id);
  const others = await sql`
    DELETE FROM user_role_mapping USING user_roles
     WHERE role_id = user_roles.id AND user_roles.name = 'ADMIN' AND NOT user_id = ANY (${ids})
    RETURNING user_id`;
  try {
    await work();
  } finally {
    await sql`INSERT INTO user_role_mapping (user_id, role_id)
              SELECT unnest(${others.map((row) => row['user_id'])}::uuid[]), id FROM user_roles WHERE name = 'ADMIN'`;
  }
}

/** Who of these is an active administrator. */
export async function adminsAmong(admins: Shopper[]): Promise<unknown[]> {
  const rows = await sql`
    SELECT users.id FROM users JOIN user_role_mapping ON user_id = users.id JOIN user_roles ON user_roles.id = role_id
     WHERE user_roles.name = 'ADMIN' AND is_active AND NOT is_deleted
       AND users.id = ANY (${admins.map(({ user }) => user.id)})`;
  return rows.map((row) => row['id']);
}

const Entry = z.strictObject({
  actor_id: z.string(),
  action: z.string(),
  before: z.unknown(),
  after: z.unknown(),
  request_id: z.string(),
});

/** What the audit log says of a resource, the first change first. */
export async function recordedOf(type: 'user' | 'role', id: string) {
  const rows = await sql`SELECT actor_id, action, before, after, request_id FROM audit_log
                          WHERE resource_type = ${type} AND resource_id = ${id} ORDER BY id`;
  return rows.map((row) => Entry.parse(row));
}
