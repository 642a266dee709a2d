/**
 * For whoever runs this machine: the part of Cloudflare's Queues API that `npm run dead-letters` asks, how many messages
 * wait in each queue, and the mails that were kept instead of sent. It also takes what consumers gave up, and closes the gateway's gate.
 */
import type { Mailbox } from '../../../workers/notifications/src/delivery/mailbox.ts';
import type { DeadLetters, Letter } from './dead-letters.ts';

export { DeadLetters } from './dead-letters.ts';

interface Env {
  /** Whoever knows it may ask. */
  ADMIN_TOKEN: string;
  /** Of the gateway. */
  GATE: Fetcher;
  LETTERS: DurableObjectNamespace<DeadLetters>;
  MAILBOX: DurableObjectNamespace<Mailbox>;
  /** Names of all queues that have a consumer. */
  QUEUES: string[];
  /** These queues. Dead letters are in none: they are taken out at once. */
  [queue: `queue ${string}`]: Queue | undefined;
  /** Tests only: what has a clock that can be moved. */
  [clock: `clock ${string}`]: Fetcher | undefined;
}

/** The requests of `tools/dead-letters/queues-api.ts`. */
interface Call {
  batch_size?: number;
  visibility_timeout_ms?: number;
  acks?: { lease_id: string }[];
  retries?: { lease_id: string }[];
  messages?: { body: unknown; delay_seconds?: number }[];
}

const account = '/accounts/serve';

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    if (!isAllowed(request, env)) return refused(401, 'The token is wrong.');
    const { pathname, searchParams } = new URL(request.url);
    const [, , , , queue = '', , action = ''] = pathname.split('/');
    if (pathname === '/gate') return env.GATE.fetch(request);
    if (pathname === '/mailbox')
      return Response.json(await env.MAILBOX.getByName('mailbox').list(searchParams.get('to')));
    if (pathname === '/queues') return Response.json(await backlogs(env));
    if (pathname.startsWith('/clock/')) {
      const clock = env[`clock ${pathname.slice('/clock/'.length)}`];
      return (
        clock?.fetch(`http://clock/clock${new URL(request.url).search}`, request) ?? refused(404, 'No such clock.')
      );
    }
    if (pathname === `${account}/queues`) {
      const name = searchParams.get('name') ?? '';
      return answered(isQueue(env, name) ? [{ queue_id: name, queue_name: name }] : []);
    }
    if (pathname !== `${account}/queues/${queue}/messages/${action}`) return refused(404, 'There is no such route.');
    return callQueue(env, queue, action, await request.json<Call>());
  },

  async queue(batch: MessageBatch, env: Env): Promise<void> {
    const letters = batch.messages.map(({ id, timestamp, attempts, body }): Letter => {
      return { id, timestamp_ms: timestamp.getTime(), attempts, body: JSON.stringify(body) };
    });
    await env.LETTERS.getByName('letters').keep(batch.queue, letters);
  },
};

async function callQueue(env: Env, queue: string, action: string, call: Call): Promise<Response> {
  const letters = env.LETTERS.getByName('letters');
  const { batch_size = 10, visibility_timeout_ms = 30_000, acks = [], retries = [], messages = [] } = call;
  switch (action) {
    case 'peek':
      return answered({ messages: await letters.peek(queue, batch_size) });
    case 'pull':
      return answered({ messages: await letters.pull(queue, batch_size, visibility_timeout_ms) });
    case 'ack':
      await letters.settle(queue, acks.map(leaseOf), retries.map(leaseOf));
      return answered({ ackCount: acks.length, retryCount: retries.length });
    case 'batch': {
      const binding = env[`queue ${queue}`];
      if (!binding) return refused(404, `Nothing can be sent to ${queue}.`);
      await binding.sendBatch(messages.map(({ body, delay_seconds = 0 }) => ({ body, delaySeconds: delay_seconds })));
      return answered({});
    }
    default:
      return refused(404, `Queues have no ${action}.`);
  }
}

/** Messages that wait or are being handled, by queue. */
async function backlogs(env: Env): Promise<Record<string, number>> {
  const entries = env.QUEUES.map(async (name): Promise<[string, number]> => {
    const metrics = await env[`queue ${name}`]?.metrics();
    return [name, metrics?.backlogCount ?? 0];
  });
  return Object.fromEntries(await Promise.all(entries));
}

function isAllowed(request: Request, { ADMIN_TOKEN }: Env): boolean {
  const encoder = new TextEncoder();
  const [given, known] = [request.headers.get('authorization') ?? '', `Bearer ${ADMIN_TOKEN}`].map((text) =>
    encoder.encode(text),
  );
  if (!given || !known || given.byteLength !== known.byteLength) return false;
  return crypto.subtle.timingSafeEqual(given, known);
}

function isQueue(env: Env, name: string): boolean {
  return env[`queue ${name.replace(/-dead$/, '')}`] !== undefined;
}

function leaseOf({ lease_id }: { lease_id: string }): string {
  return lease_id;
}

function answered(result: unknown): Response {
  return Response.json({ success: true, errors: [], result });
}

function refused(status: number, message: string): Response {
  return Response.json({ success: false, errors: [{ message }], result: null }, { status });
}
