import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

import { Call, nameOf } from './faults.ts';

/** The round trips to databases that are made for a request, held up so that it shows which are made at once. */
export interface Waves {
  /** For the request (shared/http/faults.ts). */
  headers: { 'x-request-id': string };
  /** Waits until just these calls are waiting, none of them answered, and lets them go. Fails when another one comes. */
  next(calls: string[]): Promise<void>;
  /** Lets everything pass from now on. */
  end(): void;
}

export async function holdRoundTrips(): Promise<Waves> {
  const waiting = new Map<string, ServerResponse>();
  let arrival = Promise.withResolvers<void>();
  let isOver = false;
  const server = createServer((request, response) => {
    void (async () => {
      const name = nameOf(Call.parse(JSON.parse(await text(request))));
      if (isOver || !isRoundTrip(name)) return response.end();
      waiting.set(name, response);
      arrival.resolve();
      arrival = Promise.withResolvers();
    })();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const release = () => {
    for (const response of waiting.values()) response.end();
    waiting.clear();
  };
  return {
    headers: { 'x-request-id': `fault-${port}-${randomUUID()}` },
    next: async (calls) => {
      while (waiting.size < calls.length) {
        const surprise = [...waiting.keys()].find((name) => !calls.includes(name));
        if (surprise !== undefined) throw new Error(`Not expected now: ${surprise}`);
        await arrival.promise;
      }
      const found = [...waiting.keys()].sort();
      if (found.join() !== calls.toSorted().join()) throw new Error(`At once: ${found.join(' | ')}`);
      release();
    },
    end: () => {
      isOver = true;
      release();
      server.closeIdleConnections();
      server.close();
    },
  };
}

/** Postgres is asked by workers, MongoDB by the Durable Objects that hold its connections. */
function isRoundTrip(name: string): boolean {
  return /^[\w ()]+: |→ cart connection\./.test(name);
}
