/** `npm run dead-letters`: what consumers gave up, and sending it again. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { deadLetterQueueOf, type Letter, listLetters, replayLetters } from '#tools/dead-letters/letters.ts';
import { type QueuesApi, queuesApi } from '#tools/dead-letters/queues-api.ts';
import { readState } from '#tools/serve/state.ts';
import { workers } from '#tools/workers.ts';

const queues = workers.flatMap(({ config }) =>
  [...readFileSync(config, 'utf8').matchAll(/dead_letter_queue = "(.+)-dead"/g)].flatMap(([, name]) => name ?? []),
);

const usage = `Lists and replays the dead letters of a deployment: events that a worker failed on ten times.

  npm run dead-letters -- list --queue <queue>     show the oldest 100; changes nothing
  npm run dead-letters -- replay --queue <queue>   send all of them to the queue again

  --json            print the result as JSON
  --serve <folder>  of the shop that "npm run serve" runs on this machine with that data folder

Queues: ${queues.join(', ')}. The dead letters of a queue are in the queue of the same name with -dead.

Without --serve, CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_API_TOKEN (permission Queues: Edit) say whose queues. Replaying pulls messages over
HTTP; allow that once for each dead-letter queue:

  npx wrangler queues consumer http add <queue>-dead --message-retries 100

Events keep their ids, so one that was applied after all has no second effect. Find out first why they failed: the log
lines "event failed" carry their ids. The shop of "npm start" has no dead letters to list: its queues are in memory, and
end with it.`;

/** What to tell whoever gave the command. */
class Refusal extends Error {}

async function main(): Promise<void> {
  const { command, queue, json, serve, help } = readOptions();
  if (help) return console.log(usage);
  if (!queue || !queues.includes(queue)) throw new Refusal(`Say --queue, one of ${queues.join(', ')}.`);
  switch (command) {
    case 'list':
      return list(apiOf(serve), queue, json);
    case 'replay':
      return replay(apiOf(serve), queue, json);
    default:
      throw new Refusal(usage);
  }
}

async function list(api: QueuesApi, queue: string, asJson: boolean): Promise<void> {
  const { letters, mayHaveMore } = await listLetters(api, queue);
  if (asJson)
    return console.log(JSON.stringify({ letters: letters.map(summaryOf), may_have_more: mayHaveMore }, null, 2));
  for (const { died_at, type, event_id, request_id } of letters.map(summaryOf)) {
    console.log(`${died_at}  ${type.padEnd(32)}  event ${event_id}  request ${request_id}`);
  }
  const count = mayHaveMore ? `The oldest ${letters.length}` : `${letters.length}`;
  console.log(`${count} dead letters in ${deadLetterQueueOf(queue)}.`);
}

function summaryOf({ message, event }: Letter) {
  const died_at = new Date(message.timestamp_ms).toISOString();
  const of = event ?? { type: 'not an event', id: '-', request_id: '-', payload: message.body };
  return { died_at, type: of.type, event_id: of.id, request_id: of.request_id, payload: of.payload };
}

async function replay(api: QueuesApi, queue: string, asJson: boolean): Promise<void> {
  const { sent, left } = await replayLetters(api, queue);
  const events = sent.map(({ id, type }) => ({ event_id: id, type }));
  if (asJson) return console.log(JSON.stringify({ sent: events, left }, null, 2));
  for (const { type, event_id } of events) console.log(`${type.padEnd(32)}  event ${event_id}`);
  console.log(`${sent.length} events are in ${queue} again.`);
  if (left > 0) console.log(`${left} messages are no events and stay in ${deadLetterQueueOf(queue)}.`);
}

/** Of the shop that is served from this data folder, else of the account that the environment names. */
function apiOf(serve: string | undefined): QueuesApi {
  if (serve === undefined) return fromEnvironment();
  const state = readState(serve);
  if (!state) throw new Refusal(`No shop is served from ${serve}.`);
  return queuesApi({ baseUrl: state.admin.url, accountId: 'serve', token: state.admin.token });
}

function fromEnvironment(): QueuesApi {
  const accountId = process.env['CLOUDFLARE_ACCOUNT_ID'];
  const token = process.env['CLOUDFLARE_API_TOKEN'];
  if (!accountId || !token) {
    throw new Refusal(
      'Set CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_API_TOKEN, or say --serve. "npm start" keeps its queues in memory; see --help.',
    );
  }
  // The variable that wrangler knows too.
  const baseUrl = process.env['CLOUDFLARE_API_BASE_URL'] ?? 'https://api.cloudflare.com/client/v4';
  return queuesApi({ baseUrl, accountId, token });
}

function readOptions() {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: {
        queue: { type: 'string' },
        json: { type: 'boolean', default: false },
        serve: { type: 'string' },
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
