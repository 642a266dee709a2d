import { describeError, log } from '#shared/http/log.ts';

import { newVersionMemory } from '../domain/version-memory.ts';
import { within } from '../domain/within.ts';
import type { Bindings } from '../env.ts';

/** What this isolate knows. A change is seen everywhere after the tolerable age at the latest. */
const memory = newVersionMemory({
  confidentMilliseconds: 2_000,
  tolerableMilliseconds: 4_000,
  patienceMilliseconds: 300,
});

/** Whoever changes the catalogue waits no longer than this for it to be known. */
const writerMilliseconds = 2_000;

/** The version of the catalogue, seconds old at most. `background` keeps work going after the answer. */
export function catalogueVersion(env: Bindings, background: (work: Promise<void>) => void): Promise<number> {
  return memory.current(async () => {
    try {
      return await versionOf(env).current();
    } catch (error) {
      log('warn', 'catalogue version unknown', describeError(error));
      throw error;
    }
  }, background);
}

/** Makes every kept read old, here at once and elsewhere within seconds. Throws if that could not be recorded. */
export async function advanceCatalogue(env: Bindings): Promise<number> {
  const asked_at = Date.now();
  const version = await within(writerMilliseconds, versionOf(env).advance());
  memory.learn(version, asked_at);
  return version;
}

function versionOf(env: Bindings) {
  return env.CATALOGUE_VERSION.getByName('catalogue');
}
