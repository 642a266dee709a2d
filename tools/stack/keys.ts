import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { exportJWK, generateKeyPair } from 'jose';
import { uuidv7 } from 'uuidv7';
import { z } from 'zod';

const Keys = z.object({ private_key: z.string(), public_keys: z.string() });

/** The stack's own token keys (ES256, as JWK and JWKS), made once and kept, so that tokens survive a restart. */
export async function loadKeys(directory: string): Promise<z.infer<typeof Keys>> {
  const file = join(directory, 'keys.json');
  if (existsSync(file)) return Keys.parse(JSON.parse(readFileSync(file, 'utf8')));
  const pair = await generateKeyPair('ES256', { extractable: true });
  const shared = { kid: uuidv7(), alg: 'ES256', use: 'sig' };
  const keys = {
    private_key: JSON.stringify({ ...(await exportJWK(pair.privateKey)), ...shared }),
    public_keys: JSON.stringify({ keys: [{ ...(await exportJWK(pair.publicKey)), ...shared }] }),
  };
  writeFileSync(file, JSON.stringify(keys), { mode: 0o600 });
  return keys;
}
