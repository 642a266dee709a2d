import type { Client } from 'pg';

interface Index {
  name: string;
  definition: string;
}

/**
 * Runs `load` without the secondary indexes of `tables` and makes them again afterwards: for many rows that is several
 * times faster than to keep them up to date. Must run in a transaction, so that no failure leaves them away.
 * The tables are locked until it ends, also for readers.
 */
export async function withoutIndexes(
  client: Client,
  tables: readonly string[],
  load: () => Promise<void>,
  log: (line: string) => void,
): Promise<void> {
  const indexes = await secondaryIndexes(client, tables);
  for (const { name } of indexes) await client.query(`DROP INDEX ${name}`);
  await load();
  // Room to sort in memory.
  await client.query(`SET LOCAL maintenance_work_mem = '512MB'`);
  for (const [number, { name, definition }] of indexes.entries()) {
    const startedAt = performance.now();
    await client.query(definition);
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
    log(`Index ${number + 1} of ${indexes.length}: ${name} in ${seconds} s`);
  }
}

/** Those that no constraint needs. Names are quoted where SQL wants it. */
async function secondaryIndexes(client: Client, tables: readonly string[]): Promise<Index[]> {
  const { rows } = await client.query<Index>(
    `SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition
       FROM pg_index
      WHERE indrelid = ANY(ARRAY(SELECT to_regclass(name) FROM unnest($1::text[]) AS name))
        AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
      ORDER BY 1`,
    [tables],
  );
  return rows;
}
