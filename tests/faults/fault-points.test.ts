import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { findViolations } from '#tools/invariants/run.ts';

import { openCarts } from '../support/carts.ts';
import { eventually } from '../support/client.ts';
import { endsOf, isEnd, shopUrls } from '../support/fault-ledger.ts';
import { clearOut, type FaultShop, openFaultShop, operations, stockUp } from '../support/fault-operations.ts';
import { casesOf, disturb, inLanes, isWait, nameOf, pointsOf, prepare, type Run } from '../support/fault-runs.ts';
import { pointsIn, tableOf } from '../support/fault-table.ts';
import { type Director, startDirector } from '../support/faults.ts';
import { sweep } from '../support/shop.ts';

const document = join(import.meta.dirname, '..', '..', 'docs', 'fault-points.md');
/** `FAULT_POINTS='^Payment.*kill'` tries some of the cases only; then the table is left alone. */
const wanted = process.env['FAULT_POINTS'];

/** After 15 minutes all is given up that a crash left behind. */
const afterCrashes = 16 * 60;
/** After 30 an unpaid order is. */
const afterDeadline = 31 * 60;
/** How many at once: to prepare, to disturb, and of those in which somebody waits in vain. */
const attempts = 3;
const lanes = { prepare: 4, disturb: 4, wait: 30 };

let carts: ReturnType<typeof openCarts>;
let director: Director;
let shop: FaultShop;
let runs: Run[];
/** What other tests have left in the shop on purpose. */
let known: Set<string>;

beforeAll(async () => {
  known = new Set();
  known = new Set((await violations(afterDeadline)).map(idOf));
  carts = openCarts();
  director = await startDirector();
  shop = await openFaultShop(lanes.prepare, carts.carts);
  await stockUp(shop, 1);
  const found = await inLanes(lanes.prepare, operations, async (operation, lane) =>
    casesOf(operation, await pointsOf(director, shop, operation, lane)),
  );
  const cases = found.flat().filter((one) => wanted === undefined || new RegExp(wanted).test(nameOf(one)));
  await stockUp(shop, cases.filter(({ operation }) => operation.done === 'one order').length);
  runs = await inLanes(lanes.prepare, cases, async (one, lane) => ({
    ...one,
    attempt: await prepare(shop, one, lane),
  }));
}, 1_200_000);

afterAll(async () => {
  director.close();
  await clearOut(shop);
  await carts.close();
});

it('every fault at every point comes to one of the ends that it may', { timeout: 1_200_000 }, async () => {
  expect(await failuresOf(runs)).toEqual([]);
  const outcomes = await sweepUntil(afterCrashes, () => true);
  const wrong = outcomes.filter(({ run: { operation, isRepeated, isAnswered }, end }) => {
    const may: string[] = isRepeated && !isAnswered ? [operation.done] : [operation.done, ...operation.orElse];
    return !may.includes(end);
  });
  expect(wrong.map(({ run, end }) => `${nameOf(run)}: ${end}`)).toEqual([]);
  expect(await violations(afterCrashes)).toEqual([]);
  if (wanted !== undefined) return;
  if (process.env['UPDATE_FAULT_TABLE']) writeFileSync(document, tableOf(outcomes));
  // Each end is one that may be. Which one it is where nobody repeats the request depends on the machine's speed, too.
  expect(pointsIn(tableOf(outcomes))).toEqual(pointsIn(readFileSync(document, 'utf8')));
});

it('what is left unpaid is given up at its deadline, and then everything is right', { timeout: 300_000 }, async () => {
  await sweepUntil(afterDeadline, (end) => !end.startsWith('one order'));
  expect(await violations(afterDeadline)).toEqual([]);
});

/**
 * Disturbs them all; what went wrong in doing so. A case that did not take place is tried anew, with another order: the
 * machine may be slow, and the shop's own clock may have done a sweep's work first.
 */
async function failuresOf(all: Run[]): Promise<unknown[]> {
  const attempted = async (run: Run, lane: number): Promise<unknown[]> => {
    for (let attempt = 1; ; attempt++) {
      try {
        await disturb(director, run);
        return [];
      } catch (error) {
        if (attempt === attempts) return [error];
        await stockUp(shop, 1);
        run.attempt = await prepare(shop, run, lane % lanes.prepare);
      }
    }
  };
  const bySweep = all.filter(({ operation }) => operation.isSweep);
  const byRequest = all.filter(({ operation }) => !operation.isSweep);
  const busy = byRequest.filter((run) => !isWait(run));
  const failures = await Promise.all([
    inLanes(lanes.disturb, busy, attempted),
    inLanes(lanes.wait, byRequest.filter(isWait), attempted),
    inLanes(1, bySweep, attempted),
  ]);
  return failures.flat(2);
}

/** Sweeps as that much later until every order has come to an end, and to one that will do. */
async function sweepUntil(advanceSeconds: number, willDo: (end: string) => boolean) {
  return eventually(async () => {
    await sweep(advanceSeconds);
    const ends = await endsOf(runs.map(({ attempt }) => attempt));
    const outcomes = runs.map((run, i) => ({ run, end: ends[i] ?? '' }));
    const open = outcomes.filter(({ end }) => !isEnd(end) || !willDo(end));
    expect(open.map(({ run, end }) => `${nameOf(run)}: ${end}`)).toEqual([]);
    return outcomes;
  }, 240_000);
}

async function violations(advanceSeconds: number) {
  const findings = await findViolations(shopUrls(), { advanceSeconds });
  const all = findings.flatMap(({ check, violations: found }) => found.map((one) => ({ check: check.name, ...one })));
  return all.filter((one) => !known.has(idOf(one)));
}

function idOf({ check, subject }: { check: string; subject: string }): string {
  return `${check} ${subject}`;
}
