/** `npm run webhooks`: the events of payment gateways that payments gave up, and trying them again. */
import { parseArgs } from 'node:util';

import { Client } from 'pg';

const usage = `Lists and replays the webhooks that payments gave up: they named nothing that is there, or another amount than ours.

  npm run webhooks -- list                   show them, the oldest first; changes nothing
  npm run webhooks -- replay                 have all of them tried again, by the next sweep
  npm run webhooks -- replay --event <id>    only this one

  --json  print the result as JSON

DATABASE_URL_PAYMENTS names the payments database. Look first at what the gateway's own books say of the transaction. An
event that was applied after all has no second effect.`;

/** What to tell whoever gave the command. */
class Refusal extends Error {}

interface DeadWebhook {
  gateway: string;
  event_id: string;
  type: string;
  transaction_id: string | null;
  reason: string | null;
  attempts: number;
  received_at: Date;
}

const columns = `gateway, event_id, type, payload->>'transaction_id' AS transaction_id, reason, attempts, received_at`;

async function main(): Promise<void> {
  const { command, event, json, help } = readOptions();
  if (help) return console.log(usage);
  if (command !== 'list' && command !== 'replay') throw new Refusal(usage);
  if (command === 'list' && event !== undefined) throw new Refusal('--event is for replay.');
  const url = process.env['DATABASE_URL_PAYMENTS'];
  if (!url) throw new Refusal('Set DATABASE_URL_PAYMENTS.');
  const client = new Client({ connectionString: url, application_name: 'webhooks' });
  await client.connect();
  try {
    if (command === 'list') print(await listDead(client), json, 'dead webhooks.');
    else print(await replay(client, event ?? null), json, 'webhooks are tried again by the next sweep.');
  } finally {
    await client.end();
  }
}

async function listDead(client: Client): Promise<DeadWebhook[]> {
  const { rows } = await client.query<DeadWebhook>(
    `SELECT ${columns} FROM webhook_events WHERE status = 'DEAD' ORDER BY received_at, gateway, event_id`,
  );
  return rows;
}

async function replay(client: Client, event: string | null): Promise<DeadWebhook[]> {
  const { rows } = await client.query<DeadWebhook>(
    `UPDATE webhook_events SET status = 'RECEIVED', attempts = 0, next_attempt_at = now(), settled_at = NULL
      WHERE status = 'DEAD' AND ($1::text IS NULL OR event_id = $1)
     RETURNING ${columns}`,
    [event],
  );
  if (event !== null && rows.length === 0) throw new Error(`There is no dead webhook "${event}".`);
  return rows.toSorted((a, b) => a.received_at.getTime() - b.received_at.getTime());
}

function print(webhooks: DeadWebhook[], asJson: boolean, what: string): void {
  if (asJson) return console.log(JSON.stringify({ webhooks }, null, 2));
  for (const { received_at, gateway, type, event_id, transaction_id, reason } of webhooks) {
    const about = transaction_id === null ? '' : `  transaction ${transaction_id}`;
    console.log(`${received_at.toISOString()}  ${gateway}  ${type}  event ${event_id}${about}  ${reason ?? ''}`);
  }
  console.log(`${webhooks.length} ${what}`);
}

function readOptions() {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: {
        event: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (positionals.length > 1) throw new Error(`One command at a time, not "${positionals.join(' ')}".`);
    return { command: positionals[0], ...values };
  } catch (error) {
    throw new Refusal(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`, { cause: error });
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = error instanceof Refusal ? 2 : 1;
});
