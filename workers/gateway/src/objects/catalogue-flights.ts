import { DurableObject } from 'cloudflare:workers';

import { type Trace, withTrace } from '#shared/http/context.ts';

import { newFlights } from '../domain/flights.ts';
import type { Bindings } from '../env.ts';
import { type Landing, readProducts } from '../store/products.ts';

/**
 * Reads for many requests at once, which Workers cannot do: there, what one request waits for is out of the others' reach.
 * Each data centre has some of these objects and spreads the keys over them. Only reads that the cache cannot serve come here.
 */
export class CatalogueFlights extends DurableObject<Bindings> {
  readonly #board = newFlights<Landing>({ lingerMilliseconds: 1_000, capacity: 100 });

  /** What products answers, asked under this version of the catalogue or a later one. */
  async read(trace: Trace, url: string, version: number): Promise<Landing & { isFirst: boolean }> {
    const { cargo, isFirst } = this.#board(url, version, () =>
      withTrace('gateway', trace, () => readProducts(this.env, url, version)),
    );
    return { ...(await cargo), isFirst };
  }
}
