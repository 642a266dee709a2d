import { z } from 'zod';

import { describeError, log } from '#shared/http/log.ts';

import { type Answer, contentHeadersOf } from '../domain/answer.ts';
import type { Stamp } from '../domain/cache-freshness.ts';

/** An answer as it is kept in the cache of a data centre. */
export interface Entry extends Stamp {
  headers: Record<string, string>;
  body: ReadableStream | ArrayBuffer | null;
}

const cacheName = 'catalogue';
/** Old answers are worth keeping for the time when products does not answer. */
const keptSeconds = 86_400;

const stampHeader = 'x-entry';
const Stamped = z.object({ asked_at: z.number(), version: z.number(), headers: z.record(z.string(), z.string()) });

/** The entry, or null. A cache that fails is an empty one. */
export async function findEntry(key: string): Promise<Entry | null> {
  try {
    const cache = await caches.open(cacheName);
    const response = await cache.match(key);
    if (!response) return null;
    return { ...Stamped.parse(JSON.parse(response.headers.get(stampHeader) ?? '')), body: response.body };
  } catch (error) {
    log('warn', 'cache cannot be read', describeError(error));
    return null;
  }
}

/** Keeps an answer in place of an earlier one. Does not throw. */
export async function keepEntry(key: string, answer: Answer): Promise<void> {
  const { asked_at, version, body } = answer;
  const stamp = JSON.stringify({ asked_at, version, headers: contentHeadersOf(answer) });
  try {
    const cache = await caches.open(cacheName);
    const headers = { 'cache-control': `public, max-age=${keptSeconds}`, [stampHeader]: stamp };
    await cache.put(key, new Response(body, { headers }));
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
