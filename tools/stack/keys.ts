import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import { KeyFile, newKeyFile, privateKeyOf, publicKeysOf } from '#tools/keys/rotation.ts';

/** How shops kept their one key before there was a next one. */
const SingleKey = z.object({ private_key: z.string() });

/** The stack's own token keys (ES256, as JWK and JWKS), made once and kept, so that tokens survive a restart. */
export async function loadKeys(directory: string): Promise<{ private_key: string; public_keys: string }> {
  const keys = await readOrMake(join(directory, 'keys.json'));
  return { private_key: privateKeyOf(keys), public_keys: publicKeysOf(keys) };
}

async function readOrMake(file: string): Promise<KeyFile> {
  const stored: unknown = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const known = KeyFile.safeParse(stored);
  if (known.success) return known.data;
  const single = SingleKey.safeParse(stored);
  const keys = await newKeyFile(single.success ? JSON.parse(single.data.private_key) : undefined);
  writeFileSync(file, JSON.stringify(keys), { mode: 0o600 });
  return keys;
}
