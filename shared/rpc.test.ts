import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { answerMilliseconds, dependency, within } from '#shared/rpc.ts';

const never = new Promise<never>(() => {});

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** What became of it when so much time has passed. */
async function after(milliseconds: number, work: Promise<unknown>): Promise<unknown> {
  let outcome: unknown = 'waits';
  work.then(
    (value) => (outcome = value),
    (error: unknown) => (outcome = error),
  );
  await vi.advanceTimersByTimeAsync(milliseconds);
  return outcome;
}

describe('within', () => {
  it('answers what comes in time, and throws what is thrown in time', async () => {
    expect(await within(5, Promise.resolve('here'))).toBe('here');
    await expect(within(5, Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('waits that long and no longer', async () => {
    expect(await after(49, within(50, never))).toBe('waits');
    expect(await after(50, within(50, never))).toMatchObject({
      name: 'TimeoutError',
      message: 'No answer within 50 ms.',
    });
  });
});

describe('dependency', () => {
  it('is a 503 when the other service throws or is silent', async () => {
    const refused = { code: 'service_unavailable', headers: { 'retry-after': '1' } };
    await expect(dependency('products', Promise.reject(new Error('no')))).rejects.toMatchObject(refused);
    expect(await after(answerMilliseconds - 1, dependency('products', never))).toBe('waits');
    expect(await after(answerMilliseconds, dependency('products', never))).toMatchObject(refused);
  });

  it('waits for ever where that is wanted', async () => {
    expect(await after(10 * answerMilliseconds, dependency('products', never, null))).toBe('waits');
  });
});
