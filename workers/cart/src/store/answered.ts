import { unavailable } from '#shared/http/problem.ts';
import { dependency } from '#shared/rpc.ts';

import type { Answer } from './connection.ts';

/** What a connection answered. 503 if the database, or the connection itself, does not answer. */
export async function answered<Value>(call: PromiseLike<Answer<Value>>): Promise<Value> {
  const answer = await dependency<Answer<Value>>('cart database', call);
  if (!answer.ok) throw unavailable();
  return answer.value;
}
