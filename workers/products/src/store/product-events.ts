import { z } from 'zod';

import { Message, type OutboxEvent } from '#shared/events/events.ts';

const EventRow = Message.extend({ subject_id: z.string() });

/** The events that statements of a batch have put into the outbox and returned; send them now that it is committed. */
export function writtenEvents(...results: { rows: unknown[] }[]): OutboxEvent[] {
  return results.flatMap(({ rows }) => z.array(EventRow).parse(rows));
}
