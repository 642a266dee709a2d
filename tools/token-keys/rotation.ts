import { uuidv7 } from 'uuidv7';

import { TokenKeySet } from '../../workers/payments/src/domain/token-encryption.ts';

/**
 * The keys of saved payment tokens. `current` encrypts. `next` will: it is handed out long before, so that every worker can
 * read what it has encrypted. `keys` has these two and those that rows may still be encrypted with.
 */
export const KeyFile = TokenKeySet.safeExtend({ next: TokenKeySet.shape.current }).refine(({ next, keys }) =>
  Object.hasOwn(keys, next),
);
export type KeyFile = ReturnType<typeof KeyFile.parse>;

export function newKeyFile(): KeyFile {
  const [current, next] = [uuidv7(), uuidv7()];
  return { current, next, keys: { [current]: newKey(), [next]: newKey() } };
}

/** The next key takes over, and a new one is made. */
export function rotate({ next, keys }: KeyFile): KeyFile {
  const id = uuidv7();
  return { current: next, next: id, keys: { ...keys, [id]: newKey() } };
}

/** The file without the keys that are neither of the two nor in use. */
export function withoutUnused({ current, next, keys }: KeyFile, inUse: ReadonlySet<string>): KeyFile {
  const kept = Object.entries(keys).filter(([id]) => id === current || id === next || inUse.has(id));
  return { current, next, keys: Object.fromEntries(kept) };
}

/** The secret TOKEN_ENCRYPTION_KEYS. */
export function secretOf({ current, keys }: KeyFile): string {
  return JSON.stringify({ current, keys });
}

function newKey(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64');
}
