import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { newFlights } from './flights.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Flights whose cargo is their number, and which land when told to. */
function airport(capacity = 10) {
  const board = newFlights<number>({ lingerMilliseconds: 1_000, capacity });
  const landings: PromiseWithResolvers<number>[] = [];
  const ask = (key: string, version: number) =>
    board(key, version, () => {
      const landing = Promise.withResolvers<number>();
      landings.push(landing);
      return landing.promise;
    });
  const land = async (number: number) => {
    landings[number]?.resolve(number);
    await landings[number]?.promise;
  };
  return { ask, land, landings };
}

describe('flights', () => {
  it('carry everybody who asks for the same at the same time', async () => {
    const { ask, land, landings } = airport();
    const boardings = Array.from({ length: 100 }, () => ask('a', 1));
    expect(boardings.map(({ isFirst }) => isFirst)).toEqual([true, ...Array<boolean>(99).fill(false)]);
    await land(0);
    expect(await Promise.all(boardings.map(({ cargo }) => cargo))).toEqual(Array(100).fill(0));
    expect(landings).toHaveLength(1);
  });

  it('are one for each thing', () => {
    const { ask } = airport();
    expect([ask('a', 1), ask('b', 1)].map(({ isFirst }) => isFirst)).toEqual([true, true]);
  });

  it('can be joined for a while after landing', async () => {
    const { ask, land } = airport();
    ask('a', 1);
    await land(0);
    vi.advanceTimersByTime(999);
    const late = ask('a', 1);
    expect([late.isFirst, await late.cargo]).toEqual([false, 0]);
    vi.advanceTimersByTime(1);
    expect(ask('a', 1).isFirst).toBe(true);
  });

  it('carry nobody who knows of a change that came after their departure', async () => {
    const { ask, land } = airport();
    const before = ask('a', 1);
    const after = ask('a', 2);
    const unaware = ask('a', 1);
    expect([before, after, unaware].map(({ isFirst }) => isFirst)).toEqual([true, true, false]);
    await land(1);
    await land(0);
    expect(await Promise.all([before.cargo, after.cargo, unaware.cargo])).toEqual([0, 1, 1]);
    expect(ask('a', 2).isFirst).toBe(false);
    expect(ask('a', 3).isFirst).toBe(true);
  });

  it('that fail, fail for all, and are not repeated at once', async () => {
    const { ask, landings } = airport();
    const [first, second] = [ask('a', 1), ask('a', 1)];
    landings[0]?.reject(new Error('lost'));
    await expect(first.cargo).rejects.toThrow('lost');
    await expect(second.cargo).rejects.toThrow('lost');
    expect(ask('a', 1).isFirst).toBe(false);
    vi.advanceTimersByTime(1_000);
    expect(ask('a', 1).isFirst).toBe(true);
  });

  it('are forgotten, the oldest first, when there are too many', () => {
    const { ask } = airport(2);
    for (const key of ['a', 'b', 'c']) ask(key, 1);
    expect([ask('c', 1).isFirst, ask('b', 1).isFirst, ask('a', 1).isFirst]).toEqual([false, false, true]);
  });
});
