import { expect, test } from 'vitest';

import { serviceNames } from '#tools/migrate.ts';
import { type Migration, migrationsOf, outsideTransaction, readMigration } from '#tools/migrations/files.ts';
import { refusalsIn } from '#tools/migrations/rules.ts';

const migration = (name: string, sql: string): Migration => ({ name, when: 1, ...readMigration(sql) });
const breakpoint = ';--> statement-breakpoint\n';

const refused = {
  'drop a column': 'ALTER TABLE users DROP COLUMN phone',
  'drop a table': 'DROP TABLE users',
  'change a type': 'ALTER TABLE users ALTER COLUMN phone TYPE bigint',
  'require a value': 'ALTER TABLE users ALTER COLUMN phone SET NOT NULL',
  'add a required column': 'ALTER TABLE users ADD COLUMN phone text NOT NULL',
  'add a column with another default for each row': 'ALTER TABLE users ADD COLUMN code uuid DEFAULT gen_random_uuid()',
  'build an index': 'CREATE INDEX users_phone ON users (phone)',
  'build an index at once, in a transaction': 'CREATE INDEX CONCURRENTLY users_phone ON users (phone)',
  'drop an index': 'DROP INDEX users_phone',
  'add a check': 'ALTER TABLE users ADD CONSTRAINT short CHECK (length(phone) < 9)',
  'add a foreign key': 'ALTER TABLE users ADD CONSTRAINT role FOREIGN KEY (role_id) REFERENCES roles (id)',
  'add a unique constraint': 'ALTER TABLE users ADD CONSTRAINT phone_key UNIQUE (phone)',
  'rename a column': 'ALTER TABLE users RENAME COLUMN phone TO telephone',
  'rename a table': 'ALTER TABLE users RENAME TO people',
  lock: 'LOCK TABLE users',
  'fill a table': `UPDATE users SET phone = ''`,
  'delete rows': 'DELETE FROM users',
  'delete all rows': 'TRUNCATE users',
};

const allowed = {
  'a new table with its indexes and constraints': [
    'CREATE TABLE phones (id uuid PRIMARY KEY, user_id uuid NOT NULL)',
    'CREATE INDEX phones_user_id ON phones (user_id)',
    'ALTER TABLE phones ADD CONSTRAINT owner FOREIGN KEY (user_id) REFERENCES users (id)',
  ],
  'a column that may be empty, or has one default': [
    'ALTER TABLE users ADD COLUMN phone text',
    'ALTER TABLE users ADD COLUMN logins int DEFAULT 0 NOT NULL',
  ],
  'a constraint in two steps': ['ALTER TABLE users ADD CONSTRAINT short CHECK (length(phone) < 9) NOT VALID'],
};

test.each(Object.entries(refused))('refuses to %s, unless it says why', (_what, statement) => {
  const [first, marked] = [`SELECT 1${breakpoint}`, '-- contract: nothing reads it since 1.4\n'];
  expect(refusalsIn([migration('plain', `${first}${statement};`)])).toEqual([
    { migration: 'plain', line: 2, reason: expect.stringMatching(/\w/) },
  ]);
  expect(refusalsIn([migration('marked', `${first}${marked}${statement};`)])).toEqual([]);
  expect(refusalsIn([migration('other', `${marked}${first}${statement};`)])).toHaveLength(1);
});

test.each(Object.entries(allowed))('lets %s through', (_what, statements) => {
  expect(refusalsIn([migration('one', statements.join(breakpoint))])).toEqual([]);
});

test('outside a transaction, every statement must bear being repeated', () => {
  const drop = 'DROP INDEX CONCURRENTLY IF EXISTS users_phone';
  const create = 'CREATE INDEX CONCURRENTLY users_phone ON users (phone)';
  const outside = (...statements: string[]) =>
    refusalsIn([migration('index', [outsideTransaction, statements.join(breakpoint)].join('\n'))]);
  expect(outside(drop, create)).toEqual([]);
  expect(outside(create)).toEqual([
    { migration: 'index', line: 2, reason: 'first DROP INDEX CONCURRENTLY IF EXISTS users_phone' },
  ]);
  expect(outside(drop, create, 'ALTER TABLE users ADD COLUMN phone text')).toEqual([
    { migration: 'index', line: 4, reason: 'it must bear being repeated' },
  ]);
});

test('what is not SQL is an error, and the migrations there are can be read', () => {
  expect(() => refusalsIn([migration('broken', 'ALTER TABEL users')])).toThrow('broken: line 1 is not SQL.');
  for (const service of serviceNames) expect(() => refusalsIn(migrationsOf(service))).not.toThrow();
});
