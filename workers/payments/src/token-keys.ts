import { describeError, log } from '#shared/http/log.ts';
import { unavailable } from '#shared/http/problem.ts';

import { importTokenKeys, type TokenKeys } from './domain/token-encryption.ts';

const known = new Map<string, TokenKeys>();

/** The keys of saved tokens, read once an isolate. 503 where the secret is missing or malformed: the operator's to mend. */
export async function tokenKeysOf({ TOKEN_ENCRYPTION_KEYS }: { TOKEN_ENCRYPTION_KEYS?: string }): Promise<TokenKeys> {
  const secret = TOKEN_ENCRYPTION_KEYS ?? '';
  const imported = known.get(secret) ?? (await readOrRefuse(secret));
  known.set(secret, imported);
  return imported;
}

async function readOrRefuse(secret: string): Promise<TokenKeys> {
  try {
    return await importTokenKeys(secret);
  } catch (error) {
    log('error', 'saved payment methods cannot be used', describeError(error));
    throw unavailable('Saved payment methods are not available. Try again later.');
  }
}
