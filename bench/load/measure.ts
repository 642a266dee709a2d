import { setTimeout as pause } from 'node:timers/promises';

import autocannon from 'autocannon';

/** A request as autocannon sends it; headers by lower-case name. */
export interface Call {
  method: 'GET' | 'POST';
  path: string;
  headers?: Record<string, string>;
  body?: string;
}

/**
 * One step of what a client does over and over. `make` is asked anew each time; what `keep` takes from the answer is for
 * the steps after it. `status` is what must come back.
 */
export interface Step<Kept> {
  status: number;
  make: (kept: Kept) => Call;
  keep?: (kept: Kept, body: string) => void;
}

export interface Figures {
  /** Completed per second: requests, or rounds of all steps. */
  perSecond: number;
  /** Milliseconds of one request, whichever step it is. */
  p50: number;
  p99: number;
}

const warmUpSeconds = 1;
/** Logins of the warm-up may still be at work. */
const patienceSeconds = 30;

/**
 * Lets `connections` clients go through the steps for some seconds, after a second that does not count.
 *
 * @throws when an answer has another status than its step says, or none comes
 */
export async function drive<Kept extends object>(
  url: string,
  steps: readonly Step<Kept>[],
  { connections, seconds, start }: { connections: number; seconds: number; start: () => Kept },
): Promise<Figures> {
  const refusals: string[] = [];
  let rounds = 0;
  const rest = new WeakMap<object, Kept>();
  const keptOf = (context: object): Kept => {
    const known = rest.get(context) ?? start();
    rest.set(context, known);
    return known;
  };
  const requests = steps.map((step, index) => ({
    setupRequest: (request: autocannon.Request, context: object) => {
      const { headers, ...call } = step.make(keptOf(context));
      // A client of its own each time: nobody is to meet a rate limit.
      return { ...request, ...call, headers: { ...headers, 'x-forwarded-for': anyAddress() } };
    },
    onResponse: (status: number, body: string, context: object) => {
      if (status === step.status) step.keep?.(keptOf(context), body);
      else refusals.push(`${status} instead of ${step.status}: ${body.slice(0, 500)}`);
      if (index === steps.length - 1) rounds++;
    },
  }));
  const options = { url, connections, requests, timeout: patienceSeconds };
  await autocannon({ ...options, duration: warmUpSeconds });
  rounds = 0;
  const { duration, latency, errors, timeouts } = await autocannon({ ...options, duration: seconds });
  if (refusals.length > 0) throw new Error(`${refusals.length} answers were wrong, the first: ${refusals[0]}`);
  if (errors + timeouts > 0) throw new Error(`${errors + timeouts} requests had no answer`);
  return { perSecond: rounds / duration, p50: latency.p50, p99: latency.p99 };
}

function anyAddress(): string {
  const part = () => Math.floor(Math.random() * 256);
  return `10.${part()}.${part()}.${part()}`;
}

const calm = { answers: 20, milliseconds: 10, patienceMilliseconds: 60_000 };

/** Waits until the shop has nothing left to do of what was asked before: password hashes, events, mails. */
export async function untilCalm(url: string): Promise<void> {
  const deadline = Date.now() + calm.patienceMilliseconds;
  for (let quick = 0; quick < calm.answers && Date.now() < deadline; await pause(calm.milliseconds)) {
    const startedAt = performance.now();
    await fetch(`${url}/livez`).then((answer) => answer.text());
    quick = performance.now() - startedAt < calm.milliseconds ? quick + 1 : 0;
  }
}
