import { describeError, log } from '#shared/http/log.ts';
import { unavailable } from '#shared/http/problem.ts';

/** What an RPC method answers: expected refusals are data, so that they cross the boundary with their type. */
export type Result<Value, Refusal> = ({ ok: true } & Value) | ({ ok: false } & Refusal);

/** Health of a service's database, for the gateway's readiness probe. */
export interface Health {
  ok: boolean;
  latency_ms: number;
}

/** How long another service may take: a few of its own database's time limits. */
export const answerMilliseconds = 10_000;

/**
 * Awaits another service. Whatever it throws means that it, or what it depends on, is down: 503 for our client. So does
 * silence, unless a `limit` of null says that the answer takes as long as it takes.
 */
export async function dependency<Value>(
  name: string,
  call: PromiseLike<Value>,
  limit: number | null = answerMilliseconds,
): Promise<Value> {
  try {
    return await (limit === null ? call : within(limit, call));
  } catch (error) {
    log('error', 'dependency failed', { dependency: name, ...describeError(error) });
    throw unavailable();
  }
}

/** Awaits a call no longer than this. What takes longer goes on unheard, and a TimeoutError is thrown. */
export async function within<Value>(milliseconds: number, call: PromiseLike<Value>): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    const expire = () => reject(new DOMException(`No answer within ${milliseconds} ms.`, 'TimeoutError'));
    timer = setTimeout(expire, milliseconds);
  });
  try {
    return await Promise.race([call, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

/** Times a probe of a database. Its failure is an answer, not an error. */
export async function measureHealth(probe: () => Promise<unknown>): Promise<Health> {
  const started = Date.now();
  try {
    await probe();
    return { ok: true, latency_ms: Date.now() - started };
  } catch (error) {
    log('error', 'health probe failed', describeError(error));
    return { ok: false, latency_ms: Date.now() - started };
  }
}
