import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import type { ServiceName } from '#tools/migrate.ts';

/** A migration as drizzle-kit writes them: `<name>.sql` and its entry in the journal. */
export interface Migration {
  name: string;
  /** Epoch milliseconds; later migrations have greater ones. */
  when: number;
  hash: string;
  sql: string;
  statements: string[];
  /** Its first line says otherwise where a statement cannot run in one, as CREATE INDEX CONCURRENTLY. */
  inTransaction: boolean;
}

export const outsideTransaction = '-- outside a transaction';

const Journal = z.object({ entries: z.array(z.object({ when: z.int(), tag: z.string() })) });

/** The migrations of a service, in their order. */
export function migrationsOf(service: ServiceName): Migration[] {
  const folder = join(import.meta.dirname, '..', '..', 'drizzle', service, 'migrations');
  const journal = Journal.parse(JSON.parse(readFileSync(join(folder, 'meta', '_journal.json'), 'utf8')));
  return journal.entries.map(({ when, tag }) => ({
    name: tag,
    when,
    ...readMigration(readFileSync(join(folder, `${tag}.sql`), 'utf8')),
  }));
}

/** A migration's statements, and how it wants them to run. */
export function readMigration(sql: string): Pick<Migration, 'sql' | 'hash' | 'statements' | 'inTransaction'> {
  return {
    sql,
    hash: createHash('sha256').update(sql).digest('hex'),
    statements: sql.split('--> statement-breakpoint'),
    inTransaction: !sql.startsWith(outsideTransaction),
  };
}
