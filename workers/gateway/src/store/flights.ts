import { currentTrace } from '#shared/http/context.ts';
import { describeError, log } from '#shared/http/log.ts';

import type { Bindings } from '../env.ts';
import { type Landing, readProducts } from './products.ts';
import { within } from '../domain/within.ts';

type Shared = Landing & { isFirst: boolean };

/** Objects in a data centre among which the keys are spread. */
const shards = 16;
/** Longer than a flight may take. */
const patienceMilliseconds = 8_000;

/**
 * Reads from products together with everybody in this data centre who wants the same now. `isFirst`: it was asked for this
 * caller. When the object that brings them together fails, each asks for itself; when it hangs, so does products.
 */
export async function readTogether(
  env: Bindings,
  { url, version, place }: { url: string; version: number; place: string },
): Promise<Shared> {
  const object = env.CATALOGUE_FLIGHTS.getByName(`${place}/${hashOf(url) % shards}`);
  const started = Date.now();
  try {
    return await within<Shared>(patienceMilliseconds, object.read(currentTrace(), url, version));
  } catch (error) {
    log('warn', 'reads cannot be shared', describeError(error));
    if (Date.now() - started >= patienceMilliseconds) return { ok: false, isFirst: true };
    return { ...(await readProducts(env, url, version)), isFirst: true };
  }
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
