import { isGuardRefusal } from '#shared/db/guards.ts';
import { violates } from '#shared/db/errors.ts';
import type { OutboxEvent } from '#shared/events/events.ts';

/** Why the database did not take a change; nothing was written. */
export type Refusal = 'changed_meanwhile' | 'exists';

/** Events are in the outbox with the change; send them now that it is committed. None if nothing differed. */
export interface Written<Row> {
  row: Row;
  events: OutboxEvent[];
}

/** Runs a write; `unique` is the index that keeps its table free of duplicates. */
export async function unlessRefused<Result>(unique: string, write: () => Promise<Result>): Promise<Result | Refusal> {
  try {
    return await write();
  } catch (error) {
    if (isGuardRefusal(error)) return 'changed_meanwhile';
    if (violates(error, unique)) return 'exists';
    throw error;
  }
}

/** Whether a change asks for anything that is not so already. */
export function changes(from: object, after: object): boolean {
  return JSON.stringify(from) !== JSON.stringify(after);
}

/** The row that a statement with `RETURNING` gave back. */
export function returned<Row>(rows: Row[]): Row {
  const [row] = rows;
  if (row === undefined) throw new Error('The statement gave no row back.');
  return row;
}
