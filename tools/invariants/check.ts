import type { Moment, Query } from '#tools/invariants/shop.ts';

/** One thing that is not as it must be. */
export interface Violation {
  /** What it is about: an id, or several. */
  subject: string;
  /** What was found, and what was expected. */
  detail: string;
}

/** Something that holds at every moment, whatever happened before. */
export interface Check {
  name: string;
  /** What holds, in one sentence. */
  meaning: string;
  /** What to do where it does not. */
  remedy: string;
  find: (moment: Moment) => AsyncIterable<Violation>;
}

/** More of one kind are not worth listing, and not worth the memory. */
export const mostViolations = 1_000;

/** A check that one statement makes: its rows have `subject` and `detail`. */
export function inOneDatabase(
  service: 'users' | 'products' | 'orders' | 'payments',
  statement: string,
  values: (moment: Moment) => unknown[] = () => [],
): Check['find'] {
  return async function* find(moment) {
    const limited = `SELECT subject::text, detail FROM (${statement}) AS found ORDER BY subject LIMIT ${mostViolations}`;
    yield* await moment[service]<Violation>(limited, values(moment));
  };
}

const pageSize = 1_000;

/**
 * The rows of a statement page by page, by their `id`. The statement has `$1` for the id behind which the page begins
 * (null for the first), and is not ordered or limited itself; further values begin at `$2`.
 */
export async function* pages<Row extends { id: string }>(
  query: Query,
  statement: string,
  values: unknown[] = [],
): AsyncGenerator<Row[]> {
  let after: string | null = null;
  for (;;) {
    const page: Row[] = await query<Row>(`${statement} ORDER BY id LIMIT ${pageSize}`, [after, ...values]);
    const last = page.at(-1);
    if (last === undefined) return;
    yield page;
    after = last.id;
  }
}

/** Rows by a field of theirs. */
export function groupBy<Row>(rows: Row[], keyOf: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group) group.push(row);
    else groups.set(keyOf(row), [row]);
  }
  return groups;
}

/** A moment so many seconds before the check's own. */
export function secondsAgo({ now }: Moment, seconds: number): string {
  return new Date(now.getTime() - seconds * 1_000).toISOString();
}

/** Events, and the sweeps that repeat them, take a moment: what changed within it is still under way. */
export const underWaySeconds = 60;
/** A checkout takes seconds; what it left behind in a crash is cleared away after 15 minutes. */
export const checkoutSeconds = 20 * 60;
