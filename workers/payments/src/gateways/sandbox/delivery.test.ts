import { expect, it } from 'vitest';

import { pauseAfter } from './delivery.ts';

it('waits a second, then twice as long each time, 10 minutes at most', () => {
  const attempts = Array.from({ length: 14 }, (_, index) => index + 1);
  expect(attempts.map((attempt) => pauseAfter(attempt) / 1_000)).toEqual([
    1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600, 600, 600,
  ]);
});
