import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { newVersionMemory } from './version-memory.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A memory, and the object it asks: `version` is what that answers, null that it fails. */
function remembering() {
  const memory = newVersionMemory({
    confidentMilliseconds: 2_000,
    tolerableMilliseconds: 4_000,
    patienceMilliseconds: 300,
  });
  const object = { version: 1 as number | null, asked: 0, hold: Promise.resolve() };
  const ask = async () => {
    object.asked++;
    const { version } = object;
    await object.hold;
    if (version === null) throw new Error('away');
    return version;
  };
  const pending: Promise<void>[] = [];
  const current = () => memory.current(ask, (work) => pending.push(work));
  const settle = () => Promise.all(pending);
  return { memory, object, current, settle };
}

describe('the remembered version', () => {
  it('is asked for at first, and used for two seconds', async () => {
    const { object, current } = remembering();
    expect(await current()).toBe(1);
    object.version = 2;
    vi.advanceTimersByTime(1_999);
    expect(await current()).toBe(1);
    expect(object.asked).toBe(1);
  });

  it('is then used once more while it is asked for', async () => {
    const { object, current, settle } = remembering();
    await current();
    object.version = 2;
    vi.advanceTimersByTime(2_000);
    expect(await Promise.all([current(), current(), current()])).toEqual([1, 1, 1]);
    await settle();
    expect(object.asked).toBe(2);
    expect(await current()).toBe(2);
  });

  it('is waited for when it is four seconds old', async () => {
    const { object, current } = remembering();
    await current();
    object.version = 2;
    vi.advanceTimersByTime(4_000);
    expect(await current()).toBe(2);
  });

  it('is not waited for longer than 0.3 s, and then not by everybody', async () => {
    const { object, current, settle } = remembering();
    await current();
    vi.advanceTimersByTime(4_000);
    const { promise, resolve } = Promise.withResolvers<void>();
    Object.assign(object, { version: 2, hold: promise });
    const waiting = current();
    await vi.advanceTimersByTimeAsync(300);
    expect(await waiting).toBe(1);
    expect(await current()).toBe(1);
    resolve();
    await settle();
    expect(await current()).toBe(2);
  });

  it('serves on while the object is away, and nothing is known without it', async () => {
    const { object, current, settle } = remembering();
    object.version = null;
    expect(await current()).toBe(0);
    object.version = 3;
    expect(await current()).toBe(0);
    vi.advanceTimersByTime(2_000);
    expect(await current()).toBe(3);
    object.version = null;
    vi.advanceTimersByTime(4_000);
    expect(await current()).toBe(3);
    await settle();
  });

  it('is at once what the isolate itself has changed, and never goes back', async () => {
    const { memory, object, current } = remembering();
    await current();
    memory.learn(5, Date.now());
    expect(await current()).toBe(5);
    vi.advanceTimersByTime(4_000);
    expect(await current()).toBe(5);
    expect(object.asked).toBe(2);
  });
});
