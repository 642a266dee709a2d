import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

import { z } from 'zod';

export const modes = ['fail-before', 'fail-after', 'time-out', 'kill'] as const;
export type Mode = (typeof modes)[number];

/** Request headers under which every call that any worker makes for the request is known here (shared/http/faults.ts). */
export interface Direction {
  headers: { 'x-request-id': string };
  /** The calls so far, by name, each name once. */
  points: Set<string>;
  /** Whether the call to be disturbed came. */
  isHit(): boolean;
  /** When a call that timed out, or was its worker's last one, is done. */
  done: Promise<void>;
  /** Lets a call go whose caller does not wait for it any more. */
  release(): void;
}

export interface Director {
  /** Disturbs the first call of this name, or none. */
  direct(disturbance?: { point: string; mode: Mode }): Direction;
  close(): void;
}

interface Case {
  decide(point: string): string;
  /** Awaited by a call that is late. */
  released: Promise<void>;
  /** Told when that call is done. */
  done(): void;
}

/** What a worker says of a call when it asks what is to become of it. */
export const Call = z.object({ service: z.string(), call: z.string(), is_event: z.boolean() });

/** What the workers ask at each of their calls: a server of our own. */
export async function startDirector(): Promise<Director> {
  const cases = new Map<string, Case>();
  const server = createServer((request, response) => {
    void (async () => {
      const [, id = '', question] = request.url?.split('/') ?? [];
      const { service, call, is_event } = Call.parse(JSON.parse(await text(request)));
      const known = cases.get(id);
      if (question === 'late') await known?.released;
      if (question === 'done') known?.done();
      response.end(question === 'point' ? known?.decide(nameOf({ service, call, is_event })) : '');
    })();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    direct: (disturbance) => {
      const id = randomUUID();
      const points = new Set<string>();
      const [departure, end] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      let isHit = false;
      const decide = (point: string) => {
        points.add(point);
        if (isHit || point !== disturbance?.point) return '';
        isHit = true;
        return disturbance.mode;
      };
      cases.set(id, { decide, released: departure.promise, done: end.resolve });
      return {
        headers: { 'x-request-id': `fault-${port}-${id}` },
        points,
        isHit: () => isHit,
        done: end.promise,
        release: departure.resolve,
      };
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** `orders: insert outbox, update orders`, `orders → products.reserve`, `payments → queue to orders`. */
export function nameOf({ service: worker, call, is_event }: z.infer<typeof Call>): string {
  const service = is_event ? `${worker} (event)` : worker;
  if (call.startsWith('database ')) return `${service}: ${statementsOf(call.slice('database '.length))}`;
  const [binding = '', method = ''] = call.split('.');
  if (binding.endsWith('_EVENTS')) return `${service} → queue to ${wordsOf(binding.replace('_EVENTS', ''))}`;
  return `${service} → ${wordsOf(binding.replace('_SERVICE', ''))}.${method}`;
}

function wordsOf(binding: string): string {
  return binding.toLowerCase().replaceAll('_', ' ');
}

const Sent = z.union([
  z.object({ query: z.string() }),
  z.object({ queries: z.array(z.object({ query: z.string() })) }),
]);

/** What one round trip writes, or else what it reads first. */
function statementsOf(body: string): string {
  const sent = Sent.parse(JSON.parse(body));
  const sql = ('queries' in sent ? sent.queries.map(({ query }) => query) : [sent.query]).join(';\n');
  const writes = sql.matchAll(/(?<!(?:for|key|do)\s+)\b(insert\s+into|update|delete\s+from)\s+"?(\w+)/gi);
  const found = [...writes].map(([, verb = '', table]) => `${verb.split(/\s/)[0]?.toLowerCase()} ${table}`);
  if (found.length > 0) return [...new Set(found)].join(', ');
  return `read ${/\bfrom\s+"?(\w+)/i.exec(sql)?.[1] ?? 'nothing'}`;
}
