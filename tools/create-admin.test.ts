import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Client } from 'pg';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import { verifyPassword } from '#shared/auth/passwords.ts';
import { migrateDatabase } from '#tools/migrate.ts';
import { type RunningPostgres, startPostgres } from '#tools/postgres/launcher.ts';

const directory = mkdtempSync(join(tmpdir(), 'create-admin-'));
let server: RunningPostgres;
let client: Client;

beforeAll(async () => {
  server = await startPostgres({ directory, port: 25_700, databases: ['users'], durable: false, log: () => {} });
  await migrateDatabase(server.url('users'), 'users');
  client = new Client({ connectionString: server.url('users') });
  await client.connect();
});

afterAll(async () => {
  await client.end();
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
});

beforeEach(async () => {
  await client.query('TRUNCATE users, audit_log CASCADE');
});

function run(...options: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const env = { ...process.env, DATABASE_URL_USERS: server.url('users') };
  return new Promise((resolve) => {
    execFile(process.execPath, ['tools/create-admin.ts', ...options], { env }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    );
  });
}

async function rows(query: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  return (await client.query<Record<string, unknown>>(query, values)).rows;
}

const usersWithRoles = `
  SELECT email, is_verified, array_agg(name::text ORDER BY name) AS roles FROM users
    LEFT JOIN user_role_mapping ON user_id = users.id LEFT JOIN user_roles ON user_roles.id = role_id
   GROUP BY users.id ORDER BY email`;

/** A customer whose password hash is `hash`. */
async function addCustomer(email: string, { is_active = true, is_verified = true } = {}): Promise<string> {
  const id = uuidv7();
  await client.query(
    `INSERT INTO users (id, email, password, first_name, last_name, is_active, is_verified)
     VALUES ($1, $2, 'hash', 'Ada', 'Lovelace', $3, $4)`,
    [id, email, is_active, is_verified],
  );
  await client.query(
    `INSERT INTO user_role_mapping (user_id, role_id) SELECT $1, id FROM user_roles WHERE name = 'CUSTOMER'`,
    [id],
  );
  await client.query(
    `INSERT INTO refresh_tokens (id, family_id, user_id, token_hash, expires_at)
     VALUES ($1, $2, $3, $4, now() + interval '1 day')`,
    [uuidv7(), uuidv7(), id, id],
  );
  return id;
}

function passwordIn(stdout: string): string {
  return /^Password, shown only this once: (\S+)$/m.exec(stdout)?.[1] ?? '';
}

async function hashOf(email: string): Promise<string> {
  return String((await rows('SELECT password FROM users WHERE email = $1', [email]))[0]?.['password']);
}

test('creates the first administrator with a password that is shown once', async () => {
  const { code, stdout } = await run('--email', ' Ops@Example.com ', '--first-name', 'Olga');
  expect(code).toBe(0);
  expect(stdout).toContain('ops@example.com is the new administrator.');
  expect(passwordIn(stdout)).toMatch(/^[\w-]{43}$/);
  expect(await verifyPassword(passwordIn(stdout), await hashOf('ops@example.com'))).toBe(true);
  expect(await rows(usersWithRoles)).toEqual([
    { email: 'ops@example.com', is_verified: true, roles: ['ADMIN', 'CUSTOMER'] },
  ]);
  expect(await rows('SELECT action, before, after FROM audit_log')).toEqual([
    { action: 'role.assigned', before: { roles: [] }, after: { roles: ['ADMIN', 'CUSTOMER'] } },
  ]);
});

test('run again it changes nothing', async () => {
  await run('--email', 'ops@example.com');
  const hash = await hashOf('ops@example.com');
  const { code, stdout } = await run('--email', 'OPS@example.com');
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'ops@example.com is an administrator already.\n' });
  expect(await hashOf('ops@example.com')).toBe(hash);
  expect(await rows('SELECT id FROM audit_log')).toHaveLength(1);
});

test('refuses another one, unless told to', async () => {
  await run('--email', 'ops@example.com');
  const refused = await run('--email', 'second@example.com');
  expect({ code: refused.code, stdout: refused.stdout }).toEqual({ code: 1, stdout: '' });
  expect(refused.stderr).toContain('There is an administrator already');
  expect(await rows('SELECT id FROM users')).toHaveLength(1);
  expect((await run('--email', 'second@example.com', '--force')).code).toBe(0);
  expect(await rows(usersWithRoles)).toMatchObject([{ email: 'ops@example.com' }, { roles: ['ADMIN', 'CUSTOMER'] }]);
});

test('two at once make one administrator', async () => {
  const runs = await Promise.all([run('--email', 'one@example.com'), run('--email', 'two@example.com')]);
  expect(new Set(runs.map(({ code }) => code))).toEqual(new Set([0, 1]));
  expect(await rows('SELECT id FROM users')).toHaveLength(1);
});

test('promotes an account whose address is verified, which keeps password and sessions', async () => {
  await addCustomer('ada@example.com');
  const { code, stdout } = await run('--email', 'ada@example.com');
  expect({ code, password: passwordIn(stdout) }).toEqual({ code: 0, password: '' });
  expect(await hashOf('ada@example.com')).toBe('hash');
  expect(await rows(usersWithRoles)).toMatchObject([{ roles: ['ADMIN', 'CUSTOMER'] }]);
  expect(await rows('SELECT id FROM refresh_tokens WHERE revoked_at IS NULL')).toHaveLength(1);
});

test('whoever registered the address unverified does not become administrator with it', async () => {
  await addCustomer('ada@example.com', { is_verified: false });
  const { code, stdout } = await run('--email', 'ada@example.com');
  expect(code).toBe(0);
  expect(await verifyPassword(passwordIn(stdout), await hashOf('ada@example.com'))).toBe(true);
  expect(await rows(usersWithRoles)).toMatchObject([{ is_verified: true, roles: ['ADMIN', 'CUSTOMER'] }]);
  expect(await rows('SELECT id FROM refresh_tokens WHERE revoked_at IS NULL')).toEqual([]);
});

test('a deactivated administrator is none, and a deactivated account becomes none', async () => {
  const id = await addCustomer('gone@example.com', { is_active: false });
  await client.query(
    `INSERT INTO user_role_mapping (user_id, role_id) SELECT $1, id FROM user_roles WHERE name = 'ADMIN'`,
    [id],
  );
  const { code, stderr } = await run('--email', 'gone@example.com');
  expect(code).toBe(1);
  expect(stderr).toContain('This account is deactivated.');
  expect((await run('--email', 'ops@example.com')).code).toBe(0);
});

test.each([
  [[], 2, 'npm run admin:create'],
  [['--email', 'nobody'], 1, 'Not an email address'],
  [['--email', 'ops@example.com', '--password', 'secret'], 1, '--password'],
])('refuses %j and creates nobody', async (options, code, said) => {
  const result = await run(...options);
  expect(result.code).toBe(code);
  expect(result.stderr).toContain(said);
  expect(await rows('SELECT id FROM users')).toEqual([]);
});
