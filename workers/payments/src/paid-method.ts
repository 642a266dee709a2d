import { uuidv7 } from 'uuidv7';

import { describeError, log } from '#shared/http/log.ts';

import { storedCard } from './domain/card-details.ts';
import { encryptToken } from './domain/token-encryption.ts';
import type { Bindings } from './env.ts';
import { gatewayNamed } from './gateways/gateways.ts';
import type { ChargeResult, SavedMethod } from './gateways/payment-gateway.ts';
import type { NewSavedMethod } from './store/save-method.ts';
import type { TransactionRow } from './store/transactions.ts';
import { tokenKeysOf } from './token-keys.ts';

/**
 * What a payment that succeeded leaves to be saved, if its shopper wished so. A webhook does not tell of it, then the
 * gateway is asked. No payment waits for this: where it cannot be had or encrypted, nothing is saved.
 */
export async function methodToSave(
  env: Bindings,
  transaction: TransactionRow,
  result: ChargeResult,
): Promise<NewSavedMethod | undefined> {
  if (result.outcome !== 'succeeded' || transaction.status !== 'PROCESSING') return undefined;
  try {
    const kept = result.saved ?? (transaction.save_payment_method ? await askFor(env, transaction) : undefined);
    return kept && (await rowOf(env, transaction, kept));
  } catch (error) {
    log('error', 'the payment method is not saved', { transaction_id: transaction.id, ...describeError(error) });
    return undefined;
  }
}

async function askFor(env: Bindings, transaction: TransactionRow): Promise<SavedMethod | undefined> {
  const { id: transaction_id, amount, currency, gateway } = transaction;
  const told = await gatewayNamed(env, gateway).retrieve({ transaction_id, amount, currency });
  if (told.outcome === 'succeeded') return told.saved;
  log('warn', 'the gateway does not tell what to save', { transaction_id, outcome: told.outcome });
  return undefined;
}

async function rowOf(
  env: Bindings,
  { user_id, gateway }: TransactionRow,
  { gateway_customer_id, gateway_token, card }: SavedMethod,
): Promise<NewSavedMethod> {
  const id = uuidv7();
  const encrypted = await encryptToken(await tokenKeysOf(env), id, gateway_token);
  return { id, user_id, gateway, gateway_customer_id, ...storedCard(card), ...encrypted, asks_for_default: false };
}
