import { Client, escapeIdentifier } from 'pg';

/**
 * Makes `database` a copy of `template` (typically one that was migrated once), replacing an earlier one of that name.
 * Takes some tens of milliseconds. Nobody may be connected to the template meanwhile: whoever is, is disconnected.
 *
 * @param adminUrl any other database of the same server
 */
export async function createFromTemplate(adminUrl: string, template: string, database: string): Promise<void> {
  const client = new Client({ connectionString: adminUrl });
  client.on('error', () => {}); // a broken connection fails the statement; the event says it a second time
  await client.connect();
  try {
    await client.query('SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1', [template]);
    await client.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(database)} WITH (FORCE)`);
    await client.query(`CREATE DATABASE ${escapeIdentifier(database)} TEMPLATE ${escapeIdentifier(template)}`);
  } finally {
    await client.end();
  }
}
