import { z } from 'zod';

const keyBytes = 32;
/** NIST SP 800-38D, section 8.2.2: 96 random bits, for at most 2^32 tokens a key. */
const ivBytes = 12;

const KeyId = z.string().regex(/^[\w-]{1,50}$/);
const Key = z.base64().refine((key) => Buffer.from(key, 'base64').length === keyBytes);

/** The secret TOKEN_ENCRYPTION_KEYS: the key that encrypts, and all that may have encrypted, each 32 bytes in base64. */
export const TokenKeySet = z
  .object({ current: KeyId, keys: z.record(KeyId, Key) })
  .refine(({ current, keys }) => Object.hasOwn(keys, current));
export type TokenKeySet = z.infer<typeof TokenKeySet>;

/** The same, ready for use. */
export interface TokenKeys {
  current: string;
  keys: ReadonlyMap<string, CryptoKey>;
}

/** A token as it is stored, and the id of the key that reads it. */
export interface EncryptedToken {
  gateway_token: string;
  token_key_id: string;
}

/** Reads the secret. Its error says nothing of what it found. */
export async function importTokenKeys(secret: string): Promise<TokenKeys> {
  const { current, keys } = parseTokenKeys(secret);
  const imported = Object.entries(keys).map(async ([id, key]): Promise<[string, CryptoKey]> => {
    const bytes = Buffer.from(key, 'base64');
    return [id, await crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt'])];
  });
  return { current, keys: new Map(await Promise.all(imported)) };
}

function parseTokenKeys(secret: string): TokenKeySet {
  try {
    return TokenKeySet.parse(JSON.parse(secret));
  } catch {
    throw new Error('TOKEN_ENCRYPTION_KEYS must be {"current":"<key id>","keys":{"<key id>":"<32 bytes in base64>"}}.');
  }
}

/**
 * Encrypts with the current key (AES-256-GCM): `v1.<key id>.<iv>.<ciphertext and tag>`, the latter two in base64url. Bound
 * to the row: in another one it cannot be decrypted.
 */
export async function encryptToken(
  { current, keys }: TokenKeys,
  rowId: string,
  token: string,
): Promise<EncryptedToken> {
  const iv = crypto.getRandomValues(new Uint8Array(ivBytes));
  const algorithm = { name: 'AES-GCM', iv, additionalData: boundTo(rowId) };
  const sealed = await crypto.subtle.encrypt(algorithm, keyNamed(keys, current), new TextEncoder().encode(token));
  const parts = ['v1', current, Buffer.from(iv).toString('base64url'), Buffer.from(sealed).toString('base64url')];
  return { gateway_token: parts.join('.'), token_key_id: current };
}

const Stored = /^v1\.([\w-]{1,50})\.([\w-]{16})\.([\w-]{22,})$/;

/** The token of this row. Throws where it was encrypted for another row, by a key that is not there, or was changed. */
export async function decryptToken({ keys }: TokenKeys, rowId: string, stored: string): Promise<string> {
  const [, keyId, iv, sealed] = Stored.exec(stored) ?? [];
  if (keyId === undefined || iv === undefined || sealed === undefined) throw unreadable();
  const key = keyNamed(keys, keyId);
  const algorithm = { name: 'AES-GCM', iv: Buffer.from(iv, 'base64url'), additionalData: boundTo(rowId) };
  // WebCrypto tells nobody what was wrong, and there is nothing more to tell.
  const opened = await crypto.subtle.decrypt(algorithm, key, Buffer.from(sealed, 'base64url')).catch(() => null);
  if (opened === null) throw unreadable();
  return new TextDecoder().decode(opened);
}

function boundTo(rowId: string): Buffer {
  return Buffer.from(rowId.toLowerCase());
}

function keyNamed(keys: TokenKeys['keys'], id: string): CryptoKey {
  const key = keys.get(id);
  if (!key) throw new Error('TOKEN_ENCRYPTION_KEYS lacks the key that a saved token was encrypted with.');
  return key;
}

function unreadable(): Error {
  return new Error('A saved token cannot be decrypted.');
}
