import { Message } from '#shared/events/events.ts';

import { batchSize, type QueuesApi, type ReceivedMessage } from '#tools/dead-letters/queues-api.ts';

/** A message that its consumer gave up. `event` is null where it is none of ours. */
export interface Letter {
  message: ReceivedMessage;
  event: Message | null;
}

export interface Replayed {
  /** Events that are in the main queue again. */
  sent: Message[];
  /** Messages that are no events: they stay where they were. */
  left: number;
}

/** What one call may carry: 256 kB, with room for what surrounds the events. */
const mostBytes = 200_000;

export function deadLetterQueueOf(queue: string): string {
  return `${queue}-dead`;
}

/** The oldest dead letters of a queue, at most `batchSize`; nothing is changed. */
export async function listLetters(api: QueuesApi, queue: string): Promise<{ letters: Letter[]; mayHaveMore: boolean }> {
  const letters = (await api.peek(await api.idOf(deadLetterQueueOf(queue)))).map(letterOf);
  return { letters, mayHaveMore: letters.length === batchSize };
}

/**
 * Sends the dead letters of a queue to it again. Each is taken away only after it was sent: if this ends in between, it is
 * sent twice, which consumers bear.
 */
export async function replayLetters(api: QueuesApi, queue: string): Promise<Replayed> {
  const [dead, main] = [await api.idOf(deadLetterQueueOf(queue)), await api.idOf(queue)];
  const sent: Message[] = [];
  const left: string[] = [];
  for (;;) {
    const letters = (await api.pull(dead)).map(letterOf);
    if (letters.length === 0) break;
    for (const part of parts(letters.filter(({ event }) => event !== null))) {
      const events = part.flatMap(({ event }) => event ?? []);
      await api.send(main, events);
      await api.settle(dead, { acks: part.map(leaseOf), retries: [] });
      sent.push(...events);
    }
    left.push(...letters.filter(({ event }) => event === null).map(leaseOf));
  }
  for (let start = 0; start < left.length; start += batchSize) {
    await api.settle(dead, { acks: [], retries: left.slice(start, start + batchSize) });
  }
  return { sent, left: left.length };
}

function letterOf(message: ReceivedMessage): Letter {
  for (const text of [Buffer.from(message.body, 'base64').toString(), message.body]) {
    const event = Message.safeParse(parsed(text));
    if (event.success) return { message, event: event.data };
  }
  return { message, event: null };
}

/** Cloudflare gives JSON in base64. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function leaseOf({ message }: Letter): string {
  if (message.lease_id === undefined) throw new Error(`Message ${message.id} came without a lease.`);
  return message.lease_id;
}

/** As many letters at once as a call takes. */
function parts(letters: Letter[]): Letter[][] {
  const all: Letter[][] = [];
  let bytes = mostBytes;
  for (const letter of letters) {
    const size = Buffer.byteLength(JSON.stringify(letter.event));
    const part = all.at(-1);
    if (part && bytes + size <= mostBytes) part.push(letter);
    else all.push([letter]);
    bytes = part && bytes + size <= mostBytes ? bytes + size : size;
  }
  return all;
}
