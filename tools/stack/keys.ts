import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import { KeyFile, newKeyFile, privateKeyOf, publicKeysOf } from '#tools/keys/rotation.ts';
import { KeyFile as TokenKeyFile, newKeyFile as newTokenKeyFile, secretOf } from '#tools/token-keys/rotation.ts';

/** How shops kept their one key before there was a next one. */
const SingleKey = z.object({ private_key: z.string() });

export interface StackKeys {
  /** Of access tokens: ES256, as JWK and JWKS. */
  private_key: string;
  public_keys: string;
  /** Of saved payment tokens. */
  token_encryption_keys: string;
}

/** The stack's own keys, made once and kept, so that access tokens and saved payment methods survive a restart. */
export async function loadKeys(directory: string): Promise<StackKeys> {
  const keys = await readOrMake(join(directory, 'keys.json'));
  return {
    private_key: privateKeyOf(keys),
    public_keys: publicKeysOf(keys),
    token_encryption_keys: secretOf(readOrMakeTokenKeys(join(directory, 'payment-token-keys.json'))),
  };
}

function readOrMakeTokenKeys(file: string): TokenKeyFile {
  if (existsSync(file)) return TokenKeyFile.parse(JSON.parse(readFileSync(file, 'utf8')));
  const keys = newTokenKeyFile();
  writeFileSync(file, JSON.stringify(keys), { mode: 0o600, flag: 'wx' });
  return keys;
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
