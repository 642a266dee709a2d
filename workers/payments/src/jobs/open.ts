import { describeError, log } from '#shared/http/log.ts';

const pageSize = 50;

/** A gateway that is down makes every call last until its timeout. Nothing is begun after this long: the next sweep goes on. */
export const sweepMilliseconds = 20_000;

/** After this long the request that began it is gone, and the gateway is asked. */
export const openSeconds = 60;

export function secondsBefore(now: Date, seconds: number): Date {
  return new Date(now.getTime() - seconds * 1_000);
}

/** What is open and due: `end` says whether it has ended; what has not is put off. */
interface Open<Row> {
  list: (page: { limit: number; after: Row | undefined }) => Promise<Row[]>;
  end: (row: Row) => Promise<boolean>;
  putOff: (row: Row) => Promise<unknown>;
}

/**
 * Works through all that is open, page by page, as far as its time allows; answers how many it ended. Whatever stands in the
 * way of one does not stop the others: it is put off, longer each time, so that the next sweep begins with what is left.
 */
export async function endAll<Row extends { id: string }>({ list, end, putOff }: Open<Row>): Promise<number> {
  const until = Date.now() + sweepMilliseconds;
  let ended = 0;
  let last: Row | undefined;
  for (;;) {
    const open = await list({ limit: pageSize, after: last });
    for (const row of open) {
      if (Date.now() >= until) return ended;
      if (await attempted(row, end)) ended++;
      else await putOff(row);
    }
    last = open.at(-1);
    if (open.length < pageSize) return ended;
  }
}

async function attempted<Row extends { id: string }>(row: Row, end: (row: Row) => Promise<boolean>): Promise<boolean> {
  try {
    return await end(row);
  } catch (error) {
    log('error', 'not reconciled', { id: row.id, ...describeError(error) });
    return false;
  }
}
