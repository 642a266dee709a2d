import { afterEach, expect, it, vi } from 'vitest';

import { memoryCaches } from './memory-cache.ts';

const url = 'https://shop.example/v1/products';

function answer(body: string, headers: Record<string, string> = { 'cache-control': 'public, max-age=60' }) {
  return new Response(body, { headers });
}

afterEach(() => {
  vi.useRealTimers();
});

it('gives back what was put, as often as it is asked', async () => {
  const cache = await memoryCaches(100_000).open('catalogue');
  await cache.put(url, answer('{}', { 'cache-control': 'max-age=60', 'x-entry': 'a' }));
  for (let i = 0; i < 2; i++) {
    const found = await cache.match(new Request(url));
    expect(await found?.text()).toBe('{}');
    expect(found?.headers.get('x-entry')).toBe('a');
  }
});

it('keeps caches apart by name, and forgets what is deleted', async () => {
  const caches = memoryCaches(100_000);
  const [one, other] = [await caches.open('one'), await caches.open('other')];
  await one.put(url, answer('one'));
  expect(await other.match(url)).toBeUndefined();
  expect(await caches.default.match(url)).toBeUndefined();
  expect([await other.delete(url), await one.delete(url), await one.delete(url)]).toEqual([false, true, false]);
  expect(await one.match(url)).toBeUndefined();
});

it('forgets an answer when its time is over', async () => {
  vi.useFakeTimers();
  const cache = memoryCaches(100_000).default;
  await cache.put(url, answer('{}'));
  vi.advanceTimersByTime(59_999);
  expect(await cache.match(url)).toBeDefined();
  vi.advanceTimersByTime(1);
  expect(await cache.match(url)).toBeUndefined();
});

const unkept: Record<string, string>[] = [
  {},
  { 'cache-control': 'no-store, max-age=60' },
  { 'cache-control': 'private, max-age=60' },
  { 'cache-control': 'max-age=60', 'set-cookie': 'a=b' },
  { 'cache-control': 'max-age=60', vary: '*' },
];

it.each(unkept)('does not keep an answer with %o', async (headers) => {
  const cache = memoryCaches(100_000).default;
  await cache.put(url, answer('{}', headers));
  expect(await cache.match(url)).toBeUndefined();
});

it('makes room by forgetting what was not asked for longest', async () => {
  const cache = memoryCaches(10_000).default;
  await cache.put(`${url}/1`, answer('a'.repeat(3_000)));
  await cache.put(`${url}/2`, answer('b'.repeat(3_000)));
  await cache.match(`${url}/1`);
  await cache.put(`${url}/3`, answer('c'.repeat(3_000)));
  expect(await cache.match(`${url}/2`)).toBeUndefined();
  expect(await cache.match(`${url}/1`)).toBeDefined();
  expect(await cache.match(`${url}/3`)).toBeDefined();
});

it('does not keep what is larger than all its room, nor what it had instead', async () => {
  const cache = memoryCaches(5_000).default;
  await cache.put(url, answer('a'));
  await cache.put(url, answer('b'.repeat(5_000)));
  expect(await cache.match(url)).toBeUndefined();
});
