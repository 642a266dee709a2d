import { DurableObject } from 'cloudflare:workers';

import type { Bindings } from '../env.ts';

/** The one place that knows how often the catalogue has changed. There is a single object, `catalogue`. */
export class CatalogueVersion extends DurableObject<Bindings> {
  current(): number {
    return this.ctx.storage.kv.get<number>('version') ?? 0;
  }

  /** The next version. It follows the clock, so that it does not go back even if the stored one were lost. */
  advance(): number {
    const version = Math.max(this.current() + 1, Date.now());
    this.ctx.storage.kv.put('version', version);
    return version;
  }
}
