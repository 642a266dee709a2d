import type { SQL } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import { Client, escapeIdentifier } from 'pg';
import { z } from 'zod';

import { migrateDatabase } from '#tools/migrate.ts';
import { seedCatalogue } from '#tools/seed/catalogue.ts';

import { bindingsOf } from './databases.ts';

/** A node of an execution plan, as EXPLAIN has it. */
interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Index Recheck'?: number;
  Plans?: PlanNode[];
}

const PlanNode: z.ZodType<PlanNode> = z.object({
  'Node Type': z.string(),
  'Relation Name': z.string().optional(),
  'Index Name': z.string().optional(),
  'Actual Rows': z.number(),
  'Actual Loops': z.number(),
  'Rows Removed by Filter': z.number().optional(),
  'Rows Removed by Index Recheck': z.number().optional(),
  Plans: z.array(z.lazy(() => PlanNode)).optional(),
});
const Explained = z.tuple([z.object({ Plan: PlanNode })]);

/** What a statement has read. */
interface Reads {
  /** Rows of tables. */
  rows: number;
  /** Entries of indexes whose rows were not looked at, or not yet. */
  entries: number;
  /** Tables that were read from end to end. */
  scanned: string[];
}

/** A database with a generated catalogue of its own, on the server of the stack. */
export interface GeneratedCatalogue {
  query(statement: SQL): Promise<Record<string, unknown>[]>;
  /** Runs the statement. */
  readsOf(statement: SQL): Promise<Reads>;
  drop(): Promise<void>;
}

export async function generateCatalogue(products: number, categories: number): Promise<GeneratedCatalogue> {
  const server = bindingsOf('products').DATABASE_URL;
  const database = `catalogue_${process.pid}`;
  await execute(server, `CREATE DATABASE ${escapeIdentifier(database)}`);
  const url = new URL(server);
  url.pathname = `/${database}`;
  await migrateDatabase(url.href, 'products');
  await seedCatalogue({ url: url.href, products, categories });
  const client = new Client({ connectionString: url.href });
  await client.connect();
  const dialect = new PgDialect();
  return {
    async query(statement) {
      const { sql, params } = dialect.sqlToQuery(statement);
      const { rows } = await client.query<Record<string, unknown>>(sql, params);
      return rows;
    },
    async readsOf(statement) {
      const { sql, params } = dialect.sqlToQuery(statement);
      const { rows } = await client.query<Record<string, unknown>>(`EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`, params);
      return readsOfPlan(Explained.parse(rows[0]?.['QUERY PLAN'])[0].Plan);
    },
    async drop() {
      await client.end();
      await execute(server, `DROP DATABASE ${escapeIdentifier(database)} WITH (FORCE)`);
    },
  };
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Sums up the scans that were executed. */
function readsOfPlan(plan: PlanNode): Reads {
  const reads: Reads = { rows: 0, entries: 0, scanned: [] };
  for (const node of nodesOf(plan)) {
    const each =
      node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0);
    const total = Math.round(each * node['Actual Loops']);
    if (node['Node Type'] === 'Bitmap Index Scan' || node['Node Type'] === 'Index Only Scan') reads.entries += total;
    else if (node['Relation Name'] !== undefined) reads.rows += total;
    if (node['Node Type'] === 'Seq Scan' && node['Actual Loops'] > 0) reads.scanned.push(node['Relation Name'] ?? '');
  }
  return reads;
}

function nodesOf(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}
