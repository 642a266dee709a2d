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
const Claims = z.object({ sub: z.uuid(), roles: z.array(z.string().max(50)).max(50) });

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
    });
    const claims = Claims.safeParse(payload);
    return claims.success ? { id: claims.data.sub, roles: claims.data.roles } : null;
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

const KeySet = z.object({ keys: z.array(z.looseObject({ kty: z.string(), kid: z.string() })).min(1) });

export function parseKeySet(publicKeys: string): JSONWebKeySet {
  return KeySet.parse(JSON.parse(publicKeys));
}
