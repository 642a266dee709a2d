import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { newAttempts } from './attempts.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const limits = { pauseMilliseconds: 1_000, failureMilliseconds: 5_000, capacity: 2 };

it('lets one begin, and the next after a pause', () => {
  const attempts = newAttempts(limits);
  expect([attempts.begin('a'), attempts.begin('a'), attempts.begin('b')]).toEqual([true, false, true]);
  vi.advanceTimersByTime(999);
  expect(attempts.begin('a')).toBe(false);
  vi.advanceTimersByTime(1);
  expect([attempts.begin('a'), attempts.begin('a')]).toEqual([true, false]);
});

it('remembers a failure for a while, or until the next success', () => {
  const attempts = newAttempts(limits);
  expect(attempts.failedLately('a')).toBe(false);
  attempts.end('a', false);
  expect([attempts.failedLately('a'), attempts.failedLately('b')]).toEqual([true, false]);
  attempts.end('a', true);
  expect(attempts.failedLately('a')).toBe(false);
  attempts.end('a', false);
  vi.advanceTimersByTime(4_999);
  expect(attempts.failedLately('a')).toBe(true);
  vi.advanceTimersByTime(1);
  expect(attempts.failedLately('a')).toBe(false);
});

it('remembers no more than it may', () => {
  const attempts = newAttempts(limits);
  for (const key of ['a', 'b', 'c']) {
    attempts.begin(key);
    attempts.end(key, false);
  }
  expect([attempts.failedLately('a'), attempts.failedLately('c')]).toEqual([false, true]);
  expect([attempts.begin('a'), attempts.begin('c')]).toEqual([true, false]);
});
