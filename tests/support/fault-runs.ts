import { expect } from 'vitest';

import { within } from '#shared/rpc.ts';

import { eventually } from './client.ts';
import { endsOf } from './fault-ledger.ts';
import type { Attempt, FaultShop, Operation } from './fault-operations.ts';
import { type Direction, type Director, type Mode, modes } from './faults.ts';
import { sweep } from './shop.ts';

/** One disturbance of one order. */
export interface Case {
  operation: Operation;
  point: string;
  mode: Mode;
  /** Whether the request is sent again, when its key is free, or never. */
  isRepeated: boolean;
}

export interface Run extends Case {
  attempt: Attempt;
  /** Whether the first request was answered after all: then a repetition only hears that again. */
  isAnswered?: boolean;
}

/** No request takes longer, not even on a slow machine: every wait in vain has its limit. */
const patienceMilliseconds = 120_000;

/** What is done for a request itself, or right after its answer. */
const requestMilliseconds = 20_000;

/** What an event is waited for. */
const queueMilliseconds = 180_000;

/** Does it for each, so many at once; `lane` is 0 to `lanes` - 1. */
export async function inLanes<Item, Result>(
  lanes: number,
  items: Item[],
  work: (item: Item, lane: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const queue = [...items.entries()];
  const workers = Array.from({ length: lanes }, async (_, lane) => {
    for (let next = queue.shift(); next; next = queue.shift()) results[next[0]] = await work(next[1], lane);
  });
  await Promise.all(workers);
  return results;
}

/** A machine that is busy may have the shop refuse a part of it: it is done anew. */
export async function prepare(shop: FaultShop, { operation }: Pick<Case, 'operation'>, lane: number): Promise<Attempt> {
  return eventually(() => operation.prepare(shop, lane), patienceMilliseconds);
}

const quietMilliseconds = 2_000;

/** The calls that the operation makes, found by doing it; in alphabetical order, as some are made at once. */
export async function pointsOf(director: Director, shop: FaultShop, operation: Operation, lane: number) {
  const attempt = await prepare(shop, { operation }, lane);
  const direction = director.direct();
  const { status } = await attempt.send(direction.headers);
  expect(status, operation.name).toBeLessThan(300);
  await eventually(async () => expect(await endsOf([attempt])).toEqual([operation.done]), 30_000);
  await quiet(direction);
  const isOurs = (point: string) => operation.services.some((service) => new RegExp(`^${service}\\b`).test(point));
  return [...direction.points].filter(isOurs).sort();
}

/** What follows by event is not known beforehand: it is over when nothing more has come for a while. */
async function quiet({ points }: Direction): Promise<void> {
  let seen = { count: 0, at: Date.now() };
  await eventually(async () => {
    if (points.size !== seen.count) seen = { count: points.size, at: Date.now() };
    expect(Date.now() - seen.at).toBeGreaterThan(quietMilliseconds);
  }, 30_000);
}

/**
 * Each point in each way. Whoever sends the request can do something about what befalls the worker that answers it: there
 * it is repeated, too. The clock repeats a sweep anyway.
 */
export function casesOf(operation: Operation, points: string[]): Case[] {
  return points.flatMap((point) =>
    modesOf(point).flatMap((mode) => {
      const repetitions = isOwn({ operation, point }) && !operation.isSweep ? [false, true] : [false];
      return repetitions.map((isRepeated) => ({ operation, point, mode, isRepeated }));
    }),
  );
}

/**
 * An event is delivered again whether its consumer fails, hangs or dies: what it has done by then is what matters. A queue
 * of the local stack stands still for a minute when a consumer neither ends nor fails, so that is not tried.
 */
function modesOf(point: string): readonly Mode[] {
  return isOfEvent(point) ? ['fail-before', 'fail-after'] : modes;
}

function isOfEvent(point: string): boolean {
  return /^\w+ \(event\)/.test(point);
}

/** Whether it is a call of the worker that answers the request. */
function isOwn({ operation, point }: Pick<Case, 'operation' | 'point'>): boolean {
  return new RegExp(`^${operation.service}(:| →)`).test(point);
}

/** Whether it takes long because somebody waits in vain, and not because there is much to do. */
export function isWait({ point, mode }: Case): boolean {
  return mode === 'kill' || (mode === 'time-out' && point.includes('→'));
}

/**
 * Sends the request, disturbed, and then as its sender would: a sweep comes again soon, with nothing of this order left for
 * the next one. What it has come to is seen after all sweeps.
 */
export async function disturb(director: Director, run: Run): Promise<void> {
  const { attempt } = run;
  const direction = director.direct(run);
  const status = await answerOrDeath(attempt, run, direction);
  run.isAnswered = status !== null && status < 300;
  if (run.isRepeated) await repeat(attempt, run);
  // What was late is later than all of that.
  direction.release();
  const isKnownBy = run.operation.isSweep || !isOfEvent(run.point) ? requestMilliseconds : queueMilliseconds;
  await eventually(async () => expect(direction.isHit(), nameOf(run)).toBe(true), isKnownBy);
  if (run.mode === 'time-out') await patiently(direction.done, run);
  if (run.operation.isSweep) await sweep();
}

/** Until the answer tells of more than that the shop is busy. */
async function repeat(attempt: Attempt, run: Case): Promise<void> {
  await eventually(async () => {
    await attempt.unlock();
    const { status } = await attempt.send();
    expect(status, nameOf(run)).toBeLessThan(500);
  }, patienceMilliseconds);
}

export function nameOf({ operation, point, mode, isRepeated }: Case): string {
  return [operation.name, point, mode, isRepeated ? 'repeated' : 'once'].join(' | ');
}

/** The status of the answer; null where a worker died of which nobody knows whether it answers. */
async function answerOrDeath(attempt: Attempt, run: Case, { headers, done }: Direction): Promise<number | null> {
  const answer = attempt.send(headers);
  // Nobody waits for what a sweep answers, and whoever called the worker that died waits for its time limit.
  const isOver = run.mode === 'kill' && (isOwn(run) || run.operation.isSweep);
  if (!isOver) return (await patiently(answer, run)).status;
  answer.catch(() => {});
  await patiently(Promise.race([answer, done]), run);
  return null;
}

async function patiently<Value>(work: Promise<Value>, run: Case): Promise<Value> {
  return within(patienceMilliseconds, work).catch((error: unknown) => {
    throw new Error(nameOf(run), { cause: error });
  });
}
