import { asc, inArray, isNull } from 'drizzle-orm';

import type { Database } from '#shared/db/postgres.ts';
import { outbox } from '#shared/db/tables.ts';
import { type Consumer, consumers, Message, type OutboxEvent } from '#shared/events/events.ts';
import { describeError, log } from '#shared/http/log.ts';
import { count } from '#shared/metrics.ts';
import { within } from '#shared/rpc.ts';

/** The queues a service sends to, by consumer. */
export type Queues = Partial<Record<Consumer, Queue<Message>>>;

/** What Cloudflare Queues take in one call. */
const batchSize = 100;
/** A queue that does not answer must not hold up a sweep, or whoever waits for what was done: the event stays in the outbox. */
const sendMilliseconds = 5_000;
/** A sweep ends some time; the next one goes on. */
const roundsASweep = 100;

/** The statement that puts events into the outbox, for the batch of the change they tell of. */
export function insertEvents(db: Database, events: [OutboxEvent, ...OutboxEvent[]]) {
  return db.insert(outbox).values(events);
}

/**
 * Sends committed events and marks them sent. Runs after the answer (`waitUntil`), so it reports failures to the log
 * only: the sweep sends what stayed behind. A crash between the two steps sends an event twice; consumers bear that.
 */
export async function dispatch(db: Database, queues: Queues, events: OutboxEvent[]): Promise<void> {
  if (events.length === 0) return;
  try {
    await send(queues, events);
    await markSent(db, events);
  } catch (error) {
    log('warn', 'events stay in the outbox', { events: events.map(({ id }) => id), ...describeError(error) });
  }
}

/** Sends what was left behind, oldest first; answers how many. What a request is just sending may go out twice. */
export async function relayOutbox(db: Database, queues: Queues): Promise<number> {
  let sent = 0;
  for (let round = 0; round < roundsASweep; round++) {
    const rows = await unsentRows(db);
    if (round === 0) measureLag(rows);
    if (rows.length === 0) break;
    const events = rows.map(messageOf);
    await send(queues, events);
    await markSent(db, events);
    sent += events.length;
    if (events.length < batchSize) break;
  }
  return sent;
}

type Row = typeof outbox.$inferSelect;

function unsentRows(db: Database): Promise<Row[]> {
  return db.select().from(outbox).where(isNull(outbox.sent_at)).orderBy(asc(outbox.created_at)).limit(batchSize);
}

function messageOf(row: Row): Message {
  return Message.parse({ ...row, request_id: row.request_id ?? '', traceparent: row.traceparent ?? '' });
}

function measureLag([oldest, ...others]: Row[]): void {
  const waiting = oldest ? others.length + 1 : 0;
  count({ name: 'outbox', waiting, oldestSeconds: oldest ? (Date.now() - oldest.created_at.getTime()) / 1_000 : 0 });
}

/** Sends each event to the queues of those who are told of it. */
export async function send(queues: Queues, events: Message[]): Promise<void> {
  const addressed = new Map<Consumer, Message[]>();
  for (const { id, type, payload, request_id, traceparent } of events) {
    for (const consumer of consumers[type]) {
      const messages = addressed.get(consumer) ?? [];
      addressed.set(consumer, messages);
      messages.push({ id, type, payload, request_id, traceparent });
    }
  }
  await Promise.all([...addressed].map(([consumer, messages]) => sendTo(queueOf(queues, consumer), messages)));
}

async function sendTo(queue: Queue<Message>, messages: Message[]): Promise<void> {
  for (let start = 0; start < messages.length; start += batchSize) {
    const batch = messages.slice(start, start + batchSize).map((body) => ({ body }));
    await within(sendMilliseconds, queue.sendBatch(batch));
  }
}

function queueOf(queues: Queues, consumer: Consumer): Queue<Message> {
  const queue = queues[consumer];
  if (!queue) throw new Error(`No queue to ${consumer} is bound here.`);
  return queue;
}

async function markSent(db: Database, events: { id: string }[]): Promise<void> {
  const ids = events.map(({ id }) => id);
  await db.update(outbox).set({ sent_at: new Date() }).where(inArray(outbox.id, ids));
}
