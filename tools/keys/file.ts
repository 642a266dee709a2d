import { renameSync, writeFileSync } from 'node:fs';

/** Writes a file of keys, which only its owner may read. Throws if it is there already. */
export function createKeyFile(file: string, keys: object): void {
  writeFileSync(file, format(keys), { mode: 0o600, flag: 'wx' });
}

/** Either the old file or the whole new one is there, whatever happens meanwhile. */
export function replaceKeyFile(file: string, keys: object): void {
  writeFileSync(`${file}.new`, format(keys), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

function format(keys: object): string {
  return `${JSON.stringify(keys, null, 2)}\n`;
}
