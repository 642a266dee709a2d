import { setTimeout as sleep } from 'node:timers/promises';

import { z } from 'zod';

const Readiness = z.object({ checks: z.record(z.string(), z.object({ status: z.string() })) });
const List = z.object({ data: z.array(z.unknown()) });
const pauseMilliseconds = 2_000;
const requestMilliseconds = 10_000;

/**
 * Whether the deployed gateway answers: every service reaches its database, and a read goes through. A new version takes a
 * while until it is everywhere, so it may fail for `patienceMilliseconds`. Throws what was wrong the last time.
 */
export async function smokeTest(url: string, patienceMilliseconds: number): Promise<void> {
  const until = Date.now() + patienceMilliseconds;
  for (;;) {
    const problem = (await readinessProblem(url)) ?? (await readProblem(url));
    if (problem === null) return;
    if (Date.now() + pauseMilliseconds > until) throw new Error(problem);
    await sleep(pauseMilliseconds);
  }
}

async function readinessProblem(url: string): Promise<string | null> {
  const { status, body } = await get(`${url}/readyz`);
  if (status === 200) return null;
  const checks = Readiness.safeParse(body).data?.checks ?? {};
  const down = Object.entries(checks).flatMap(([service, check]) => (check.status === 'ok' ? [] : [service]));
  return `GET /readyz answers ${status}${down.length > 0 ? `: ${down.join(', ')} down` : ''}`;
}

async function readProblem(url: string): Promise<string | null> {
  const { status, body } = await get(`${url}/v1/products?limit=1`);
  return status === 200 && List.safeParse(body).success ? null : `GET /v1/products?limit=1 answers ${status}`;
}

/** `status` is what went wrong where there was no answer. */
async function get(url: string): Promise<{ status: number | string; body: unknown }> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(requestMilliseconds) });
    return { status: response.status, body: await response.json().catch(() => null) };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return { status: `nothing (${cause instanceof Error ? cause.message : String(cause)})`, body: null };
  }
}
