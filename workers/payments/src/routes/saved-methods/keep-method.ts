import { uuidv7 } from 'uuidv7';

import { connect } from '#shared/db/postgres.ts';
import { invalid, Problem, unavailable } from '#shared/http/problem.ts';

import { storedCard } from '../../domain/card-details.ts';
import { encryptToken } from '../../domain/token-encryption.ts';
import type { Bindings } from '../../env.ts';
import { gatewayNamed } from '../../gateways/gateways.ts';
import type { FailureReason, PaymentGateway, SavedMethod, SaveOrder } from '../../gateways/payment-gateway.ts';
import { requireUsable } from '../../gateways/require-usable.ts';
import { mostSavedMethods, type NewSavedMethod, savingContext } from '../../store/save-method.ts';
import { tokenKeysOf } from '../../token-keys.ts';

export interface WantedMethod {
  payment_method_code: string;
  payment_token: string;
  is_default?: boolean | undefined;
}

/** Has the gateway keep the card or account, and makes the row of it. 409, 422 and 503 leave nothing behind. */
export async function keepMethod(env: Bindings, userId: string, wanted: WantedMethod): Promise<NewSavedMethod> {
  const { payment_method_code, payment_token: token, is_default: asks_for_default = false } = wanted;
  const keys = await tokenKeysOf(env);
  const gateway = gatewayNamed(env, env.PAYMENT_GATEWAY);
  await requireUsable(gateway, token, payment_method_code);
  const about = { user_id: userId, payment_method_code, gateway: gateway.name };
  const context = await savingContext(connect(env), about);
  if (!context?.is_active) throw refusalToSave('method_unavailable');
  if (context.is_full) throw refusalToSave('limit_reached');
  const id = uuidv7();
  const { gateway_customer_id } = context;
  const order = { saved_payment_method_id: id, user_id: userId, method_code: payment_method_code, token };
  const kept = await saved(gateway, { ...order, gateway_customer_id });
  return {
    id,
    user_id: userId,
    gateway: gateway.name,
    gateway_customer_id: kept.gateway_customer_id,
    ...storedCard(kept.card),
    ...(await encryptToken(keys, id, kept.gateway_token)),
    asks_for_default,
  };
}

export function refusalToSave(reason: 'method_unavailable' | 'limit_reached' | 'owner_left'): Problem {
  switch (reason) {
    case 'owner_left':
      return new Problem('unauthorized', 'This account no longer exists.');
    case 'method_unavailable':
      return new Problem('payment_method_unavailable', 'Choose one of the methods that /v1/payment-methods lists.');
    case 'limit_reached':
      return new Problem(
        'saved_method_limit_reached',
        `You have saved ${mostSavedMethods} payment methods. Delete one to save another.`,
      );
  }
}

async function saved(gateway: PaymentGateway, order: SaveOrder): Promise<SavedMethod> {
  const result = await gateway.saveMethod(order);
  switch (result.outcome) {
    case 'saved':
      return result.saved;
    case 'declined':
      throw declined(result.reason);
    case 'unknown':
      throw unavailable('The payment gateway does not answer. Nothing was saved; try again shortly.');
  }
}

function declined(reason: FailureReason): Problem {
  const message = 'The payment gateway declines this card or account. Use another.';
  return invalid([{ pointer: '/payment_token', code: reason, message }]);
}
