/**
 * `npm run admin:create -- --email …`: the first administrator of a deployment, in the database DATABASE_URL_USERS.
 * A new password is generated and printed once; none is ever read from the command line, which others can see.
 */
import { parseArgs } from 'node:util';

import { Client } from 'pg';
import { uuidv7 } from 'uuidv7';

import { hashPassword } from '#shared/auth/passwords.ts';
import { newSecret } from '#shared/auth/secrets.ts';

import { Email } from '../workers/users/src/routes/values.ts';

const usage = `Creates the first administrator, or makes one of an account that exists.

  npm run admin:create -- --email <address> [options]

  --first-name <name>  of a new account (default "Shop")
  --last-name <name>   of a new account (default "Administrator")
  --force              although there is an administrator already

DATABASE_URL_USERS names the users database.`;

interface Wanted {
  email: string;
  first_name: string;
  last_name: string;
  force: boolean;
}

/** `password`: the new one, to be shown once; null if the account keeps its own. */
type Outcome = { outcome: 'created' | 'promoted' | 'unchanged'; password: string | null } | { refused: string };

/**
 * Creates or promotes the administrator, all or nothing. An account whose email address nobody has verified may belong
 * to somebody who only guessed the address: it gets a new password, and its sessions end.
 */
async function createAdmin(client: Client, wanted: Wanted): Promise<Outcome> {
  await client.query('BEGIN');
  // Two of these at once, or one and a deactivation, wait for each other here: see store/last-admin.ts.
  await client.query(`SELECT id FROM user_roles WHERE name = 'ADMIN' FOR NO KEY UPDATE`);
  const admins = await client.query<{ id: string }>(
    `SELECT users.id FROM users JOIN user_role_mapping ON user_id = users.id JOIN user_roles ON user_roles.id = role_id
      WHERE user_roles.name = 'ADMIN' AND is_active AND NOT is_deleted`,
  );
  const existing = await client.query<{ id: string; is_active: boolean; is_verified: boolean }>(
    `SELECT id, is_active, is_verified FROM users WHERE lower(email) = $1 AND NOT is_deleted FOR NO KEY UPDATE`,
    [wanted.email],
  );
  const account = existing.rows[0];
  if (account && admins.rows.some(({ id }) => id === account.id)) return { outcome: 'unchanged', password: null };
  if (admins.rows.length > 0 && !wanted.force) {
    return { refused: 'There is an administrator already, who can make others. Use --force to add one all the same.' };
  }
  if (account && !account.is_active) return { refused: 'This account is deactivated. Choose another email address.' };
  const password = account?.is_verified ? null : newSecret();
  const id = account?.id ?? uuidv7();
  if (password) await setPassword(client, { ...wanted, id, hash: await hashPassword(password) });
  await giveRoles(client, id);
  await client.query('COMMIT');
  return { outcome: account ? 'promoted' : 'created', password };
}

async function setPassword(client: Client, user: Wanted & { id: string; hash: string }): Promise<void> {
  await client.query(
    `INSERT INTO users (id, email, password, first_name, last_name, is_verified) VALUES ($1, $2, $3, $4, $5, true)
     ON CONFLICT (id) DO UPDATE SET password = excluded.password, is_verified = true`,
    [user.id, user.email, user.hash, user.first_name, user.last_name],
  );
  await client.query('UPDATE refresh_tokens SET revoked_at = now() WHERE user_id = $1 AND revoked_at IS NULL', [
    user.id,
  ]);
}

/** Staff hold CUSTOMER too. The audit log names the new administrator as the one who did it. */
async function giveRoles(client: Client, id: string): Promise<void> {
  const before = await rolesOf(client, id);
  await client.query(
    `INSERT INTO user_role_mapping (user_id, role_id) SELECT $1, id FROM user_roles WHERE name IN ('CUSTOMER', 'ADMIN')
     ON CONFLICT DO NOTHING`,
    [id],
  );
  await client.query(
    `INSERT INTO audit_log (id, actor_id, action, resource_type, resource_id, before, after, request_id)
     VALUES ($1, $2, 'role.assigned', 'user', $3, $4, $5, 'admin:create')`,
    [uuidv7(), id, id, { roles: before }, { roles: await rolesOf(client, id) }],
  );
}

async function rolesOf(client: Client, id: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT name FROM user_roles JOIN user_role_mapping ON role_id = user_roles.id WHERE user_id = $1 ORDER BY name`,
    [id],
  );
  return rows.map(({ name }) => name);
}

function readOptions(): Wanted | null {
  const { values } = parseArgs({
    options: {
      email: { type: 'string' },
      'first-name': { type: 'string', default: 'Shop' },
      'last-name': { type: 'string', default: 'Administrator' },
      force: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help || values.email === undefined) return null;
  const email = Email.safeParse(values.email);
  if (!email.success) throw new Error(`Not an email address: ${values.email}`);
  return {
    email: email.data,
    first_name: values['first-name'],
    last_name: values['last-name'],
    force: values.force,
  };
}

async function main(): Promise<number> {
  const wanted = readOptions();
  const url = process.env['DATABASE_URL_USERS'];
  if (!wanted || !url) {
    console.error(wanted ? 'Set DATABASE_URL_USERS.' : usage);
    return 2;
  }
  const client = new Client({ connectionString: url, application_name: 'create-admin' });
  await client.connect();
  try {
    return report(wanted.email, await createAdmin(client, wanted));
  } finally {
    await client.end();
  }
}

function report(email: string, result: Outcome): number {
  if ('refused' in result) {
    console.error(result.refused);
    return 1;
  }
  const said = {
    created: 'is the new administrator',
    promoted: 'is an administrator now',
    unchanged: 'is an administrator already',
  };
  console.log(`${email} ${said[result.outcome]}.`);
  if (result.password) console.log(`Password, shown only this once: ${result.password}`);
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
