import { exportJWK, generateKeyPair } from 'jose';
import { uuidv7 } from 'uuidv7';
import { z } from 'zod';

/** The longest life of an access token, that of a guest. A key that is out of use must be trusted for as long. */
const tokenDays = 7;
const dayMilliseconds = 24 * 60 * 60 * 1_000;

const PublicKey = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  kid: z.string().min(1),
  alg: z.literal('ES256'),
  use: z.literal('sig'),
  x: z.string(),
  y: z.string(),
});
const PrivateKey = PublicKey.extend({ d: z.string() });
const RetiredKey = PublicKey.extend({ retired_at: z.iso.datetime() });

type PrivateKey = z.infer<typeof PrivateKey>;

/**
 * The keys of access tokens. `current` signs. `next` will: it is published long before, so that everybody trusts it when
 * it does. `previous` signed tokens that may still be in use.
 */
export const KeyFile = z.object({ current: PrivateKey, next: PrivateKey, previous: z.array(RetiredKey) });
export type KeyFile = z.infer<typeof KeyFile>;

/** `current`: a key that is in use already. */
export async function newKeyFile(current?: unknown): Promise<KeyFile> {
  return {
    current: current === undefined ? await newKey() : PrivateKey.parse(current),
    next: await newKey(),
    previous: [],
  };
}

/** The next key takes over, and a new one is made. Keys whose last tokens have died are dropped. */
export async function rotate({ current, next, previous }: KeyFile, now: Date): Promise<KeyFile> {
  const retired = { ...PublicKey.parse(current), retired_at: now.toISOString() };
  return {
    current: next,
    next: await newKey(),
    previous: [retired, ...previous.filter((key) => diesAt(key.retired_at) > now)],
  };
}

/** The secret JWT_PRIVATE_KEY: a JWK. */
export function privateKeyOf({ current }: KeyFile): string {
  return JSON.stringify(current);
}

/** The variable JWT_PUBLIC_KEYS: a JWKS. */
export function publicKeysOf({ current, next, previous }: KeyFile): string {
  return JSON.stringify({ keys: [current, next, ...previous].map((key) => PublicKey.parse(key)) });
}

/** When no valid token of a key is left that was retired then. A day is for deploying. */
function diesAt(retiredAt: string): Date {
  return new Date(Date.parse(retiredAt) + (tokenDays + 1) * dayMilliseconds);
}

async function newKey(): Promise<PrivateKey> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  return PrivateKey.parse({ ...(await exportJWK(privateKey)), kid: uuidv7(), alg: 'ES256', use: 'sig' });
}
