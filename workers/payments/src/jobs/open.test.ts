import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { endAll, sweepMilliseconds } from './open.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const rows = Array.from({ length: 120 }, (_, index) => ({ id: String(index) }));

/** What becomes of the rows where asking about one takes this long; `0`, `3`, `6` … do not end, `4` throws. */
async function endedIn(millisecondsEach: number) {
  const asked: string[] = [];
  const off: string[] = [];
  const ended = await endAll<{ id: string }>({
    list: async ({ limit, after }) => {
      const start = after ? Number(after.id) + 1 : 0;
      return rows.slice(start, start + limit);
    },
    end: async ({ id }) => {
      vi.setSystemTime(Date.now() + millisecondsEach);
      asked.push(id);
      if (id === '4') throw new Error('It breaks off.');
      return Number(id) % 3 !== 0;
    },
    putOff: async ({ id }) => off.push(id),
  });
  return { ended, asked, off };
}

it('works through all pages; what did not end, or broke off, is put off', async () => {
  const logged = vi.spyOn(console, 'error').mockImplementation(() => {});
  const { ended, asked, off } = await endedIn(0);
  logged.mockRestore();
  expect(asked).toEqual(rows.map(({ id }) => id));
  expect(off).toEqual(asked.filter((id) => Number(id) % 3 === 0 || id === '4'));
  expect(ended).toBe(asked.length - off.length);
});

it('begins nothing more once its time is over', async () => {
  expect(await endedIn(sweepMilliseconds / 2)).toEqual({ ended: 1, asked: ['0', '1'], off: ['0'] });
});
