import { readFileSync, statSync } from 'node:fs';
import { parseEnv } from 'node:util';

import { z } from 'zod';

const Values = z.record(z.string(), z.string());

/**
 * Secrets and variables from a file, as JSON (an object of strings) or lines `NAME=value`.
 *
 * @throws when anybody but its owner can read it
 */
export function readSecrets(file: string): Record<string, string> {
  const { mode } = statSync(file);
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    throw new Error(`${file} can be read by others: chmod 600 ${file}`);
  }
  const text = readFileSync(file, 'utf8');
  const values = Values.safeParse(text.trimStart().startsWith('{') ? JSON.parse(text) : parseEnv(text));
  if (!values.success) throw new Error(`${file} must hold names with a text each.`);
  return values.data;
}
