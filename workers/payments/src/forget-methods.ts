import { connect } from '#shared/db/postgres.ts';
import { describeError, log } from '#shared/http/log.ts';

import { decryptToken } from './domain/token-encryption.ts';
import type { Bindings } from './env.ts';
import { gatewayNamed } from './gateways/gateways.ts';
import { type DeletedMethod, dropForgotten, putOffForgetting } from './store/deleted-methods.ts';
import { tokenKeysOf } from './token-keys.ts';

/**
 * Makes the gateway forget a deleted method, and drops its row once it has. Repeatable; whatever stands in the way is
 * logged, and the sweep tries again. Whether it is forgotten.
 */
export async function forgetMethod(env: Bindings, method: DeletedMethod): Promise<boolean> {
  const { id: saved_payment_method_id, gateway } = method;
  const db = connect(env);
  try {
    await putOffForgetting(db, method.id);
    if (await isForgotten(env, method)) {
      await dropForgotten(db, method.id);
      return true;
    }
    log('warn', 'the gateway has not forgotten a payment method', { saved_payment_method_id, gateway });
  } catch (error) {
    log('error', 'a payment method is not forgotten', { saved_payment_method_id, gateway, ...describeError(error) });
  }
  return false;
}

async function isForgotten(env: Bindings, method: DeletedMethod): Promise<boolean> {
  const { id, gateway, gateway_customer_id, gateway_token } = method;
  if (gateway_token === null) return true;
  const token = await decryptToken(await tokenKeysOf(env), id, gateway_token);
  return gatewayNamed(env, gateway).forgetMethod({ gateway_customer_id, gateway_token: token });
}
