import { z } from 'zod';

import { at, createRandom, shuffled } from '#tools/seed/random.ts';

import { type Case, type Cursors, sorts } from './cases.ts';
import type { Sample } from './shop.ts';

/** A running products service over one catalogue. */
export interface Shop {
  size: number;
  url: string;
  sample: Sample;
}

/** What the requests of one case to one shop had for an answer. */
export interface Result {
  /** Milliseconds of those with status 200. */
  times: number[];
  /** Other statuses that were answered. */
  refusals: Set<number>;
  /** Products in the answers with status 200, together. */
  products: number;
  /** The most database round trips that one needed. */
  roundTrips: number;
}

/** Results of a case by the size of the shop. */
export type Results = Map<Case, Map<number, Result>>;

const warmUpRounds = 20;

/**
 * Sends `rounds` requests of every case to every shop, one at a time. Cases and shops take turns, in another order each
 * round, so that whatever else the machine does hits all of them alike.
 */
export async function measure(shops: Shop[], cases: Case[], rounds: number): Promise<Results> {
  const cursors = new Map<number, Cursors>();
  for (const shop of shops) cursors.set(shop.size, await readCursors(shop.url));
  const order = createRandom(1, 'order');
  const choices = new Map(shops.map(({ size }) => [size, createRandom(size, 'requests')]));
  const turns = cases.flatMap((one) => shops.map((shop) => ({ one, shop })));
  const results: Results = new Map(cases.map((one) => [one, new Map(shops.map(({ size }) => [size, newResult()]))]));
  for (let round = -warmUpRounds; round < rounds; round++) {
    for (const { one, shop } of shuffled(turns, order)) {
      const random = choices.get(shop.size) ?? order;
      const path = one.path({ sample: shop.sample, cursors: cursors.get(shop.size) ?? new Map() }, random);
      const result = results.get(one)?.get(shop.size);
      await request(shop.url + path, round < 0 || !result ? newResult() : result);
    }
  }
  return results;
}

function newResult(): Result {
  return { times: [], refusals: new Set(), products: 0, roundTrips: 0 };
}

const List = z.object({ data: z.array(z.unknown()) });

async function request(url: string, result: Result): Promise<void> {
  const startedAt = performance.now();
  const answer = await fetch(url);
  const body = await answer.text();
  const time = performance.now() - startedAt;
  if (answer.status !== 200) {
    result.refusals.add(answer.status);
    return;
  }
  result.times.push(time);
  const list = List.safeParse(JSON.parse(body));
  result.products += list.success ? list.data.data.length : 1;
  const roundTrips = /db;desc="(\d+)"/.exec(answer.headers.get('server-timing') ?? '');
  result.roundTrips = Math.max(result.roundTrips, Number(roundTrips ? at(roundTrips, 1) : Number.NaN));
}

const FirstPage = z.object({ page: z.object({ next_cursor: z.string().nullable() }) });

async function readCursors(url: string): Promise<Cursors> {
  const cursors = new Map<string, string>();
  for (const sort of sorts) {
    const answer = await fetch(`${url}/v1/products?sort=${sort}`);
    const page = FirstPage.safeParse(await answer.json());
    if (page.data?.page.next_cursor) cursors.set(sort, page.data.page.next_cursor);
  }
  return cursors;
}
