import { describeError, log } from '#shared/http/log.ts';
import { unavailable } from '#shared/http/problem.ts';

/** What an RPC method answers: expected refusals are data, so that they cross the boundary with their type. */
export type Result<Value, Refusal> = ({ ok: true } & Value) | ({ ok: false } & Refusal);

/** Health of a service's database, for the gateway's readiness probe. */
export interface Health {
  ok: boolean;
  latency_ms: number;
}

/** Awaits another service. Whatever it throws means that it, or what it depends on, is down: 503 for our client. */
export async function dependency<Value>(name: string, call: PromiseLike<Value>): Promise<Value> {
  try {
    return await call;
  } catch (error) {
    log('error', 'dependency failed', { dependency: name, ...describeError(error) });
    throw unavailable();
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
