import { connect } from '#shared/db/postgres.ts';
import { describeError, log } from '#shared/http/log.ts';
import { invalid, invalidReference, Problem, unavailable } from '#shared/http/problem.ts';

import { decryptToken } from '../../domain/token-encryption.ts';
import type { Bindings } from '../../env.ts';
import { gatewayNamed } from '../../gateways/gateways.ts';
import type { PaymentSource } from '../../gateways/payment-gateway.ts';
import { requireUsable } from '../../gateways/require-usable.ts';
import { findChargeableMethod } from '../../store/saved-methods.ts';
import { tokenKeysOf } from '../../token-keys.ts';

/** With what a request pays, as it says so: one of the first two, and the last one only with a token. */
export interface WantedSource {
  payment_method_code: string;
  payment_token?: string | undefined;
  saved_payment_method_id?: string | undefined;
  save_payment_method?: boolean | undefined;
}

/** What can be refused before the key is claimed: 422 or 409 for a token, 503 where nothing can be saved or read. */
export async function requireSource(env: Bindings, wanted: WantedSource): Promise<void> {
  const { payment_token, payment_method_code, save_payment_method } = wanted;
  if (payment_token !== undefined) {
    await requireUsable(gatewayNamed(env, env.PAYMENT_GATEWAY), payment_token, payment_method_code);
  }
  if (payment_token === undefined || save_payment_method) await tokenKeysOf(env);
}

/** With what to pay; or why not, where a saved method is not the user's, is gone, of another kind, or kept elsewhere. */
export async function sourceOf(env: Bindings, userId: string, wanted: WantedSource): Promise<PaymentSource | Problem> {
  const { payment_token: token, saved_payment_method_id: id = '', payment_method_code } = wanted;
  if (token !== undefined) return { token };
  const method = await findChargeableMethod(connect(env), userId, id);
  if (!method || method.gateway_token === null) {
    return invalidReference('/saved_payment_method_id', 'a saved payment method');
  }
  if (method.payment_method_code !== payment_method_code) {
    const message = `What is saved is of the method ${method.payment_method_code}.`;
    return invalid([{ pointer: '/payment_method_code', code: 'other_method', message }]);
  }
  if (method.gateway !== env.PAYMENT_GATEWAY) {
    const detail = 'This was saved with a payment gateway that the shop does not use any more. Choose another.';
    return new Problem('payment_method_unavailable', detail);
  }
  const { gateway_customer_id } = method;
  return { saved: { gateway_customer_id, gateway_token: await decrypted(env, method.id, method.gateway_token) } };
}

/** 503 where the operator has lost the key: asking again changes nothing, but no other answer would be truer. */
async function decrypted(env: Bindings, id: string, stored: string): Promise<string> {
  const keys = await tokenKeysOf(env);
  try {
    return await decryptToken(keys, id, stored);
  } catch (error) {
    log('error', 'a saved payment method cannot be used', { saved_payment_method_id: id, ...describeError(error) });
    throw unavailable('This saved payment method cannot be used now. Choose another, or try again later.');
  }
}
