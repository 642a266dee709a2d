import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';

import { uuidv7 } from 'uuidv7';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';

interface Stored {
  id: string;
  body: string;
  lease_id: string | null;
}

const Call = z.object({
  batch_size: z.number().max(100).optional(),
  visibility_timeout_ms: z.number().optional(),
  acks: z.array(z.object({ lease_id: z.string() })).optional(),
  retries: z.array(z.object({ lease_id: z.string() })).optional(),
  messages: z
    .array(z.object({ body: z.unknown(), content_type: z.literal('json') }))
    .max(100)
    .optional(),
});

const queues: Record<string, Stored[]> = { 'orders-events': [], 'orders-events-dead': [] };
let calls: string[] = [];
let failing: string | null = null;
let server: Server;

/** The part of Cloudflare's API that is used, as its reference describes it. JSON is given in base64. */
function answerOf(path: string, body: z.infer<typeof Call>): unknown {
  const search = /^\/accounts\/acc\/queues\?name=(.*)$/.exec(path);
  if (search) {
    return Object.keys(queues).map((queue_name) => ({ queue_id: `id-of-${queue_name}`, queue_name }));
  }
  const [, name = '', action = ''] = /^\/accounts\/acc\/queues\/id-of-([^/]+)\/messages\/(\w+)$/.exec(path) ?? [];
  const queue = queues[name] ?? [];
  calls.push(`${action} ${name}`);
  if (failing === action) return null;
  const shown = (message: object) => ({ ...message, attempts: 1, timestamp_ms: 1_790_000_000_000, metadata: {} });
  switch (action) {
    case 'peek':
      return { messages: queue.slice(0, body.batch_size).map(({ id, body: text }) => shown({ id, body: text })) };
    case 'pull': {
      const free = queue.filter(({ lease_id }) => lease_id === null).slice(0, body.batch_size);
      for (const message of free) message.lease_id = `lease-of-${message.id}`;
      return { message_backlog_count: queue.length, messages: free.map(shown) };
    }
    case 'ack': {
      const acked = new Set(body.acks?.map(({ lease_id }) => lease_id));
      const freed = new Set(body.retries?.map(({ lease_id }) => lease_id));
      queues[name] = queue.filter(({ lease_id }) => !acked.has(lease_id ?? ''));
      for (const message of queue) if (freed.has(message.lease_id ?? '')) message.lease_id = null;
      return { ackCount: acked.size, retryCount: freed.size, warnings: {} };
    }
    case 'batch':
      for (const message of body.messages ?? []) put(name, message.body);
      return {};
    default:
      return null;
  }
}

function put(name: string, body: unknown): void {
  const encoded = Buffer.from(JSON.stringify(body)).toString('base64');
  queues[name]?.push({ id: uuidv7(), body: encoded, lease_id: null });
}

function bodiesIn(name: string): unknown[] {
  return (queues[name] ?? []).map(({ body }): unknown => JSON.parse(Buffer.from(body, 'base64').toString()));
}

const eventOf = (text = 'x') => ({
  ...{ id: uuidv7(), type: 'payment.succeeded', payload: { text }, request_id: 'req-1', traceparent: '00-1-2-01' },
});

beforeEach(async () => {
  Object.assign(queues, { 'orders-events': [], 'orders-events-dead': [] });
  calls = [];
  failing = null;
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const isAllowed = request.headers.authorization === 'Bearer secret-token';
      const result = isAllowed ? answerOf(request.url ?? '', Call.parse(JSON.parse(text || '{}'))) : null;
      const errors =
        result === null ? [{ code: 10_000, message: isAllowed ? 'Out of order' : 'Authentication error' }] : [];
      response.writeHead(result === null ? (isAllowed ? 500 : 403) : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ success: result !== null, errors, messages: [], result }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
});

afterEach(() => {
  server.close();
});

function run(options: string[], variables: Record<string, string> = {}) {
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const env = {
    ...process.env,
    ...{ CLOUDFLARE_ACCOUNT_ID: 'acc', CLOUDFLARE_API_TOKEN: 'secret-token' },
    ...{ CLOUDFLARE_API_BASE_URL: `http://127.0.0.1:${port}`, ...variables },
  };
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const child = execFile(process.execPath, ['tools/dead-letters.ts', ...options], { env }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

describe('list', () => {
  it('shows the dead letters and leaves them as they are', async () => {
    const event = eventOf();
    put('orders-events-dead', event);
    put('orders-events-dead', 'something else');
    const before = structuredClone(queues);
    const { code, stdout } = await run(['list', '--queue', 'orders-events']);
    expect(code).toBe(0);
    expect(stdout).toBe(
      `2026-09-21T14:13:20.000Z  ${'payment.succeeded'.padEnd(32)}  event ${event.id}  request req-1\n` +
        `2026-09-21T14:13:20.000Z  ${'not an event'.padEnd(32)}  event -  request -\n` +
        '2 dead letters in orders-events-dead.\n',
    );
    const json = JSON.parse((await run(['list', '--queue', 'orders-events', '--json'])).stdout);
    expect(json).toMatchObject({ letters: [{ event_id: event.id, payload: event.payload }, {}], may_have_more: false });
    expect(queues).toEqual(before);
    expect(calls).toEqual(['peek orders-events-dead', 'peek orders-events-dead']);
  });
});

describe('replay', () => {
  it('sends all of them to the main queue again, byte for byte, and keeps what is no event', async () => {
    const events = Array.from({ length: 230 }, () => eventOf('é'));
    for (const event of events) put('orders-events-dead', event);
    put('orders-events-dead', { id: 'not an event' });
    const { code, stdout } = await run(['replay', '--queue', 'orders-events']);
    expect(code).toBe(0);
    expect(stdout).toContain(
      '230 events are in orders-events again.\n1 messages are no events and stay in orders-events-dead.\n',
    );
    expect(bodiesIn('orders-events')).toEqual(events);
    expect(bodiesIn('orders-events-dead')).toEqual([{ id: 'not an event' }]);
    expect(queues['orders-events-dead']).toMatchObject([{ lease_id: null }]);
  });

  it('sends large events in parts that a call can carry', async () => {
    const events = Array.from({ length: 5 }, () => eventOf('x'.repeat(90_000)));
    for (const event of events) put('orders-events-dead', event);
    expect((await run(['replay', '--queue', 'orders-events'])).code).toBe(0);
    expect(bodiesIn('orders-events')).toEqual(events);
    expect(calls.filter((call) => call.startsWith('batch'))).toHaveLength(3);
    expect(queues['orders-events-dead']).toEqual([]);
  });

  it('takes nothing away that it could not send', async () => {
    put('orders-events-dead', eventOf());
    failing = 'batch';
    const { code, stderr } = await run(['replay', '--queue', 'orders-events']);
    expect(code).toBe(1);
    expect(stderr).toContain('(500): Out of order');
    expect(queues['orders-events-dead']).toHaveLength(1);
    expect(calls).toEqual(['pull orders-events-dead', 'batch orders-events']);
  });

  it('sends again what was sent, but not taken away, with the same id', async () => {
    const event = eventOf();
    put('orders-events-dead', event);
    failing = 'ack';
    expect((await run(['replay', '--queue', 'orders-events'])).code).toBe(1);
    failing = null;
    for (const message of queues['orders-events-dead'] ?? []) message.lease_id = null;
    expect((await run(['replay', '--queue', 'orders-events'])).code).toBe(0);
    expect(bodiesIn('orders-events')).toEqual([event, event]);
    expect(queues['orders-events-dead']).toEqual([]);
  });

  it('has nothing to do where there are none', async () => {
    expect(await run(['replay', '--queue', 'orders-events'])).toMatchObject({
      code: 0,
      stdout: '0 events are in orders-events again.\n',
    });
  });
});

describe('what it refuses', () => {
  it.each([
    [['list']],
    [['list', '--queue', 'orders']],
    [['erase', '--queue', 'orders-events']],
    [['list', 'replay', '--queue', 'orders-events']],
    [['list', '--queue', 'orders-events', '--force']],
  ])('%j', async (options) => {
    expect(await run(options)).toMatchObject({ code: 2, stdout: '' });
    expect(calls).toEqual([]);
  });

  it('is told by Cloudflare, without the token', async () => {
    const { code, stderr } = await run(['list', '--queue', 'orders-events'], { CLOUDFLARE_API_TOKEN: 'wrong-token' });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'Cloudflare refused GET …/queues?name=orders-events-dead (403): Authentication error\n',
    });
    const missing = await run(['list', '--queue', 'orders-events'], { CLOUDFLARE_API_TOKEN: '' });
    expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining('in memory') });
    expect((await run(['list', '--queue', 'products-events'])).stderr).toBe(
      'There is no queue "products-events-dead" in this account.\n',
    );
  });
});
