import { type KeyFile, newKeyFile, privateKeyOf, publicKeysOf } from '#tools/keys/rotation.ts';
import { holdersOf, secrets } from '#tools/secrets/catalogue.ts';
import {
  type KeyFile as EncryptionKeyFile,
  newKeyFile as newEncryptionKeys,
  secretOf,
} from '#tools/token-keys/rotation.ts';
import { workers } from '#tools/workers.ts';

interface NewSecrets {
  /** By worker, by name; null where somebody else has to give it. */
  secrets: Record<string, Record<string, string | null>>;
  tokenKeys: KeyFile;
  encryptionKeys: EncryptionKeyFile;
}

/** The files of keys that belong to a file of secrets. */
export function keyFilesBeside(file: string): { tokenKeys: string; encryptionKeys: string } {
  const stem = file.replace(/\.json$/, '');
  return { tokenKeys: `${stem}.keys.json`, encryptionKeys: `${stem}.token-keys.json` };
}

/** New keys, and what `variables` give of the rest: DATABASE_URL_<WORKER> for DATABASE_URL, the others by their name. */
export async function newSecrets(variables: Record<string, string | undefined>): Promise<NewSecrets> {
  const tokenKeys = await newKeyFile();
  const encryptionKeys = newEncryptionKeys();
  const valueOf = (name: string, worker: string): string | null => {
    switch (name) {
      case 'JWT_PRIVATE_KEY':
        return privateKeyOf(tokenKeys);
      case 'JWT_PUBLIC_KEYS':
        return publicKeysOf(tokenKeys);
      case 'TOKEN_ENCRYPTION_KEYS':
        return secretOf(encryptionKeys);
      case 'DATABASE_URL':
        return variables[`DATABASE_URL_${worker.toUpperCase()}`] || null;
      default:
        return variables[name] || null;
    }
  };
  const of = (worker: string) =>
    secrets
      .filter((secret) => holdersOf(secret).some((holder) => holder === worker))
      .map(({ name, isOptional }) => ({ name, isOptional, value: valueOf(name, worker) }))
      .filter(({ isOptional, value }) => !isOptional || value !== null)
      .map(({ name, value }): [string, string | null] => [name, value]);
  return {
    secrets: Object.fromEntries(workers.map(({ name }) => [name, Object.fromEntries(of(name))])),
    tokenKeys,
    encryptionKeys,
  };
}
