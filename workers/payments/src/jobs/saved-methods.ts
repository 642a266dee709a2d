import { connect } from '#shared/db/postgres.ts';

import type { Bindings } from '../env.ts';
import { forgetMethod } from '../forget-methods.ts';
import { listDeletedMethods } from '../store/deleted-methods.ts';

const mostASweep = 100;
/** A gateway that is down makes every call last until its timeout. */
const mostFailures = 3;

/** Has gateways forget the methods that were deleted while they did not answer. Answers how many they have. */
export async function forgetDeletedMethods(env: Bindings): Promise<number> {
  let forgotten = 0;
  let failures = 0;
  for (const method of await listDeletedMethods(connect(env), mostASweep)) {
    if (await forgetMethod(env, method)) forgotten++;
    else if (++failures === mostFailures) break;
  }
  return forgotten;
}
