import { createLocalJWKSet, errors, importJWK, type JSONWebKeySet, type JWK, jwtVerify, SignJWT } from 'jose';
import { uuidv7 } from 'uuidv7';
import { z } from 'zod';

const roles = ['GUEST', 'CUSTOMER', 'MANAGER', 'ADMIN'] as const;
export type Role = (typeof roles)[number];

/** Who an access token speaks for. */
export interface Identity {
  id: string;
  roles: string[];
}

const audience = 'commerce-api';
/** By how much the clock of another machine may be ahead of ours. */
const aheadSeconds = 60;
const Claims = z.object({ sub: z.uuid(), iat: z.number(), roles: z.array(z.string().max(50)).max(50) });

/** Signs an ES256 access token (RFC 9068 claims `iss aud sub exp iat jti`, and `roles`). `seconds`: its life. */
export async function signAccessToken(
  identity: Identity,
  signing: { privateKey: JWK; issuer: string; seconds: number },
): Promise<string> {
  return new SignJWT({ roles: identity.roles })
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: signing.privateKey.kid ?? '' })
    .setIssuer(signing.issuer)
    .setAudience(audience)
    .setSubject(identity.id)
    .setJti(uuidv7())
    .setIssuedAt()
    .setExpirationTime(`${signing.seconds} s`)
    .sign(await importJWK(signing.privateKey, 'ES256'));
}

/** The token's identity, or null for any token that is not ours, not for us, or no longer valid. */
export async function verifyAccessToken(
  token: string,
  trusted: { publicKeys: string; issuer: string },
): Promise<Identity | null> {
  try {
    const { payload } = await jwtVerify(token, keySet(trusted.publicKeys), {
      issuer: trusted.issuer,
      audience,
      algorithms: ['ES256'],
      typ: 'at+jwt',
      requiredClaims: ['sub', 'iat', 'exp'],
    });
    const { data: claims } = Claims.safeParse(payload);
    const isOfNow = claims && claims.iat <= Date.now() / 1_000 + aheadSeconds;
    return isOfNow ? { id: claims.sub, roles: claims.roles } : null;
  } catch (error) {
    if (error instanceof errors.JOSEError) return null;
    throw error;
  }
}

const keySets = new Map<string, ReturnType<typeof createLocalJWKSet>>();

/** Parsed once per isolate: importing a key costs more than verifying with it. */
function keySet(publicKeys: string) {
  const known = keySets.get(publicKeys);
  if (known) return known;
  const made = createLocalJWKSet(parseKeySet(publicKeys));
  keySets.set(publicKeys, made);
  return made;
}

const PublicKey = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  kid: z.string().min(1),
  alg: z.literal('ES256').optional(),
  use: z.literal('sig').optional(),
  x: z.string(),
  y: z.string(),
});
const KeySet = z.object({ keys: z.array(PublicKey).min(1) });

/** Reads a JWKS. Only public members come through, so that a private key set by mistake is not published. */
export function parseKeySet(publicKeys: string): JSONWebKeySet {
  return KeySet.parse(JSON.parse(publicKeys));
}
