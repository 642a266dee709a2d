import { connect } from '#shared/db/postgres.ts';
import { currentTrace } from '#shared/http/context.ts';
import { dependency } from '#shared/rpc.ts';

import type { Bindings } from '../env.ts';
import { findTaxRate } from '../store/charges.ts';

/** See `OrdersApi.taxRateOf`. */
export async function taxRateOf(env: Bindings, user_id: string): Promise<string | null> {
  const question = env.USERS_SERVICE.defaultDestination(currentTrace(), { user_id });
  const destination = await dependency<{ country: string; state: string } | null>('users', question);
  return destination && findTaxRate(connect(env), destination);
}
