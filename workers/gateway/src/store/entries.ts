import { describeError, log } from '#shared/http/log.ts';

import { type Answer, contentHeaders, contentHeadersOf } from '../domain/answer.ts';
import type { Stamp } from '../domain/cache-freshness.ts';

/** An answer as it is kept in the cache of a data centre. */
export interface Entry extends Stamp {
  headers: Record<string, string>;
  body: ReadableStream | ArrayBuffer | null;
}

const cacheName = 'catalogue';
/** Old answers are worth keeping for the time when products does not answer. */
const keptSeconds = 86_400;

/** Before everything that we keep: the cache reads, adds and changes headers of other names. */
const prefix = 'x-entry-';

/** The entry, or null. A cache that fails is an empty one. */
export async function findEntry(key: string): Promise<Entry | null> {
  try {
    const cache = await caches.open(cacheName);
    const response = await cache.match(key);
    const kept = (name: string) => response?.headers.get(prefix + name) ?? null;
    const [askedAt, version] = [kept('asked-at'), kept('version')];
    // What was kept in another form is nothing that we know of.
    if (!response || askedAt === null || version === null) return null;
    const headers = contentHeaders.flatMap((name): [string, string][] => {
      const value = kept(name);
      return value === null ? [] : [[name, value]];
    });
    return {
      asked_at: Number(askedAt),
      version: Number(version),
      headers: Object.fromEntries(headers),
      body: response.body,
    };
  } catch (error) {
    log('warn', 'cache cannot be read', describeError(error));
    return null;
  }
}

/** Keeps an answer in place of an earlier one. Does not throw. */
export async function keepEntry(key: string, answer: Answer): Promise<void> {
  const { asked_at, version, body } = answer;
  const kept = { 'asked-at': String(asked_at), version: String(version), ...contentHeadersOf(answer) };
  try {
    const cache = await caches.open(cacheName);
    const response = new Response(body, { headers: { 'cache-control': `public, max-age=${keptSeconds}` } });
    for (const [name, value] of Object.entries(kept)) response.headers.set(prefix + name, value);
    await cache.put(key, response);
  } catch (error) {
    log('warn', 'cache cannot be written', describeError(error));
  }
}

/** Forgets what is no longer shown to the public, so that it does not come back on a bad day. Does not throw. */
export async function dropEntry(key: string): Promise<void> {
  try {
    const cache = await caches.open(cacheName);
    await cache.delete(key);
  } catch (error) {
    log('warn', 'cache cannot be written', describeError(error));
  }
}
