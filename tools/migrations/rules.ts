import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

import { z } from 'zod';

import type { Migration } from '#tools/migrations/files.ts';

/** A statement that must not be in a migration without saying why. */
export interface Refusal {
  migration: string;
  /** Of the file, from 1. */
  line: number;
  reason: string;
}

/**
 * Squawk's rules on statements that hold up a table that is in use, or take away what the release before still uses. Its
 * others are about style, or about what the runner sees to (timeouts).
 */
const rules: Record<string, string> = {
  'ban-drop-column': 'the release before still reads and writes the column',
  'ban-drop-database': 'this deletes a database',
  'ban-drop-table': 'the release before still uses the table',
  'changing-column-type':
    'this rewrites the table while nobody can use it, and the release before expects the old type',
  'adding-required-field': 'the release before does not write the column: give it a default',
  'adding-field-with-default': 'a default that differs by row rewrites the table while nobody can use it',
  'adding-not-nullable-field':
    'this reads the whole table while nobody can use it: add CHECK (… IS NOT NULL) NOT VALID',
  'adding-serial-primary-key-field': 'this rewrites the table while nobody can use it',
  'adding-foreign-key-constraint':
    'this reads the whole table while nobody can write: add it NOT VALID, then validate it',
  'constraint-missing-not-valid':
    'this reads the whole table while nobody can use it: add it NOT VALID, then validate it',
  'disallowed-unique-constraint': 'this builds an index while nobody can use the table: build it CONCURRENTLY before',
  'renaming-column': 'the release before still uses the old name',
  'renaming-table': 'the release before still uses the old name',
  'require-concurrent-index-creation': 'nobody can write to the table meanwhile: CREATE INDEX CONCURRENTLY',
  'require-concurrent-index-deletion': 'nobody can use the table meanwhile: DROP INDEX CONCURRENTLY',
  'ban-concurrent-index-creation-in-transaction': 'begin the file with the line "-- outside a transaction"',
};

/** Of statements that squawk has no rule for, by what they begin with. */
const beginnings: [RegExp, string][] = [
  [/^LOCK\b/i, 'nobody can use the table meanwhile'],
  [/^TRUNCATE\b/i, 'this deletes all rows'],
  [/^(UPDATE|DELETE|MERGE)\b/i, 'this locks rows until the migration ends: fill them in parts, see docs/migrations.md'],
  [/^DROP (SCHEMA|TYPE|VIEW|MATERIALIZED|FUNCTION|TRIGGER|SEQUENCE)\b/i, 'the release before may still use it'],
];

const Findings = z.array(z.object({ file: z.string(), line: z.int(), rule_name: z.string() }));

/**
 * What of the migrations is refused. A statement is let through by a comment `-- contract: <reason>` above it.
 *
 * @throws when a migration is not SQL
 */
export function refusalsIn(migrations: Migration[]): Refusal[] {
  const found = migrations.flatMap((migration) => [
    ...beginningsIn(migration),
    ...(migration.inTransaction ? [] : unrepeatableIn(migration)),
  ]);
  const all = [...squawkOn(migrations), ...found].filter(({ migration, line }) => {
    const source = migrations.find(({ name }) => name === migration);
    return source !== undefined && !isMarked(statementAt(source, line));
  });
  // One reason a statement is enough.
  const isFirst = (one: Refusal) =>
    all.find(({ migration, line }) => migration === one.migration && line === one.line) === one;
  return all.filter(isFirst);
}

/** Statements with the line on which each begins to say something. */
function statementsOf({ statements }: Migration): { text: string; first: number; last: number }[] {
  let line = 1;
  return statements.map((text) => {
    const first = line;
    line += text.split('\n').length - 1;
    return { text, first, last: line };
  });
}

function statementAt(migration: Migration, line: number): string {
  const at = statementsOf(migration).filter(({ first, last }) => first <= line && line <= last);
  // Where one ends and the next begins on the same line, the later one has only its end of that line there.
  return at[0]?.text ?? '';
}

function isMarked(statement: string): boolean {
  return /^-- contract: \S/m.test(statement.slice(0, statement.length - codeOf(statement).length));
}

/** A statement without the comments above it. */
function codeOf(statement: string): string {
  return statement.replace(/^(\s*--[^\n]*\n|\s+)*/, '');
}

function lineOfCode({ text, first }: { text: string; first: number }): number {
  const comments = text.slice(0, text.length - codeOf(text).length);
  return first + comments.split('\n').length - 1;
}

function beginningsIn(migration: Migration): Refusal[] {
  return statementsOf(migration).flatMap((statement) =>
    beginnings
      .filter(([beginning]) => beginning.test(codeOf(statement.text)))
      .map(([, reason]) => ({ migration: migration.name, line: lineOfCode(statement), reason })),
  );
}

/** One that fails is run again from its beginning; and what CREATE INDEX CONCURRENTLY leaves when it fails is no index. */
function unrepeatableIn(migration: Migration): Refusal[] {
  const statements = statementsOf(migration);
  return statements.flatMap((statement, index) => {
    const code = codeOf(statement.text);
    const created = /^CREATE (UNIQUE )?INDEX CONCURRENTLY "?(\w+)"?/i.exec(code)?.[2];
    const before = codeOf(statements[index - 1]?.text ?? '');
    const isDropped =
      created !== undefined && new RegExp(`^DROP INDEX CONCURRENTLY IF EXISTS "?${created}"?`, 'i').test(before);
    const isRepeatable =
      created === undefined ? /\bIF (NOT )?EXISTS\b|^ALTER TABLE \S+ VALIDATE\b|^;?$/i.test(code) : isDropped;
    const reason =
      created === undefined ? 'it must bear being repeated' : `first DROP INDEX CONCURRENTLY IF EXISTS ${created}`;
    return isRepeatable ? [] : [{ migration: migration.name, line: lineOfCode(statement), reason }];
  });
}

function squawkOn(migrations: Migration[]): Refusal[] {
  const folder = mkdtempSync(join(tmpdir(), 'migrations-'));
  try {
    const groups = [migrations.filter((one) => one.inTransaction), migrations.filter((one) => !one.inTransaction)];
    return groups.flatMap((group, index) => {
      if (group.length === 0) return [];
      const files = group.map(({ name, sql }) => {
        const file = join(folder, `${name}.sql`);
        writeFileSync(file, sql);
        return file;
      });
      return runSquawk([...(index === 0 ? ['--assume-in-transaction'] : []), ...files]);
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function runSquawk(args: string[]): Refusal[] {
  const script = join('node_modules', 'squawk-cli', 'js', 'bin', 'squawk');
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [script, '--reporter', 'json', '--pg-version', '17', ...args],
    {
      encoding: 'utf8',
    },
  );
  const findings = Findings.safeParse(parsed(stdout));
  if (!findings.success) throw new Error(`squawk failed: ${stderr || stdout}`);
  return findings.data.flatMap(({ file, line, rule_name }) => {
    const migration = basename(file, '.sql');
    if (rule_name === 'syntax-error') throw new Error(`${migration}: line ${line + 1} is not SQL.`);
    const reason = rules[rule_name];
    return reason === undefined ? [] : [{ migration, line: line + 1, reason }];
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
