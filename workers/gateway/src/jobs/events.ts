import { consume } from '#shared/events/consume.ts';

import type { Bindings } from '../env.ts';
import { advanceCatalogue } from '../store/version.ts';

/** Changes of the catalogue make kept reads old: once for all events of a batch, before any of them is acknowledged. */
export function consumeEvents(env: Bindings, batch: MessageBatch): Promise<void> {
  let advanced: Promise<number> | undefined;
  const changed = async () => {
    advanced ??= advanceCatalogue(env);
    await advanced;
  };
  return consume('gateway', batch, {
    'product.updated': changed,
    'category.updated': changed,
    'stock.low': changed,
  });
}
